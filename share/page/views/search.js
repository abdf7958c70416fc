// The past, asked in words.

import { get } from '../js/api.js';
import { button, fill, h, icon } from '../js/dom.js';
import { announce } from '../js/say.js';
import { sentences } from '../js/session.js';
import { empty, failure, loading } from '../js/states.js';
import { agoElement, duration, timeElement } from '../js/time.js';
import { capital, count, percent } from '../js/words.js';
import { cameraSelect, folded, timeInput, withParameters } from '../parts/filters.js';
import { moment, preview } from '../parts/moment.js';

const examples = ['a person walks', 'a car drives past', 'several people'];

export function view(context) {
  context.title('Search');
  const wish = Object.fromEntries(['q', 'camera', 'since', 'until'].map((name) => [name, context.parameters.get(name) ?? undefined]));
  const answer = h('section', { 'aria-label': 'Answer', class: 'answer' });
  const box = h('input', {
    type: 'search', id: 'search-text', name: 'q', maxlength: 475, autocomplete: 'off', enterkeyhint: 'search',
    placeholder: 'a person carries a ladder', 'aria-label': 'What to look for, as a sentence', value: wish.q,
  });
  let limit = 20;
  let turn = 0;
  let question = null;

  async function ask() {
    const mine = ++turn;
    question?.abort();
    question = new AbortController();
    wish.q = box.value.trim() || undefined;
    context.navigate(withParameters('#/search', wish), { replace: true });
    if (!wish.q) { hint(); return; }
    context.title(`“${wish.q}”`);
    fill(answer, h('div', { class: 'card' }, loading('Searching…', 4)));
    try {
      const signal = AbortSignal.any([question.signal, context.signal]);
      const result = await get('search', { ...wish, limit }, { signal, seconds: 60 });
      if (mine === turn) show(result);
    } catch (error) {
      if (mine !== turn || context.signal.aborted) return;
      if (error.status === 400 || error.status === 422) refuse(error);
      else fill(answer, h('div', { class: 'card' }, failure(error, ask, { title: 'The search did not work' })));
    }
  }

  function show({ items, unknown_words: unknown, understood }) {
    const note = unknownNote(unknown);
    if (!items.length) {
      fill(answer, note, h('div', { class: 'card' }, nothingFound(wish, () => widen())));
      announce('Nothing found');
      return;
    }
    fill(answer, note,
      h('p', { class: 'muted', role: 'status' }, `${count(items.length, 'moment')}, most likely first`, understood && understood.replace(/[“”]/g, '') !== wish.q && [' · understood as ', h('em', {}, understood)]),
      h('ol', { class: 'hits' }, items.map(hit)),
      items.length >= limit && limit < 100 && h('p', { class: 'list-end' }, button('Show more', () => { limit = Math.min(100, limit + 40); ask(); })));
    announce(`${count(items.length, 'moment')} found`);
  }

  function refuse(problem) {
    fill(answer, h('div', { class: 'card' }, empty('This sentence cannot be answered', problem.message)));
  }

  function widen() {
    Object.assign(wish, { camera: undefined, since: undefined, until: undefined });
    context.navigate(withParameters('#/search', wish));
    if (location.hash === withParameters('#/search', wish)) dispatchEvent(new HashChangeEvent('hashchange'));
  }

  async function hint() {
    const known = [...new Set([...(await sentences()).values(), ...examples])].slice(0, 6);
    if (context.signal.aborted || box.value.trim()) return;
    fill(answer, h('div', { class: 'card' }, empty('Ask for a moment', 'Say in plain English what could be seen. Order and time work too: “a car arrives, then a person walks”, “nobody for more than 10 minutes”.',
      ...known.map((text) => button(text, () => { box.value = text; ask(); })))));
  }

  const set = (name) => (value) => { wish[name] = value || undefined; limit = 20; if (box.value.trim()) ask(); };
  const element = h('div', { class: 'view' },
    h('div', { class: 'view-head' }, h('h1', {}, 'Search')),
    h('form', { class: 'search-form', role: 'search', on: { submit: (event) => { event.preventDefault(); limit = 20; ask(); } } },
      h('div', { class: 'search-line' }, icon('search'), box, h('button', { class: 'button primary', type: 'submit' }, 'Search')),
      folded({ ...wish, q: undefined }, cameraSelect(wish.camera, set('camera')), timeInput('From', wish.since, set('since')), timeInput('Until', wish.until, set('until')))),
    answer);
  if (wish.q) ask();
  else hint();
  if (matchMedia('(pointer: fine)').matches) queueMicrotask(() => setTimeout(() => box.focus({ preventScroll: true }), 0));
  return element;
}

/** What is said about words that are not known. */
export function unknownNote(words) {
  if (!words?.length) return null;
  const list = words.map((word) => `“${word}”`).join(', ');
  return h('p', { class: 'card note', role: 'status' }, `alertd does not know ${words.length === 1 ? 'the word' : 'the words'} ${list}, so expect poor matches. Try a simpler one.`);
}

function nothingFound(wish, widen) {
  const isFiltered = wish.camera || wish.since || wish.until;
  const where = isFiltered ? 'in what these filters leave' : 'in anything watched so far';
  return empty('Nothing found', `No moment ${where} fits “${wish.q}”.`, isFiltered && button('Search everywhere', widen));
}

function hit(found) {
  const length = new Date(found.end) - new Date(found.start);
  const middle = +new Date(found.start) + length / 2;
  const place = h('div', { class: 'hit-picture' }, moment(found.camera, middle, { footage: found.footage }));
  const target = found.event_id ? `#/events/${found.event_id}` : `#/cameras/${encodeURIComponent(found.camera)}?at=${encodeURIComponent(found.start)}`;
  const bar = h('span', {});
  bar.style.width = `${found.probability * 100}%`;
  const link = h('a', { class: 'card hit', href: target, 'data-row': true }, place,
    h('span', { class: 'hit-words' },
      h('span', { class: 'hit-probability' }, h('strong', {}, percent(found.probability)), h('span', { class: 'meter', 'aria-hidden': 'true' }, bar)),
      h('span', {}, timeElement(found.start), h('span', { class: 'muted' }, ` · ${duration(length)}`)),
      h('span', { class: 'muted small' }, found.camera, ' · ', agoElement(found.start)),
      found.description && h('span', { class: 'detail' }, capital(found.description))));
  if (found.footage !== false && place.querySelector('img')) preview(link, place.firstChild, found.camera, found.start, found.end);
  return h('li', {}, link);
}
