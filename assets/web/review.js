// The review page. One question is shown, the next one is loaded behind it; an answer is shown as
// given only once the server says that it is recorded. Every key is also a button.
'use strict';
(() => {
  const meta = (name) => document.querySelector(`meta[name="${name}"]`).content;
  const desk = meta('desk');
  let token = meta('token');
  const wanted = meta('wanted');
  const stage = document.getElementById('stage');
  const says = document.getElementById('says');

  const MOST_PAST = 10;
  const SIGN_OF_LIFE_MS = 60000;
  // Times a picture's own pixels. A field's crop at 1 is about twice as large as the paper.
  const LIMITS = { field: [1, 3], page: [0.1, 1.6], key: [1.4, 1.4] };
  const NARROW = 700;
  // Around the picture: its frame and the gaps between the parts of a question.
  const AROUND = 64;
  const memory = `hagaki-past-${meta('memory')}`;
  const LOST = 'hagaki-lost';

  let shown = null;
  let ahead = [];
  // Numbers of what was answered here last, kept over a reload; no word of anybody.
  const past = remembered();
  let busy = false;
  let answered = 0;
  let spent = 0;
  let since = 0;
  let lastSign = Date.now();

  const set = (id, text) => { document.getElementById(id).textContent = text; };
  const say = (text) => { says.textContent = text; says.classList.toggle('on', text !== ''); };
  const input = () => shown && shown.querySelector('input.line');
  const isDone = (section) => section.dataset.kind === 'done';

  function remembered() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(memory) || '[]');
      return kept.filter((id) => /^\d+$/.test(id)).slice(-MOST_PAST);
    } catch {
      return [];
    }
  }

  // What is only looked at was taken from the list, and the ones after it.
  function keep() {
    const looking = [shown, ...ahead].filter((section) => section && section.dataset.looking);
    const ids = [...past, ...looking.map((section) => section.dataset.question)];
    try {
      sessionStorage.setItem(memory, JSON.stringify(ids.slice(-MOST_PAST)));
    } catch { /* Without it a reload forgets. */ }
  }

  function post(path, fields = {}, more = {}) {
    const body = new URLSearchParams(wanted);
    body.set('desk', desk);
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return fetch(path, { method: 'POST', headers: { 'x-hagaki-token': token }, body, ...more });
  }

  // The server's reply, or null when there is none to work with.
  async function ask(path, fields) {
    try {
      let reply = await post(path, fields);
      // The server was started anew: what is on the screen stays, and is said once more.
      if (reply.status === 403 && await renewed()) reply = await post(path, fields);
      if (reply.status === 401 || reply.status === 403) {
        if (path === '/review/answer') tell(LOST);
        location.reload();
        return null;
      }
      return { status: reply.status, ok: reply.ok, text: await reply.text() };
    } catch {
      say(says.dataset.gone);
      return null;
    }
  }

  // Whether the server has another token for this window by now.
  async function renewed() {
    const fresh = await window.freshToken('/review', token);
    token = fresh || token;
    return fresh !== null;
  }

  // Leaves word for the page that comes next in this window.
  function tell(what) {
    try { sessionStorage.setItem(what, '1'); } catch { /* Then nothing is said. */ }
  }

  function told(what) {
    try {
      const was = sessionStorage.getItem(what) !== null;
      sessionStorage.removeItem(what);
      return was;
    } catch {
      return false;
    }
  }

  function put(html) {
    const holder = document.createElement('template');
    holder.innerHTML = html;
    const section = holder.content.querySelector('section');
    stage.append(section);
    set('waiting', section.dataset.waiting);
    if (section.dataset.kind === 'ranked') {
      const { start } = section.dataset;
      section.ranks = start ? start.split('>') : [];
      draw(section);
    }
    const picture = section.querySelector('[data-picture]');
    if (picture) {
      picture.addEventListener('error', () => {
        picture.hidden = true;
        section.querySelector('[data-missing]').hidden = false;
      });
      picture.addEventListener('load', () => fit(section));
    }
    return section;
  }

  // As large as the window allows, with what is answered below still in sight; the crop of a field
  // never smaller than its own pixels unless the window is too small for them. A card with its key is
  // large and scrolled to the key.
  function fit(section) {
    const picture = section.querySelector('[data-picture]');
    if (section.hidden || !picture || !picture.naturalWidth) return;
    const box = picture.parentElement;
    const kind = section.dataset.shows;
    const style = getComputedStyle(box);
    const room = box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const tall = Math.max(kind === 'page' ? 160 : innerHeight * 0.25, left(section, box));
    const fits = (high) => Math.min(room / picture.naturalWidth, high / picture.naturalHeight);
    const [least, most] = LIMITS[kind];
    const floor = room < NARROW ? least / 2 : least;
    const scale = {
      key: () => most,
      page: () => Math.max(least, Math.min(most, fits(tall))),
      field: () => Math.max(
        Math.min(floor, fits(tall)), Math.min(most, fits(Math.min(tall, innerHeight * 0.42))),
      ),
    }[kind]();
    const width = picture.naturalWidth * scale;
    const height = picture.naturalHeight * scale;
    picture.style.width = `${Math.round(width)}px`;
    if (kind === 'key') {
      const at = (section.dataset.at || '0.5 0').split(' ').map(Number);
      box.scrollTo(at[0] * width - box.clientWidth / 2, at[1] * height - box.clientHeight / 2);
    }
  }

  // How high a picture may be so that what one answers in does not lie under the keys.
  function left(section, box) {
    const high = (what) => section.querySelector(what).offsetHeight;
    const top = box.getBoundingClientRect().top + scrollY;
    return innerHeight - top - high('input.line, .choices') - high('.keys') - AROUND;
  }

  function show(section) {
    if (shown && shown !== section && !ahead.includes(shown)) shown.remove();
    for (const other of ahead) other.hidden = true;
    shown = section;
    section.hidden = false;
    stage.removeAttribute('aria-busy');
    fit(section);
    since = performance.now();
    const first = section.querySelector('[data-focus]');
    if (first) {
      first.focus();
      if (first.select) first.select();
    } else {
      section.tabIndex = -1;
      section.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    keep();
  }

  function showNext() {
    const questions = ahead.filter((section) => !isDone(section));
    const done = ahead.filter(isDone);
    const next = questions.shift() || done.pop();
    if (questions.length > 0 || !isDone(next)) done.forEach((section) => section.remove());
    ahead = questions;
    show(next);
  }

  async function more() {
    const reply = await ask('/review/next', {});
    if (!reply) return;
    if (!reply.ok) { say(new DOMParser().parseFromString(reply.text, 'text/html').body.textContent.trim()); return; }
    ahead.push(put(reply.text));
  }

  async function again() {
    if (busy) return;
    busy = true;
    await more();
    if (ahead.length > 0) showNext();
    // No key is lost while the one behind it is on its way.
    busy = false;
    if (shown && !isDone(shown)) await more();
  }

  async function send(answer, value = '', insist = false) {
    if (busy || !shown || isDone(shown)) return;
    busy = true;
    const began = performance.now();
    const section = shown;
    const { lease, question } = section.dataset;
    const reply = await ask('/review/answer', { lease, question, answer, value, insist });
    if (reply && reply.ok) {
      spent += began - since;
      answered += 1;
      set('answered', answered);
      set('seconds', (spent / answered / 1000).toFixed(1));
      remember(question);
      say('');
      ahead.push(put(reply.text));
      showNext();
      requestAnimationFrame(() => { stage.dataset.took = (performance.now() - began).toFixed(1); });
    } else if (reply) {
      await refuse(section, reply);
    }
    busy = false;
  }

  function remember(question) {
    past.push(question);
    if (past.length > MOST_PAST) past.shift();
    keep();
  }

  // 409 and 410: the question is no longer ours, so the next one is shown.
  async function refuse(section, reply) {
    if (reply.status === 409 || reply.status === 410) {
      say(new DOMParser().parseFromString(reply.text, 'text/html').body.textContent.trim());
      await more();
      if (ahead.length > 0) showNext();
      return;
    }
    const why = section.querySelector('[data-refused]');
    why.innerHTML = reply.text;
    const line = input();
    if (line) { line.focus(); line.select(); }
    // On a low window it would stand below the keys.
    why.scrollIntoView({ block: 'nearest' });
  }

  // The answer before, or taken back the one on the screen where that is an answer.
  async function look(undo) {
    if (busy) return;
    const own = undo && shown && shown.dataset.looking;
    const question = own ? shown.dataset.question : past.at(-1);
    if (question === undefined) { say(says.dataset.none); return; }
    busy = true;
    const reply = await ask('/review/back', { question, undo });
    if (reply && reply.ok) {
      if (!own) past.pop();
      if (shown && (own || isDone(shown))) shown.remove();
      else if (shown) ahead.unshift(shown);
      say('');
      const section = put(reply.text);
      if (!undo) section.dataset.looking = '1';
      shown = null;
      show(section);
    } else if (reply) {
      say(new DOMParser().parseFromString(reply.text, 'text/html').body.textContent.trim());
    }
    busy = false;
  }

  // From an answered question that was only looked at, on to where one was.
  async function forward() {
    if (busy) return;
    if (ahead.length === 0) { busy = true; await more(); busy = false; }
    if (ahead.length === 0) return;
    remember(shown.dataset.question);
    showNext();
  }

  // What may be a My Number comes from the server only now; what was typed so far stays.
  async function uncover() {
    if (busy || !shown || !shown.querySelector('[data-covered]')) return;
    busy = true;
    const section = shown;
    const began = since;
    const line = input();
    const typed = line && line.value !== section.dataset.start ? line.value : null;
    const reply = await ask('/review/uncover', { lease: section.dataset.lease });
    if (reply && reply.ok) {
      say('');
      const fresh = put(reply.text);
      if (section.dataset.looking) fresh.dataset.looking = section.dataset.looking;
      show(fresh);
      since = began;
      if (typed !== null && input()) input().value = typed;
    } else if (reply) {
      await refuse(section, reply);
    }
    busy = false;
  }

  function chosen() {
    if (shown.dataset.kind === 'many') {
      const on = shown.querySelectorAll('.choice[aria-pressed="true"]');
      return [...on].map((choice) => choice.dataset.value).join('|');
    }
    if (shown.dataset.kind === 'ranked') return shown.ranks.join('>');
    const line = input();
    return line ? line.value : '';
  }

  function enter() {
    if (!shown) return;
    if (isDone(shown)) { again(); return; }
    const { kind, start, enter: plain, looking } = shown.dataset;
    const now = kind === 'one' ? start : chosen();
    if (looking && now === start) { forward(); return; }
    if (plain === 'accept' && now === start) send('accept');
    else if (now.trim() === '') say(kind === 'one' ? says.dataset.choose : says.dataset.empty);
    else send('value', now);
  }

  function choose(button) {
    if (!button.classList.contains('choice')) { send(button.dataset.answer); return; }
    if (shown.dataset.kind === 'many') {
      button.setAttribute('aria-pressed', button.getAttribute('aria-pressed') !== 'true');
    } else if (shown.dataset.kind === 'ranked') {
      rank(button.dataset.value);
    } else {
      send(button.dataset.answer, button.dataset.value);
    }
  }

  // The first key begins a new order, as typing over a value does.
  function rank(value) {
    const ranks = shown.ranked ? shown.ranks : [];
    shown.ranked = true;
    shown.ranks = ranks.includes(value) ? ranks.filter((v) => v !== value) : [...ranks, value];
    draw(shown);
  }

  function draw(section) {
    for (const choice of section.querySelectorAll('.choice')) {
      const at = section.ranks.indexOf(choice.dataset.value);
      choice.querySelector('[data-order]').textContent = at < 0 ? '' : at + 1;
      choice.setAttribute('aria-pressed', at >= 0);
    }
  }

  // The next or the one before among what stands in the field and what it may also be.
  function other(step) {
    const line = input();
    const buttons = [...shown.querySelectorAll('[data-other]')].map((b) => b.dataset.other);
    const all = [...new Set([shown.dataset.start, ...buttons])];
    if (!line || all.length < 2) return;
    const at = all.indexOf(line.value);
    line.value = all[(at + step + all.length) % all.length];
    line.select();
  }

  function card() {
    const panel = shown && shown.querySelector('[data-card]');
    if (!panel) return;
    const picture = panel.querySelector('img');
    if (picture && !picture.src) {
      picture.addEventListener('error', () => {
        panel.querySelector('.framed').hidden = true;
        panel.querySelector('[data-missing-card]').hidden = false;
      });
      picture.src = picture.dataset.src;
    }
    panel.hidden = !panel.hidden;
    shown.querySelector('[data-key="F2"]').setAttribute('aria-expanded', !panel.hidden);
    if (!panel.hidden) panel.focus();
    else show(shown);
  }

  const actions = {
    enter, again, card, uncover,
    back: () => look(false),
    undo: () => look(true),
    insist: () => send('value', chosen(), true),
  };

  stage.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button || !shown) return;
    if (button.dataset.answer) choose(button);
    else if (button.dataset.do) actions[button.dataset.do]();
    else if (button.dataset.other !== undefined && input()) {
      input().value = button.dataset.other;
      input().focus();
    }
  });

  function half(text) {
    return text.replace(/[！-～]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
      .replace(/[ー―−]/g, '-').replace(/　/g, ' ');
  }

  function typed(event) {
    const line = event.target;
    if (!line.matches('input.line') || event.isComposing) return;
    if (line.dataset.script !== 'japanese') {
      const plain = half(line.value);
      if (plain !== line.value) line.value = plain;
    }
    const full = Number(line.dataset.full);
    const grown = event.type === 'compositionend' || (event.inputType || '').startsWith('insert');
    if (full > 0 && grown && line.value.length === full && line.selectionStart === full) {
      send('value', line.value);
    }
  }
  stage.addEventListener('input', typed);
  stage.addEventListener('compositionend', typed);

  function withControl(event, typing) {
    const untouched = !typing || event.target.value === shown.dataset.start;
    if (event.key.toLowerCase() === 'z' && !event.shiftKey && untouched) {
      event.preventDefault();
      look(true);
    } else if (event.key === 'Enter' && shown.querySelector('[data-do="insist"]')) {
      event.preventDefault();
      actions.insist();
    }
  }

  document.addEventListener('keydown', (event) => {
    sign();
    if (!shown || event.isComposing || event.keyCode === 229 || event.altKey || event.metaKey) return;
    const typing = event.target.matches('input');
    const pressing = event.target.matches('button, a');
    if (event.ctrlKey) { withControl(event, typing); return; }
    const panel = shown.querySelector('[data-card]');
    if (event.key === 'Escape' && panel && !panel.hidden) { card(); return; }
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (typing) { event.preventDefault(); other(event.key === 'ArrowDown' ? 1 : -1); }
      return;
    }
    if ((event.key === 'Enter' || event.key === ' ') && pressing) return;
    // A key that is held down answers once.
    if (event.repeat) { if (!typing || event.key.length > 1) event.preventDefault(); return; }
    if (event.key === 'Enter') { event.preventDefault(); enter(); return; }
    if (event.key === 'PageDown' && shown.dataset.looking) { event.preventDefault(); forward(); return; }
    const digits = typing && event.target.dataset.script === 'digits';
    const blank = event.key === ' ' && (!typing || digits);
    if (typing && event.key.length === 1 && !blank) return;
    const key = blank ? 'F4' : half(event.key);
    const button = shown.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (button) { event.preventDefault(); button.click(); }
  });

  // Somebody is at work here, so what he has stays his.
  function sign() {
    if (Date.now() - lastSign < SIGN_OF_LIFE_MS) return;
    lastSign = Date.now();
    post('/review/here').then((reply) => reply.status === 403 && renewed()).catch(() => {});
  }

  // The bench knows the way back to these questions.
  stage.addEventListener('click', (event) => {
    const link = event.target.closest('[data-repair]');
    if (link && wanted) link.href += `&back=${encodeURIComponent(`?${wanted}`)}`;
  }, true);

  addEventListener('resize', () => shown && fit(shown));
  addEventListener('pagehide', () => { post('/review/leave', {}, { keepalive: true }).catch(() => {}); });
  addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });

  if (told(LOST)) say(says.dataset.lost);
  again();
})();
