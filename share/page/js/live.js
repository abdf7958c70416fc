// Changes of events as they are committed, over one connection that goes on where it was cut.

import { address } from './api.js';

const listeners = new Set();
const draftListeners = new Set();
const stateListeners = new Set();
let source = null;
let last = null;          // the last change's number: what a new connection goes on from
let state = 'connecting';
let attempts = 0;
let timer = 0;

/** Calls `listener(change)` for each change until `signal` is aborted; `{ resync: true }` when the past has to be read again. */
export function onChange(listener, signal) {
  add(listeners, listener, signal);
}

/** Calls `listener({ id, camera, text })` while a model describes events: `text` so far, null when it has ended. Some may be left out. */
export function onDraft(listener, signal) {
  add(draftListeners, listener, signal);
}

/** Calls `listener(state)` now and whenever it changes: connecting, live, again, offline. */
export function onState(listener, signal) {
  add(stateListeners, listener, signal);
  listener(state);
}

/** Begins; once for the page. */
export function start() {
  connect();
  addEventListener('online', soon);
  addEventListener('offline', () => change('offline'));
  // A page that nobody sees gives its connection back after a while, and catches up when it is seen again.
  let hidden = 0;
  document.addEventListener('visibilitychange', () => {
    clearTimeout(hidden);
    if (document.hidden) hidden = setTimeout(close, 60_000);
    else if (!source) connect();
  });
  addEventListener('pagehide', close);
  addEventListener('pageshow', (event) => { if (event.persisted) connect(); });
}

function connect() {
  close();
  source = new EventSource(address('stream', { after: last, drafts: true }));
  source.addEventListener('ready', (message) => {
    attempts = 0;
    last ??= message.lastEventId;
    change('live');
  });
  source.addEventListener('change', receive);
  source.addEventListener('draft', (message) => {
    let draft;
    try { draft = JSON.parse(message.data); } catch { return; }
    for (const listener of [...draftListeners]) listener(draft);
  });
  source.addEventListener('resync', (message) => {
    last = message.lastEventId || last;
    tell({ resync: true });
  });
  source.addEventListener('error', () => {
    change(navigator.onLine ? 'again' : 'offline');
    if (source?.readyState === EventSource.CLOSED) later();   // an answer that is no stream: browsers give up, we do not
  });
}

function receive(message) {
  last = message.lastEventId || last;
  attempts = 0;
  change('live');
  let event;
  try { event = JSON.parse(message.data); } catch { return; }
  tell(event);
}

function later() {
  close();
  clearTimeout(timer);
  const wait = Math.min(30_000, 1000 * 2 ** attempts++) * (0.75 + Math.random() / 2);
  timer = setTimeout(connect, wait);
}

function soon() {
  attempts = 0;
  clearTimeout(timer);
  connect();
}

function close() {
  clearTimeout(timer);
  source?.close();
  source = null;
}

function change(next) {
  if (next === state) return;
  const wasCut = state === 'again' || state === 'offline';
  state = next;
  for (const listener of [...stateListeners]) listener(state, { wasCut });
}

function tell(event) {
  for (const listener of [...listeners]) listener(event);
}

function add(set, listener, signal) {
  set.add(listener);
  signal?.addEventListener('abort', () => set.delete(listener), { once: true });
}
