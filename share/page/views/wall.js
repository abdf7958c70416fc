// The wall: every camera, its picture once a second, how it stands, what happened there last.

import { get } from '../js/api.js';
import { fill, h } from '../js/dom.js';
import { onChange } from '../js/live.js';
import { cameras, sentences } from '../js/session.js';
import { empty, failure } from '../js/states.js';
import { agoElement, timeElement } from '../js/time.js';
import { blindWord, count, title } from '../js/words.js';
import { LivePictures } from '../parts/livepictures.js';

export function view(context) {
  context.title('Cameras');
  const summary = h('p', { class: 'muted', role: 'status' });
  const grid = h('ul', { class: 'wall', 'aria-busy': 'true' }, Array.from({ length: 4 }, placeholder));
  const element = h('div', { class: 'view' }, h('div', { class: 'view-head' }, h('h1', {}, 'Cameras'), summary), grid);
  const pictures = new LivePictures(context.signal);
  const cards = new Map();
  let names = new Map();

  async function refresh() {
    try {
      const list = await cameras(0);
      if (!context.signal.aborted) render(list);
    } catch (error) {
      if (context.signal.aborted) return;
      if (cards.size) fill(summary, 'How the cameras stand cannot be asked at the moment.');
      else fill(grid, h('li', { class: 'whole' }, failure(error, refresh)));
    }
    grid.removeAttribute('aria-busy');
  }

  function render(list) {
    if (!list.length) {
      cards.clear();
      fill(summary, '');
      fill(grid, h('li', { class: 'whole' }, empty('No cameras yet', 'Cameras are named in the configuration file. Once one is there, its picture appears here.', h('a', { class: 'button', href: '#/settings' }, 'See the configuration'))));
      return;
    }
    const gone = new Set(cards.keys());
    if (!cards.size) grid.replaceChildren();
    for (const camera of list) {
      gone.delete(camera.camera);
      let card = cards.get(camera.camera);
      if (!card) {
        card = cameraCard(camera.camera);
        cards.set(camera.camera, card);
        grid.append(card.element);
        pictures.add(camera.camera, card.canvas, card.cover);
        lastEvent(card, camera.camera);
      }
      card.update(camera);
      pictures.setActive(camera.camera, Boolean(camera.picture));
    }
    for (const name of gone) { pictures.remove(name); cards.get(name).element.remove(); cards.delete(name); }
    const well = list.filter((camera) => standing(camera).isWell).length;
    fill(summary, well === list.length ? `${count(list.length, 'camera')}, all watched` : `${well} of ${count(list.length, 'camera')} watched`);
  }

  async function lastEvent(card, camera) {
    try {
      names = await sentences();
      const page = await get('events', { camera, limit: 1 }, { signal: context.signal });
      card.showEvent(page.items[0], names);
    } catch { card.showEvent(null, names); }
  }

  onChange((change) => {
    const card = change.event && cards.get(change.event.camera);
    if (card && change.event.kind !== 'blind') card.showEvent(change.event, names);
    if (change.resync || change.kind === 'blind') refresh();
  }, context.signal);
  const clock = setInterval(() => { if (!document.hidden) refresh(); }, 5000);
  context.signal.addEventListener('abort', () => clearInterval(clock));
  refresh();
  return element;
}

/** How a camera stands, in words. */
export function standing(camera) {
  if (!camera.configured) return { isWell: false, text: 'Not in the configuration any more', since: camera.last_watched };
  if (camera.blind_reason) return { isWell: false, text: blindWord(camera.blind_reason), since: camera.blind_since, note: camera.state_reason };
  if (camera.faults?.length) return { isWell: false, text: blindWord(camera.faults[0]) };
  if (camera.state === 'live') return { isWell: true, text: 'Watching' };
  if (camera.state === 'unauthorized') return { isWell: false, text: 'The camera refuses the password', note: camera.state_reason };
  if (camera.state === 'waiting') return { isWell: false, text: 'Waiting to connect again', note: camera.state_reason };
  if (camera.state === 'connecting') return { isWell: false, text: 'Connecting…' };
  return { isWell: false, text: 'Not watched' };
}

function cameraCard(name) {
  const canvas = h('canvas', { role: 'img', 'aria-label': `Live picture of ${name}`, width: 640, height: 360 });
  const cover = h('div', { class: 'cover' });
  const state = h('p', { class: 'standing' });
  const latest = h('p', { class: 'latest muted' });
  const element = h('li', { class: 'card camera' },
    h('a', { class: 'camera-link', href: `#/cameras/${encodeURIComponent(name)}`, 'data-row': true },
      h('div', { class: 'picture' }, canvas, cover),
      h('div', { class: 'camera-words' }, h('h2', {}, name), state)),
    latest);
  return {
    element, canvas, cover,
    update(camera) {
      const { isWell, text, since, note } = standing(camera);
      element.dataset.well = isWell;
      element.title = note ?? '';
      fill(state, h('span', { class: 'dot', 'aria-hidden': 'true' }), h('span', {}, text, since && [' since ', timeElement(since)]));
    },
    showEvent(event, names) {
      fill(latest, event
        ? h('a', { href: `#/events/${event.id}` }, h('span', { class: 'latest-title' }, title(event, names)), ' ', agoElement(event.start))
        : 'Nothing happened here yet');
    },
  };
}

function placeholder() {
  return h('li', { class: 'card camera', 'aria-hidden': 'true' }, h('div', { class: 'picture skeleton' }), h('div', { class: 'camera-words' }, h('div', { class: 'skeleton' })));
}
