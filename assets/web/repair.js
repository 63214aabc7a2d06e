// Pages laid by hand. Corners are kept in pixels of the picture in the file, clockwise; the view is
// turned, never the picture. What is shown as read is what the server says that it recorded.
'use strict';
(() => {
  const meta = (name) => document.querySelector(`meta[name="${name}"]`).content;
  const stage = document.getElementById('stage');
  const says = document.getElementById('says');
  const SVG = 'http://www.w3.org/2000/svg';
  const STEP = 10; // on the screen, in pixels
  const NEAR = 22;
  const LOUPE = 40; // pixels of the screen round a corner that the loupe shows
  const SIGN_OF_LIFE_MS = 60000;

  let shown = null;
  let state = null;
  let busy = false;
  let answered = 0;
  let last = null; // the question that was answered last
  let lastSign = Date.now();

  const part = (name) => shown && shown.querySelector(`[data-${name}]`);
  const set = (id, text) => { document.getElementById(id).textContent = text; };
  const say = (text) => { says.textContent = text; says.classList.toggle('on', text !== ''); };
  const plain = (html) => new DOMParser().parseFromString(html, 'text/html').body.textContent.trim();
  const is = (kind) => shown && shown.dataset.kind === kind;

  function post(path, fields, more = {}) {
    const body = new URLSearchParams({ desk: meta('desk'), ...fields });
    return fetch(path, { method: 'POST', headers: { 'x-hagaki-token': meta('token') }, body, ...more });
  }

  async function ask(path, fields) {
    try {
      const reply = await post(path, fields);
      if (reply.status === 401 || reply.status === 403) { location.reload(); return null; }
      return { ok: reply.ok, status: reply.status, text: await reply.text() };
    } catch {
      say(says.dataset.gone);
      return null;
    }
  }

  function put(html) {
    const holder = document.createElement('template');
    holder.innerHTML = html;
    const section = holder.content.querySelector('section');
    const same = state && section.dataset.page === state.page;
    stage.replaceChildren(section);
    stage.removeAttribute('aria-busy');
    shown = section;
    set('waiting', section.dataset.waiting);
    say('');
    if (part('back')) part('back').href = back();
    if (is('page')) begin(section, same); else section.focus();
    scrollTo(0, 0);
  }

  function begin(section, same) {
    const { width, height, corners, turn, page } = section.dataset;
    const [w, h] = [Number(width), Number(height)];
    const shares = corners.split(' ').map(Number);
    if (!same) {
      state = {
        page, w, h, turn: turn === '' ? 0 : Number(turn), turned: turn !== '', used: false, at: 0,
        cut: '', cutAt: 0.5,
        corners: [0, 1, 2, 3].map((i) => [shares[2 * i] * w, shares[2 * i + 1] * h]),
      };
    } else {
      choose(state.form);
      part('key-line').value = state.key;
    }
    const view = part('view');
    if (view) view.focus(); else { section.tabIndex = -1; section.focus(); }
    draw();
  }

  // The view is turned back by what the page was turned.
  const backBy = () => (360 - state.turn) % 360;
  const sideways = () => backBy() % 180 === 90;
  // The corner that is seen at the top left is 0, then clockwise.
  const index = (seen) => (seen - backBy() / 90 + 4) % 4;
  const option = () => part('form').selectedOptions[0];

  function scale() {
    const view = part('view');
    const box = view.getBoundingClientRect();
    const [w, h] = sideways() ? [state.h, state.w] : [state.w, state.h];
    return Math.min(box.width / w, box.height / h) || 1;
  }

  function turnedBy(degrees) {
    const { w, h } = state;
    return { 0: '', 90: `translate(${h} 0) rotate(90)`, 180: `translate(${w} ${h}) rotate(180)`,
      270: `translate(0 ${w}) rotate(270)` }[degrees];
  }

  function element(name, attributes) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }
  const points = (all) => all.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');

  // Lays a rectangle's unit square onto four corners (Heckbert).
  function homography([p, q, r, s]) {
    const [x1, x2, x3] = [q[0] - r[0], s[0] - r[0], p[0] - q[0] + r[0] - s[0]];
    const [y1, y2, y3] = [q[1] - r[1], s[1] - r[1], p[1] - q[1] + r[1] - s[1]];
    const det = x1 * y2 - x2 * y1;
    const [g, h] = [(x3 * y2 - x2 * y3) / det, (x1 * y3 - x3 * y1) / det];
    return (u, v) => {
      const d = g * u + h * v + 1;
      return [((q[0] - p[0] + g * q[0]) * u + (s[0] - p[0] + h * s[0]) * v + p[0]) / d,
        ((q[1] - p[1] + g * q[1]) * u + (s[1] - p[1] + h * s[1]) * v + p[1]) / d];
    };
  }

  function fields(corners) {
    const { w, h, fields: text } = option().dataset;
    if (!w || !text) return [];
    const place = homography(corners);
    return text.split(' ').map((one) => one.split(',').map(Number)).map(([x, y, fw, fh]) => points(
      [[x, y], [x + fw, y], [x + fw, y + fh], [x, y + fh]].map(([a, b]) => place(a / w, b / h)),
    ));
  }

  function draw() {
    tell();
    const view = part('view');
    if (!view) return;
    const [w, h] = sideways() ? [state.h, state.w] : [state.w, state.h];
    view.setAttribute('viewBox', `0 0 ${w} ${h}`);
    part('turned').setAttribute('transform', turnedBy(backBy()));
    const marks = part('marks');
    marks.replaceChildren();
    const seen = [0, 1, 2, 3].map((i) => state.corners[index(i)]);
    part('loupe').toggleAttribute('hidden', !state.used);
    if (state.cut) line(marks);
    if (!state.used) return;
    const k = 1 / scale();
    marks.append(element('polygon', { points: points(seen), class: 'under' }),
      element('polygon', { points: points(seen), class: 'over' }));
    for (const field of fields(seen)) marks.append(element('polygon', { points: field, class: 'field' }));
    seen.forEach(([x, y], i) => {
      const handle = element('g', { class: i === state.at ? 'handle on' : 'handle',
        transform: `translate(${x} ${y}) rotate(${-backBy()}) scale(${k})` });
      handle.append(element('circle', { r: 13 }), element('path', { d: 'M-6 0H6M0 -6V6' }));
      const label = element('text', { x: i % 3 === 0 ? 24 : -24, y: i < 2 ? 30 : -18 });
      label.textContent = i + 1;
      handle.append(label);
      marks.append(handle);
    });
    loupe(seen, k);
  }

  // What is seen there, as a place in the picture.
  function unseen([x, y]) {
    const { w, h } = state;
    return { 0: [x, y], 90: [y, h - x], 180: [w - x, h - y], 270: [w - y, x] }[backBy()];
  }
  const seenSize = () => (sideways() ? [state.h, state.w] : [state.w, state.h]);

  // Where the picture is cut between two cards.
  function line(marks) {
    const [w, h] = seenSize();
    const ends = state.cut === 'beside'
      ? [[state.cutAt * w, 0], [state.cutAt * w, h]] : [[0, state.cutAt * h], [w, state.cutAt * h]];
    const [[x1, y1], [x2, y2]] = ends.map(unseen);
    for (const name of ['under', 'over']) marks.append(element('line', { x1, y1, x2, y2, class: `cut ${name}` }));
  }

  // The two parts as shares of the picture: the left or upper one as it is seen comes first.
  function parts() {
    const [w, h] = seenSize();
    const at = state.cutAt;
    const both = state.cut === 'beside'
      ? [[0, 0, at, 1], [at, 0, 1, 1]] : [[0, 0, 1, at], [0, at, 1, 1]];
    return both.flatMap(([l, t, r, b]) => {
      const [[x1, y1], [x2, y2]] = [[l * w, t * h], [r * w, b * h]].map(unseen);
      return [Math.min(x1, x2) / state.w, Math.min(y1, y2) / state.h,
        Math.max(x1, x2) / state.w, Math.max(y1, y2) / state.h].map((v) => v.toFixed(5));
    }).join(' ');
  }

  // One card, two side by side, two one above the other: the way that the picture is longer first.
  function cut() {
    if (!part('view')) return;
    const [w, h] = seenSize();
    const order = w >= h ? ['', 'beside', 'above'] : ['', 'above', 'beside'];
    state.cut = order[(order.indexOf(state.cut) + 1) % 3];
    state.cutAt = 0.5;
    state.used = false;
    part('view').focus();
    draw();
  }

  function moveCut(to) {
    state.cutAt = Math.min(0.95, Math.max(0.05, to));
    draw();
  }

  function loupe(seen, k) {
    const [x, y] = seen[state.at];
    const zoom = 100 / (LOUPE * k);
    part('near').setAttribute('transform', `scale(${zoom}) rotate(${backBy()}) translate(${-x} ${-y})`);
    part('edge').setAttribute('points', points(seen));
    // Where it hides nothing of what is moved.
    part('loupe').setAttribute('class', `loupe away-${state.at}`);
  }

  function tell() {
    const turn = part('turn-says');
    turn.textContent = state.turned ? turn.dataset.said.replace('{}', state.turn) : turn.dataset.any;
    const { off, beside, above } = part('cut-says').dataset;
    part('cut-says').textContent = { '': off, beside, above }[state.cut];
    part('cut-says').parentElement.setAttribute('aria-pressed', state.cut !== '');
    part('key-line').disabled = state.cut !== '';
    part('idle').textContent = state.cut ? part('idle').dataset.several : part('idle').dataset.one;
    const corners = part('corner-says');
    corners.textContent = state.used ? corners.dataset.on : corners.dataset.off;
    corners.parentElement.setAttribute('aria-pressed', state.used);
    for (const button of shown.querySelectorAll('[data-corner]')) {
      button.setAttribute('aria-pressed', state.used && Number(button.dataset.corner) === state.at + 1);
    }
  }

  function turn(step) {
    const seen = state.at;
    const corner = index(seen);
    state.turn = (state.turn - step + 360) % 360;
    state.turned = true;
    state.at = [0, 1, 2, 3].find((i) => index(i) === corner);
    draw();
  }

  function select(at) {
    if (!part('view')) return;
    state.used = true;
    state.cut = '';
    state.at = at;
    if (option().value === '' && part('form').options.length > 1) choose('1');
    part('view').focus();
    draw();
  }

  function choose(value) {
    part('form').value = value;
    draw();
  }

  function nextForm(step) {
    const form = part('form');
    const count = form.options.length;
    form.selectedIndex = (form.selectedIndex + step + count) % count;
    draw();
  }

  // A step on the screen as a step in the picture.
  function move(dx, dy) {
    const k = 1 / scale();
    const steps = { 0: [dx, dy], 90: [dy, -dx], 180: [-dx, -dy], 270: [-dy, dx] }[backBy()];
    const corner = state.corners[index(state.at)];
    state.corners[index(state.at)] = [corner[0] + steps[0] * k, corner[1] + steps[1] * k];
    state.used = true;
    draw();
  }

  function said() {
    const all = state.cut ? { parts: parts() } : { key: part('key-line').value.trim() };
    const { name, edition, side } = option().dataset;
    if (name) Object.assign(all, { form: name, edition, side });
    if (state.used) {
      const seen = [0, 1, 2, 3].map((i) => state.corners[index(i)]);
      all.corners = seen.flatMap(([x, y]) => [x / state.w, y / state.h]).map((v) => v.toFixed(5)).join(' ');
    } else if (state.turned) {
      all.turn = state.turn;
    }
    return all;
  }

  function waiting(on) {
    busy = on;
    if (!is('page')) return;
    part('idle').hidden = on;
    part('busy').hidden = !on;
    shown.toggleAttribute('aria-busy', on);
  }

  async function send(path, more) {
    if (busy || !is('page')) return;
    const { lease, question } = shown.dataset;
    state.form = part('form').value;
    state.key = part('key-line').value;
    part('refused').textContent = '';
    waiting(true);
    const began = performance.now();
    const reply = await ask(path, { lease, question, ...more });
    waiting(false);
    if (!reply) return;
    if (reply.ok) {
      last = more.answer ? question : null;
      if (!reply.text.includes('data-notice')) { answered += 1; set('answered', answered); }
      put(reply.text);
      stage.dataset.took = (performance.now() - began).toFixed(1);
    } else if (reply.status === 409 || reply.status === 410) {
      await next();
      say(plain(reply.text));
    } else {
      part('refused').innerHTML = reply.text;
    }
  }

  async function next(more = {}) {
    if (busy) return;
    busy = true;
    const reply = await ask('/repair/next', more);
    busy = false;
    if (!reply) return;
    if (reply.ok) put(reply.text); else say(plain(reply.text));
  }

  async function undo() {
    if (is('result')) { await next({ page: shown.dataset.page }); return; }
    if (last === null) { say(says.dataset.none); return; }
    const question = last;
    last = null;
    state = null;
    await next({ question, undo: true });
  }

  const actions = {
    left: () => turn(-90),
    right: () => turn(90),
    corners: () => { state.used = !state.used; state.cut = ''; draw(); },
    cut,
    whole: () => { if (part('whole')) next({ page: part('whole').dataset.whole }); },
    insist: () => send('/repair/read', { ...said(), insist: true }),
    read: () => send(state.cut ? '/repair/separate' : '/repair/read', said()),
    next: () => {
      const wished = shown && shown.dataset.next;
      state = null;
      next(wished ? { question: wished } : {});
    },
    undo,
    anew: undo,
  };

  stage.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    if (button.dataset.corner) select(Number(button.dataset.corner) - 1);
    else if (button.dataset.answer) send('/repair/answer', { answer: button.dataset.answer });
    else if (button.dataset.do) actions[button.dataset.do]();
  });
  stage.addEventListener('change', (event) => { if (event.target.matches('select')) draw(); });

  // With the mouse: a corner is taken where it is near, and follows.
  stage.addEventListener('pointerdown', (event) => {
    const view = event.target.closest('[data-view]');
    if (!view || !state) return;
    const at = () => new DOMPoint(event.clientX, event.clientY)
      .matrixTransform(part('turned').getScreenCTM().inverse());
    const p = at();
    if (state.cut) { dragCut(event, view); return; }
    const off = [0, 1, 2, 3].map((i) => Math.hypot(
      state.corners[index(i)][0] - p.x, state.corners[index(i)][1] - p.y));
    const nearest = off.indexOf(Math.min(...off));
    if (state.used && off[nearest] > 3 * NEAR / scale()) return;
    event.preventDefault();
    select(nearest);
    view.setPointerCapture(event.pointerId);
    const follow = (moved) => {
      const to = new DOMPoint(moved.clientX, moved.clientY)
        .matrixTransform(part('turned').getScreenCTM().inverse());
      state.corners[index(state.at)] = [to.x, to.y];
      draw();
    };
    view.addEventListener('pointermove', follow);
    view.addEventListener('pointerup', () => view.removeEventListener('pointermove', follow), { once: true });
  });

  function dragCut(event, view) {
    event.preventDefault();
    const follow = (moved) => {
      const box = view.getBoundingClientRect();
      const [w, h] = seenSize();
      const k = scale();
      const [across, down] = [(moved.clientX - box.left - (box.width - w * k) / 2) / (w * k),
        (moved.clientY - box.top - (box.height - h * k) / 2) / (h * k)];
      moveCut(state.cut === 'beside' ? across : down);
    };
    view.setPointerCapture(event.pointerId);
    follow(event);
    view.addEventListener('pointermove', follow);
    view.addEventListener('pointerup', () => view.removeEventListener('pointermove', follow), { once: true });
  }

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const LETTERS = { e: 'attachment', b: 'blank_page', m: 'returned', d: 'duplicate', a: 'accept' };

  function onPage(event, typing) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === 'F9') { event.preventDefault(); send('/repair/answer', { answer: 'hold' }); return; }
    if (key === 'Escape' && typing && part('view')) { part('view').focus(); return; }
    if (typing) return;
    if (ARROWS[key] && state.used) {
      event.preventDefault();
      const step = event.shiftKey ? 1 : STEP;
      move(ARROWS[key][0] * step, ARROWS[key][1] * step);
      return;
    }
    if (ARROWS[key] && state.cut) {
      event.preventDefault();
      const [w, h] = seenSize();
      const [dx, dy] = ARROWS[key];
      const step = (event.shiftKey ? 1 : STEP) / scale();
      moveCut(state.cutAt + (state.cut === 'beside' ? dx * step / w : dy * step / h));
      return;
    }
    if (event.repeat) return;
    if (key >= '1' && key <= '4' && key.length === 1) select(Number(key) - 1);
    else if (key === 'r') turn(90);
    else if (key === 'l') turn(-90);
    else if (key === 'f') nextForm(event.shiftKey ? -1 : 1);
    else if (key === 'c' && part('view')) actions.corners();
    else if (key === 's') cut();
    else if (key === 'w') actions.whole();
    else if (key === 'k') { event.preventDefault(); part('key-line').focus(); part('key-line').select(); }
    else if (LETTERS[key]) aside(LETTERS[key]);
  }

  function aside(answer) {
    if (shown.querySelector(`[data-answer="${answer}"]`)) send('/repair/answer', { answer });
  }

  document.addEventListener('keydown', (event) => {
    sign();
    if (!shown || event.isComposing || event.keyCode === 229 || event.altKey || event.metaKey) return;
    const typing = event.target.matches('input, select');
    if (event.ctrlKey) {
      if (event.key.toLowerCase() === 'z' && !event.target.matches('input')) { event.preventDefault(); undo(); }
      if (event.key === 'Enter' && !event.repeat && shown.querySelector('[data-do="insist"]')) {
        event.preventDefault();
        actions.insist();
      }
      return;
    }
    if ((event.key === 'Enter' || event.key === ' ') && event.target.matches('button, a')) return;
    if (event.key === 'F7' && part('back')) { event.preventDefault(); part('back').click(); return; }
    if (event.key === 'Enter') {
      event.preventDefault();
      if (event.repeat) return;
      if (is('page')) actions.read(); else actions.next();
      return;
    }
    if (is('page')) onPage(event, typing);
  });
  addEventListener('resize', () => { if (is('page')) draw(); });

  function sign() {
    if (Date.now() - lastSign < SIGN_OF_LIFE_MS) return;
    lastSign = Date.now();
    post('/review/here', {}).catch(() => {});
  }
  document.addEventListener('pointermove', sign);
  addEventListener('pagehide', () => { post('/review/leave', {}, { keepalive: true }).catch(() => {}); });
  addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });

  // Where the person came from: a place of this page and of no other.
  function back() {
    const from = new URLSearchParams(meta('wanted')).get('back') || '';
    return /^\/kinds(\?|$)/.test(from) ? from : `/review${from.startsWith('?') ? from : ''}`;
  }

  const wished = new URLSearchParams(meta('wanted')).get('question');
  next(wished ? { question: wished } : {});
})();
