// One event: its clip, where in the picture, in words, why, and what a person says it was.

import { get } from '../js/api.js';
import { fill, h } from '../js/dom.js';
import { onChange, onDraft } from '../js/live.js';
import { neighbours, sentences } from '../js/session.js';
import { isFree } from '../js/shortcuts.js';
import { empty, failure, loading } from '../js/states.js';
import { agoElement, duration, timeElement } from '../js/time.js';
import { capital, clockWord, percent, title } from '../js/words.js';
import { tags } from '../parts/eventrow.js';
import { EventClip } from '../parts/eventclip.js';
import { reasonPanel } from '../parts/reason.js';
import { VerdictButtons } from '../parts/verdict.js';

export function view(context) {
  const id = Number(context.path[0]);
  context.title(`Event ${context.path[0]}`);
  const heading = h('h1', {}, 'Event');
  const marks = h('div', { class: 'button-row' });
  const body = h('div', { class: 'event-body' });
  const element = h('div', { class: 'view' },
    h('div', { class: 'view-head' },
      h('div', {}, h('p', { class: 'trail' }, h('a', { href: '#/events' }, 'Events')), heading),
      h('div', { class: 'end' }, marks, order(id))),
    body);
  let parts = null;
  let names = new Map();
  let latest = null;

  async function start() {
    fill(body, h('div', { class: 'card whole' }, loading('Loading the event…', 6)));
    try {
      if (!Number.isSafeInteger(id) || id < 1) throw Object.assign(new Error(), { status: 404, kind: 'http' });
      const [event, known] = await Promise.all([get(`events/${id}`, {}, { signal: context.signal }), sentences()]);
      if (context.signal.aborted) return;
      names = known;
      parts = build(event, context, id);
      fill(body, parts.left, parts.right);
      show(event);
    } catch (error) {
      if (context.signal.aborted) return;
      if (error.status === 404) fill(body, h('div', { class: 'card whole' }, empty('No such event', 'It was erased, forgotten after its time, or became part of another event.', h('a', { class: 'button', href: '#/events' }, 'All events'))));
      else fill(body, h('div', { class: 'card whole' }, failure(error, start)));
    }
  }

  function show(event) {
    latest = event;
    const text = title(event, names);
    context.title(text);
    fill(heading, text);
    fill(marks, tags(event));
    parts.show(event, names);
  }

  async function refresh() {
    try {
      const event = await get(`events/${id}`, {}, { signal: context.signal });
      if (!context.signal.aborted && parts) show(event);
    } catch { /* what is shown stays; the next change tries again */ }
  }

  onChange((change) => {
    if (change.resync) refresh();
    else if (change.id === id && parts) { if (change.event) refresh(); else start(); }
  }, context.signal);
  onDraft((draft) => {
    if (draft.id !== id || !parts) return;
    parts.showDraft(draft.text);
    if (draft.text === null) refresh();   // what became of it
  }, context.signal);
  document.addEventListener('keydown', (event) => press(event, id, parts, context), { signal: context.signal });
  const clock = setInterval(() => { if (!document.hidden && latest && isPending(latest)) refresh(); }, 4000);
  context.signal.addEventListener('abort', () => clearInterval(clock));
  start();
  return element;
}

function build(first, context, id) {
  const clip = new EventClip(id, context.signal);
  const words = h('p', { class: 'description', 'aria-live': 'polite' });
  const origin = h('p', { class: 'hint' });
  const facts = h('dl', { class: 'facts-list' });
  const reason = h('div', {});
  const verdict = new VerdictButtons(id);
  let last = null;
  let event = first;
  let draft = null;    // what a model has written so far; null when none writes

  function showWords() {
    const isDraft = Boolean(draft);
    const text = isDraft ? draft : event.description ? capital(event.description) : 'Nothing was written about it yet.';
    // Words that still grow are read aloud once, when they are whole.
    words.setAttribute('aria-live', draft === null ? 'polite' : 'off');
    words.classList.toggle('is-draft', isDraft);
    fill(origin, draft === null ? author(event) : 'A model is looking at the event; its words appear here.');
    if (text === last) return;
    fill(words, text);
    if (last !== null && !isDraft) { words.classList.remove('is-fresh'); requestAnimationFrame(() => words.classList.add('is-fresh')); }
    last = text;
  }

  return {
    verdict, clip,
    left: h('div', { class: 'event-main' }, clip.element, reason),
    right: h('div', { class: 'event-side' },
      first.kind !== 'blind' && h('section', { class: 'card panel', 'aria-label': 'Description' }, h('h2', {}, 'In words'), words, origin),
      first.kind !== 'blind' && verdict.element,
      h('section', { class: 'card panel', 'aria-label': 'Facts' }, h('h2', {}, 'Facts'), facts)),
    showDraft(text) {
      draft = text;
      showWords();
    },
    show(latest, names) {
      event = latest;
      clip.show(event);
      verdict.show(event.verdict);
      showWords();
      fill(reason, event.explanation && reasonPanel(event));
      fill(facts, rows(event, names));
    },
  };
}

