// By kind: a screen of crops that the machine reads alike. Wrong ones are taken out, one key confirms
// the rest, and the next screen comes with the reply.
'use strict';
(() => {
  const meta = (name) => document.querySelector(`meta[name="${name}"]`).content;
  const screen = document.getElementById('screen');
  const main = document.getElementById('grid');
  const says = document.getElementById('says');
  const seen = new Set(); // questions that are not what the machine read
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
      method: 'POST', headers: { 'x-hagaki-token': meta('token') }, body, ...more,
    });
  }

  async function load(fields) {
    if (busy) return false;
    busy = true;
    try {
      const reply = await post(fields);
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
    for (const picture of screen.querySelectorAll('img')) {
      picture.addEventListener('error', () => {
        picture.hidden = true;
        picture.parentElement.querySelector('.none').hidden = false;
        // Nobody confirms what he cannot see.
        mark(picture.parentElement, true);
      });
    }
    main.removeAttribute('aria-busy');
    count();
    scrollTo(0, 0);
    const first = tiles()[0];
    if (first) first.focus({ preventScroll: true });
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

  addEventListener('pagehide', () => {
    const body = new URLSearchParams({ desk: meta('desk') });
    fetch('/review/leave', {
      method: 'POST', headers: { 'x-hagaki-token': meta('token') }, body, keepalive: true,
    }).catch(() => {});
  });
  addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });

  load({});
})();
