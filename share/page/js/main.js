// The page: which view stands where, what happens between two of them, and what belongs to none.

import { fill, h } from './dom.js';
import * as live from './live.js';
import { announce } from './say.js';
import { startShortcuts } from './shortcuts.js';
import { failure, loading } from './states.js';
import { startThemeSwitch } from './themeswitch.js';

// Each view is a function: context → element. context: path, parameters, signal (aborted when the view is left),
// title(text), navigate(address, { replace }).
const views = {
  '': () => import('../views/wall.js'),
  cameras: () => import('../views/camera.js'),
  events: () => import('../views/events.js'),
  event: () => import('../views/event.js'),
  search: () => import('../views/search.js'),
  queries: () => import('../views/queries.js'),
  settings: () => import('../views/settings.js'),
};
const places = { '': 'cameras', cameras: 'cameras', events: 'events', event: 'events', search: 'search', queries: 'queries', settings: 'settings' };

const content = document.getElementById('content');
let current = null;
let isFirst = true;

/** Shows what the address says. */
async function route() {
  const { name, path, parameters } = parse(location.hash);
  current?.abort();
  const leave = current = new AbortController();
  mark(places[name]);
  const slow = setTimeout(() => fill(content, h('div', { class: 'view' }, loading('Loading the view…'))), 150);
  try {
    const load = views[name];
    if (!load) throw new Error('unknown');
    const module = await load();
    if (leave.signal.aborted) return;
    clearTimeout(slow);
    const context = { path, parameters, signal: leave.signal, navigate, title: (text) => { document.title = `${text} · alertd`; } };
    const element = module.view(context);
    fill(content, element);
    arrive(element);
  } catch (error) {
    if (leave.signal.aborted) return;
    clearTimeout(slow);
    const missing = !views[name];
    if (!missing) console.error(error);
    const problem = { message: missing ? 'There is no page at this address.' : 'A part of the page did not arrive. Check that alertd runs.' };
    fill(content, h('div', { class: 'view' }, h('h1', {}, missing ? 'Not here' : 'alertd'), failure(problem, missing ? null : route, { title: missing ? 'This address leads nowhere' : 'This view could not be loaded' }),
      missing && h('p', {}, h('a', { href: '#/' }, 'To the cameras'))));
  }
}

/** #/events/42?x=y → { name: 'event', path: ['42'], parameters } */
function parse(hash) {
  const [path, query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const parts = path.split('/').filter(Boolean).map(decode);
  let name = parts.shift() ?? '';
  if (name === 'events' && parts.length) name = 'event';
  if (name === 'cameras' && !parts.length) name = '';
  return { name, path: parts, parameters: new URLSearchParams(query) };
}

function decode(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}

/** `replace`: the address changes, the view stays (a filter, a zoom). */
function navigate(address, { replace = false } = {}) {
  if (replace) history.replaceState(null, '', address);
  else location.hash = address;
}

function mark(place) {
  for (const link of document.querySelectorAll('.places a')) {
    if (link.dataset.place === place) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

// A screen reader's focus follows, as it would to a new page.
function arrive(element) {
  scrollTo(0, 0);
  if (!isFirst && !element.contains(document.activeElement)) {
    const heading = element.querySelector('h1');
    heading?.setAttribute('tabindex', '-1');
    (heading ?? content).focus({ preventScroll: true });
  }
  if (isFirst) setTimeout(() => { for (const load of Object.values(views)) load().catch(() => {}); }, 2000);   // a short outage later does not matter then
  isFirst = false;
}

function showConnection() {
  const place = document.getElementById('connection');
  const notice = document.getElementById('offline');
  const words = { connecting: 'Connecting', live: 'Live', again: 'Reconnecting…', offline: 'Offline' };
  live.onState((state, past) => {
    place.dataset.state = state;
    fill(place.querySelector('.connection-text'), words[state]);
    notice.hidden = state !== 'offline';
    fill(notice, state === 'offline' && 'This device is offline. What is shown may be old; it goes on by itself when the network is back.');
    if (state !== 'live' || !past?.wasCut) return;
    announce('Live again; nothing was missed.');
    if (content.querySelector('.state.problem')) route();   // what failed meanwhile is tried again without being asked
  });
}

addEventListener('hashchange', route);
document.addEventListener('click', (event) => {
  // A link to where one is already starts that view anew.
  const link = event.target.closest?.('a[href^="#/"]');
  if (link && link.getAttribute('href') === location.hash && !event.ctrlKey && !event.metaKey) route();
});
document.querySelector('.skip').addEventListener('click', (event) => { event.preventDefault(); content.focus(); });

startThemeSwitch();
startShortcuts(navigate);
showConnection();
live.start();
route();
