// The review page. One question is shown, the next one is loaded behind it; an answer is shown as
// given only once the server says that it is recorded. Every key is also a button.
'use strict';
(() => {
  const meta = (name) => document.querySelector(`meta[name="${name}"]`).content;
  const desk = meta('desk');
  const token = meta('token');
  const wanted = meta('wanted');
  const stage = document.getElementById('stage');
  const says = document.getElementById('says');

  const MOST_PAST = 10;
  const SIGN_OF_LIFE_MS = 60000;
  // Times a picture's own pixels. A field's crop at 1 is about twice as large as the paper.
  const LIMITS = { field: [1, 3], page: [0.1, 1.6], key: [1.4, 1.4] };
  const NARROW = 700;

  let shown = null;
  let ahead = [];
  const past = [];
  let busy = false;
  let answered = 0;
  let spent = 0;
  let since = 0;
  let lastSign = Date.now();

  const set = (id, text) => { document.getElementById(id).textContent = text; };
  const say = (text) => { says.textContent = text; says.classList.toggle('on', text !== ''); };
  const input = () => shown && shown.querySelector('input.line');
  const isDone = (section) => section.dataset.kind === 'done';

  function post(path, fields = {}, more = {}) {
    const body = new URLSearchParams(wanted);
    body.set('desk', desk);
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return fetch(path, { method: 'POST', headers: { 'x-hagaki-token': token }, body, ...more });
  }

  // The server's reply, or null when there is none to work with.
  async function ask(path, fields) {
    try {
      const reply = await post(path, fields);
      if (reply.status === 401 || reply.status === 403) { location.reload(); return null; }
      return { status: reply.status, ok: reply.ok, text: await reply.text() };
    } catch {
      say(says.dataset.gone);
      return null;
    }
  }

  function put(html) {
    const holder = document.createElement('template');
    holder.innerHTML = html;
    const section = holder.content.querySelector('section');
    stage.append(section);
    set('waiting', section.dataset.waiting);
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

  // As large as the window allows; the crop of a field never smaller than its own pixels unless
  // the window is too narrow for them. A card with its key is large and scrolled to the key.
  function fit(section) {
    const picture = section.querySelector('[data-picture]');
    if (section.hidden || !picture || !picture.naturalWidth) return;
    const box = picture.parentElement;
    const kind = section.dataset.shows;
    const style = getComputedStyle(box);
    const room = box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const tall = kind === 'page' ? Math.max(160, innerHeight - 310) : innerHeight * 0.42;
    const scale = Math.min(room / picture.naturalWidth, tall / picture.naturalHeight);
    const [least, most] = LIMITS[kind];
    const wanted = kind === 'key' ? most : Math.max(room < NARROW ? least / 2 : least, Math.min(most, scale));
    const width = picture.naturalWidth * wanted;
    const height = picture.naturalHeight * wanted;
    picture.style.width = `${Math.round(width)}px`;
    if (kind === 'key') {
      const at = (section.dataset.at || '0.5 0').split(' ').map(Number);
      box.scrollTo(at[0] * width - box.clientWidth / 2, at[1] * height - box.clientHeight / 2);
    }
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
      section.focus();
    }
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

  async function look(undo) {
    if (busy) return;
    const question = past.at(-1);
    if (question === undefined) { say(says.dataset.none); return; }
    busy = true;
    const reply = await ask('/review/back', { question, undo });
    if (reply && reply.ok) {
      past.pop();
      if (shown && isDone(shown)) shown.remove();
      else if (shown && shown.dataset.looking) { remember(shown.dataset.question); shown.remove(); }
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
    remember(shown.dataset.question);
    if (ahead.length === 0) { busy = true; await more(); busy = false; }
    if (ahead.length > 0) showNext();
  }

  function chosen() {
    if (shown.dataset.kind === 'many') {
      const on = shown.querySelectorAll('.choice[aria-pressed="true"]');
      return [...on].map((choice) => choice.dataset.value).join('|');
    }
    if (shown.dataset.kind === 'ranked') return (shown.ranks || []).join('>');
    const line = input();
    return line ? line.value : '';
  }

  function enter() {
    if (!shown) return;
    if (isDone(shown)) { again(); return; }
    const { kind, start, enter: plain, looking } = shown.dataset;
    const now = kind === 'one' ? start : (chosen() || (kind === 'ranked' ? start : ''));
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

  function rank(value) {
    const ranks = shown.ranks || [];
    shown.ranks = ranks.includes(value) ? ranks.filter((v) => v !== value) : [...ranks, value];
    for (const choice of shown.querySelectorAll('.choice')) {
      const at = shown.ranks.indexOf(choice.dataset.value);
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
    enter, again, card,
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
    post('/review/here').catch(() => {});
  }

  // The bench knows the way back to these questions.
  stage.addEventListener('click', (event) => {
    const link = event.target.closest('[data-repair]');
    if (link && wanted) link.href += `&back=${encodeURIComponent(`?${wanted}`)}`;
  }, true);

  addEventListener('resize', () => shown && fit(shown));
  addEventListener('pagehide', () => { post('/review/leave', {}, { keepalive: true }).catch(() => {}); });
  addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });

  again();
})();
