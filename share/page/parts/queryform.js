// A new standing query: said, tried on the past, then watched.

import { send } from '../js/api.js';
import { button, field, fill, h, select } from '../js/dom.js';
import { cameras as allCameras } from '../js/session.js';
import { BackTest } from './backtest.js';

/** A form; `added(query)` and `cancel()` end it. */
export function queryForm({ signal, added, cancel }) {
  const text = h('input', { type: 'text', maxlength: 475, required: true, autocomplete: 'off', placeholder: 'a person climbs over the fence' });
  const name = h('input', { type: 'text', maxlength: 63, autocomplete: 'off', spellcheck: 'false', pattern: '[A-Za-z0-9_][A-Za-z0-9_.\\-]*' });
  const from = h('input', { type: 'time', 'aria-label': 'Watched from' });
  const to = h('input', { type: 'time', 'aria-label': 'Watched until' });
  const ceiling = h('input', { type: 'number', min: 0.001, max: 10000, step: 'any', value: '1', inputmode: 'decimal' });
  const zone = select([['', 'Anywhere']], '');
  const choices = h('div', { class: 'choices' }, h('span', { class: 'muted' }, 'All cameras'));
  const problem = h('p', { class: 'field-problem', role: 'alert' });
  const outcome = h('div', { class: 'test-place', hidden: true });
  const note = h('p', { class: 'hint', role: 'status' }, 'Try it on the past first: then you know how often it will speak up.');
  let list = [];
  let isNamed = false;
  let tried = '';
  const test = new BackTest({ signal, body: () => asked(), done: finish });

  const tryButton = button('Try it on the past', () => attempt());
  const addButton = button('Add and watch', () => add(true), { kind: 'primary', disabled: true });
  const keepButton = button('Add, but leave it off', () => add(false), { disabled: true });

  const chosen = () => [...choices.querySelectorAll('input:checked')].map((box) => box.value);
  const limit = () => Math.min(10_000, Math.max(0.001, Number(ceiling.value) || 1));
  const state = () => JSON.stringify({ ...asked(), alarm_ceiling_per_day: 0 });

  // What is tried and what is watched are the same.
  function asked() {
    const body = { text: text.value.trim(), cameras: chosen(), alarm_ceiling_per_day: limit() };
    if (zone.value) body.zone = zone.value;
    if (from.value && to.value) body.active = `${from.value}-${to.value}`;
    return body;
  }

  function isWhole() {
    if (!text.value.trim()) { fill(problem, 'Say what to look out for.'); text.focus(); return false; }
    if (!from.value !== !to.value) { fill(problem, 'Give both hours, or none for the whole day.'); return false; }
    fill(problem);
    return true;
  }

  function attempt() {
    if (!isWhole()) return;
    outcome.hidden = false;
    tried = state();
    lock();
    test.run();
  }

  function finish(answer) {
    if (!answer) { tried = ''; lock(); return; }
    lock();
    addButton.scrollIntoView({ block: 'nearest' });
  }

  // What was changed since has to be tried again.
  function lock() {
    const isTried = tried !== '' && tried === state();
    addButton.disabled = keepButton.disabled = !isTried;
    tryButton.classList.toggle('primary', !isTried);
    fill(note, isTried ? '' : tried ? 'The query changed: try it again.' : 'Try it on the past first: then you know how often it will speak up.');
  }

  async function add(enabled) {
    if (!isWhole()) return;
    const body = { name: name.value.trim() || slug(text.value), ...asked(), enabled };
    addButton.disabled = keepButton.disabled = true;
    try { added(await send('POST', 'queries', body)); } catch (error) { fill(problem, error.message); lock(); }
  }

  function showZones() {
    const names = chosen();
    const relevant = list.filter((camera) => !names.length || names.includes(camera.camera));
    const [first, ...others] = relevant.map((camera) => Object.keys(camera.zones ?? {}));
    const common = (first ?? []).filter((one) => others.every((zones) => zones.includes(one)));
    const before = zone.value;
    fill(zone, h('option', { value: '' }, 'Anywhere'), common.map((one) => h('option', { value: one }, one)));
    zone.value = common.includes(before) ? before : '';
    zone.disabled = !common.length;
  }

  text.addEventListener('input', () => { if (!isNamed) name.value = slug(text.value); lock(); });
  name.addEventListener('input', () => { isNamed = name.value !== ''; });
  choices.addEventListener('change', () => { showZones(); lock(); });
  for (const control of [zone, from, to]) control.addEventListener('change', lock);
  allCameras(60_000).then((known) => {
    list = known.filter((camera) => camera.configured);
    if (list.length) fill(choices, list.map(({ camera }) => h('label', {}, h('input', { type: 'checkbox', value: camera }), camera)));
    showZones();
  }).catch(() => { /* all cameras, then */ });
  showZones();

  return h('form', { class: 'card panel query-form', 'aria-label': 'New query', on: { submit: (event) => { event.preventDefault(); attempt(); } } },
    h('h2', {}, 'New query'),
    field('Look out for', text, { hint: 'One plain English sentence about what can be seen.', kind: 'grow' }),
    h('fieldset', { class: 'field' }, h('legend', {}, 'On cameras (none ticked: all)'), choices),
    h('div', { class: 'filters' }, field('Zone', zone),
      h('fieldset', { class: 'field hours' }, h('legend', {}, 'Hours (empty: all day)'), h('div', { class: 'hours-pair' }, from, h('span', { 'aria-hidden': 'true' }, '–'), to)),
      field('False alarms a day, at most', ceiling), field('Name', name)),
    outcomeOf(outcome, test), problem, note,
    h('div', { class: 'button-row' }, tryButton, addButton, keepButton, button('Cancel', cancel, { kind: 'quiet' })));
}

function outcomeOf(place, test) {
  return fill(place, h('h3', {}, 'What it would have told'), test.element);
}

/** "A person climbs over the fence" → "a-person-climbs-over-the" */
function slug(text) {
  return text.toLowerCase().normalize('NFKD').replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').split('-').slice(0, 5).join('-').slice(0, 63);
}
