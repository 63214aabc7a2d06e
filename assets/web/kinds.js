// By kind: crops that the machine reads alike. Wrong ones are taken out, one key confirms the rest once
// each of them was on the screen, and the next ones come with the reply.
'use strict';
(() => {
  const meta = (name) => document.querySelector(`meta[name="${name}"]`).content;
  const screen = document.getElementById('screen');
  const main = document.getElementById('grid');
  const says = document.getElementById('says');
  const seen = new Set(); // questions that are not what the machine read
  let token = meta('token');
  let viewed = new Set(); // tiles that were on the screen
  let last = [];
  let busy = false;
  let answered = 0;

  const tiles = () => [...screen.querySelectorAll('.tile')];
  const isWrong = (tile) => tile.getAttribute('aria-pressed') === 'true';
  const say = (text) => { says.textContent = text; says.classList.toggle('on', text !== ''); };

  async function post(fields, more = {}) {
    const body = new URLSearchParams({
      desk: meta('desk'), form: meta('form'), field: meta('field'), but: [...seen].join(','), ...fields,
    });
    return fetch('/kinds/screen', {
      method: 'POST', headers: { 'x-hagaki-token': token }, body, ...more,
    });
  }

  // Whether the server, started anew, has another token for this window by now.
  async function renewed() {
    const fresh = await window.freshToken(location.href, token);
    token = fresh || token;
    return fresh !== null;
  }

  async function load(fields) {
    if (busy) return false;
    busy = true;
    try {
      let reply = await post(fields);
      if (reply.status === 403 && await renewed()) reply = await post(fields);
      if (reply.status === 401 || reply.status === 403) { location.reload(); return false; }
      const text = await reply.text();
      if (!reply.ok) {
        say(new DOMParser().parseFromString(text, 'text/html').body.textContent.trim());
        return false;
      }
      say('');
      put(text);
      return true;
    } catch {
      say(says.dataset.gone);
      return false;
    } finally {
      busy = false;
    }
  }

  function put(html) {
    screen.innerHTML = html;
    const { waiting, done, last: ids } = screen.querySelector('.grid').dataset;
    document.getElementById('waiting').textContent = waiting;
    answered += Number(done);
    document.getElementById('answered').textContent = answered;
    if (ids) last = ids.split(',');
    viewed = new Set();
    for (const picture of screen.querySelectorAll('img')) {
      picture.addEventListener('load', view);
      picture.addEventListener('error', () => {
        picture.hidden = true;
        picture.parentElement.querySelector('.none').hidden = false;
        // Nobody confirms what he cannot see.
        mark(picture.parentElement, true);
        view();
      });
    }
    main.removeAttribute('aria-busy');
    count();
    scrollTo(0, 0);
    const first = tiles()[0];
    if (first) first.focus({ preventScroll: true });
    view();
  }

  // Until all pictures are there the tiles still move.
  const isLaid = () => [...screen.querySelectorAll('img')].every((picture) => picture.complete);

  // Notes which tiles a person can see; the key says whether there are more.
  function view() {
    const floor = document.querySelector('.keys').getBoundingClientRect().top;
    if (isLaid()) {
      for (const tile of tiles()) {
        const { top, bottom } = tile.getBoundingClientRect();
        if (top > -2 && bottom < floor + 2) viewed.add(tile);
      }
    }
    const more = tiles().some((tile) => !viewed.has(tile));
    document.querySelector('[data-first-key]').hidden = !more;
    document.querySelector('[data-last-key]').hidden = more;
  }

  // Brings the first tile that nobody saw to the top; whether there was one.
  function scrolledOn() {
    view();
    const unseen = tiles().find((tile) => !viewed.has(tile));
    if (!unseen) return false;
    unseen.scrollIntoView({ block: 'start' });
    unseen.focus({ preventScroll: true });
    view();
    // Higher than the window, or at its very end: it was seen as well as it can be.
    if (isLaid()) viewed.add(unseen);
    return true;
  }

  function count() {
    document.getElementById('rest').textContent = tiles().filter((tile) => !isWrong(tile)).length;
  }

  function mark(tile, wrong) {
    tile.setAttribute('aria-pressed', wrong);
    const question = tile.dataset.question;
    if (wrong) seen.add(question); else seen.delete(question);
    count();
  }

  async function confirm() {
    if (busy || !isLaid() || scrolledOn()) return;
    const right = tiles().filter((tile) => !isWrong(tile)).map((tile) => tile.dataset.lease);
    const began = performance.now();
    if (await load({ right: right.join(',') })) {
      screen.dataset.took = (performance.now() - began).toFixed(1);
    }
  }

  async function undo() {
    if (last.length === 0) { say(says.dataset.none); return; }
    const ids = last;
    last = [];
    if (await load({ undo: ids.join(',') })) {
      answered -= ids.length;
      document.getElementById('answered').textContent = answered;
    } else {
      last = ids;
    }
  }

  // The tile beside, above or below; a row is what stands at the same height.
  function move(from, key) {
    const all = tiles();
    const at = all.indexOf(from);
    if (at < 0) return all[0];
    if (key === 'ArrowRight') return all[at + 1];
    if (key === 'ArrowLeft') return all[at - 1];
    const here = from.getBoundingClientRect();
    const middle = here.left + here.width / 2;
    const down = key === 'ArrowDown';
    const beyond = all.map((tile) => ({ tile, box: tile.getBoundingClientRect() }))
      .filter(({ box }) => (down ? box.top > here.top + 4 : box.top < here.top - 4));
    if (beyond.length === 0) return undefined;
    const tops = beyond.map(({ box }) => box.top);
    const row = down ? Math.min(...tops) : Math.max(...tops);
    const off = ({ box }) => Math.abs(box.left + box.width / 2 - middle);
    return beyond.filter(({ box }) => Math.abs(box.top - row) < 4)
      .sort((a, b) => off(a) - off(b))[0].tile;
  }

  const focused = () => document.activeElement.closest('.tile');
  const actions = {
    confirm,
    undo,
    repair: () => {
      const tile = focused() || tiles()[0];
      const back = encodeURIComponent(location.pathname + location.search);
      if (tile) location.assign(`/repair?question=${tile.dataset.question}&back=${back}`);
    },
    wrong: () => { const tile = focused(); if (tile) mark(tile, !isWrong(tile)); },
  };

  document.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    if (button.classList.contains('tile')) { mark(button, !isWrong(button)); button.focus(); }
    else if (button.dataset.do) actions[button.dataset.do]();
  });

  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.altKey || event.metaKey) return;
    if (event.ctrlKey) {
      if (event.key.toLowerCase() === 'z') { event.preventDefault(); undo(); }
      return;
    }
    if (event.key.startsWith('Arrow')) {
      event.preventDefault();
      const to = move(focused(), event.key);
      if (to) to.focus();
      return;
    }
    if (event.repeat) { event.preventDefault(); return; }
    const elsewhere = event.target.matches('a, .keys button');
    if (event.key === 'Enter' && !elsewhere) { event.preventDefault(); confirm(); }
    if (event.key === 'F7') { event.preventDefault(); actions.repair(); }
    if (event.key === ' ' && !elsewhere) { event.preventDefault(); actions.wrong(); }
  });

  addEventListener('scroll', view, { passive: true });
  addEventListener('resize', view);
  addEventListener('pagehide', () => {
    const body = new URLSearchParams({ desk: meta('desk') });
    fetch('/review/leave', {
      method: 'POST', headers: { 'x-hagaki-token': token }, body, keepalive: true,
    }).catch(() => {});
  });
  addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });

  load({});
})();