function author(event) {
  const isPlain = !event.description_origin || event.description_origin === 'template';
  if (event.description_state === 'being_written') return 'A model is looking at the event; its words appear here.';
  if (event.description_state === 'waiting') return 'A model will look at the event; its words will appear here.';
  if (event.description_state === 'given_up') return `No model described it: ${givenUp[event.description_problem] ?? 'it did not succeed'}.`;
  if (!event.description) return '';
  return isPlain ? 'A plain sentence from what was matched.' : `Written by the model ${event.description_origin}; it can be wrong.`;
}

const givenUp = {
  queue_full: 'too much happened at once', frames_gone: 'its frames were gone', deadline: 'it took too long', refused: 'the model refused', malformed: 'what the model said had no usable form',
};

// What will come without a change of the event itself: its clip, a model's words.
function isPending(event) {
  const isYoung = Date.now() - new Date(event.end) < 180_000;
  return (isYoung && event.kind !== 'blind' && !event.clip) || ['waiting', 'being_written'].includes(event.description_state);
}

function rows(event, names) {
  const sure = (seconds) => seconds > 0 && h('span', { class: 'muted nowrap' }, ` ± ${duration(seconds * 1000)}`);
  const length = new Date(event.end) - new Date(event.start);
  const query = event.kind === 'query' && names.has(event.query) && event.query;
  return [
    ['Camera', h('a', { href: `#/cameras/${encodeURIComponent(event.camera)}?at=${encodeURIComponent(event.start)}` }, event.camera)],
    ['Start', [timeElement(event.start, 'full'), sure(event.start_error_seconds)]],
    ['End', event.open ? 'still going on' : [timeElement(event.end, 'full'), sure(event.end_error_seconds)]],
    ['Lasted', event.open ? `${duration(length)} so far` : duration(length)],
    ['When', agoElement(event.start)],
    event.kind === 'query' && ['Probability', percent(event.score)],
    event.level?.basis === 'provisional' && ['Level', 'provisional: this camera has not shown yet how often the query alarms for nothing'],
    query && ['Query', h('a', { href: `#/events?query=${encodeURIComponent(query)}` }, query)],
    ['Times are', clockWord(event.clock)],
    ['Number', String(event.id)],
  ].filter(Boolean).map(([term, value]) => [h('dt', {}, term), h('dd', {}, value)]);
}

function order(id) {
  const { earlier, later } = neighbours(id);
  const link = (target, text, key) => target && h('a', { class: 'button quiet', href: `#/events/${target}`, 'aria-keyshortcuts': key, title: `${text} (${key})` }, text);
  return [link(later, 'Later', 'k'), link(earlier, 'Earlier', 'j')];
}

function press(event, id, parts, context) {
  if (!isFree(event)) return;
  const { earlier, later } = neighbours(id);
  if (event.key === 'j' && earlier) context.navigate(`#/events/${earlier}`);
  else if (event.key === 'k' && later) context.navigate(`#/events/${later}`);
  else if (event.key === 'u') context.navigate('#/events');
  else if (event.key === 'n' && parts) parts.verdict.give('normal');
  else if (event.key === 'i' && parts) parts.verdict.give('incident');
  else if (event.key === ' ' && parts && event.target.closest('a, button, summary, video') === null) parts.clip.toggle();
  else return;
  event.preventDefault();
}
