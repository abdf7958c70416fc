// One camera: its picture now or at a chosen moment, and its past as a timeline.

import { address, segment } from '../js/api.js';
import { button, fill, h } from '../js/dom.js';
import { onChange } from '../js/live.js';
import { cameras, sentences } from '../js/session.js';
import { empty, failure } from '../js/states.js';
import { iso, timeElement } from '../js/time.js';
import { withParameters } from '../parts/filters.js';
import { LivePictures } from '../parts/livepictures.js';
import { nothing, picture } from '../parts/picture.js';
import { Timeline } from '../parts/timeline.js';
import { standing } from './wall.js';

export function view(context) {
  const [name] = context.path;
  context.title(name);
  const chosen = Date.parse(context.parameters.get('at') ?? '');
  const at = Number.isNaN(chosen) ? null : chosen;
  const state = h('p', { class: 'standing muted', role: 'status' });
  const stage = h('div', { class: 'stage' });
  const facts = h('dl', { class: 'facts-list' });
  const stageTitle = h('h2', {});
  const stageActions = h('div', { class: 'button-row' });
  const body = h('div', { class: 'camera-body' },
    h('section', { class: 'card panel stage-panel', 'aria-label': 'Picture' }, stage, h('div', { class: 'stage-words' }, stageTitle, stageActions)),
    h('section', { class: 'card panel', 'aria-label': 'State' }, h('h2', {}, 'How it stands'), state, facts,
      h('p', {}, h('a', { href: withParameters('#/events', { camera: name }) }, 'Events of this camera'))));
  const canvas = h('canvas', { role: 'img', 'aria-label': `Live picture of ${name}`, width: 640, height: 360 });
  const cover = h('div', { class: 'cover' });
  const pictures = new LivePictures(context.signal);
  pictures.add(name, canvas, cover);
  let camera = null;

  const timeline = new Timeline({
    camera: name, signal: context.signal, at,
    length: at === null ? undefined : 600_000,
    choose: showMoment,
  });
  const element = h('div', { class: 'view' },
    h('div', { class: 'view-head' }, h('div', {}, h('p', { class: 'trail' }, h('a', { href: '#/' }, 'Cameras')), h('h1', {}, name))),
    body, timeline.element);

  function showLive() {
    timeline.mark(null);
    context.navigate(`#/cameras/${segment(name)}`, { replace: true });
    fill(stageTitle, 'Live');
    fill(stageActions);
    fill(stage, h('div', { class: 'picture' }, canvas, cover));
    pictures.setActive(name, Boolean(camera?.picture));
  }

  function showMoment(time) {
    context.navigate(withParameters(`#/cameras/${segment(name)}`, { at: iso(time) }), { replace: true });
    pictures.setActive(name, false);
    fill(stageTitle, timeElement(time, 'full'));
    fill(stageActions, button('Play from here', () => play(time), { kind: 'primary' }), button('Back to live', showLive));
    fill(stage, picture(address(`cameras/${segment(name)}/picture.jpg`, { at: iso(time) }), { alt: `${name} at that moment`, none: 'No picture is kept of this moment', lazy: false }));
  }

  function play(time) {
    const span = { start: iso(time - 2000), end: iso(Math.min(time + 30_000, Date.now())) };
    const place = h('div', { class: 'picture' });
    const video = h('video', { controls: true, playsinline: true, autoplay: true, muted: true, src: address(`cameras/${segment(name)}/clip.mp4`, span), 'aria-label': `Footage of ${name}` });
    video.addEventListener('error', () => fill(place, nothing('No footage is kept of this moment')), { once: true });
    fill(stage, fill(place, video));
  }

  async function refresh() {
    try {
      const list = await cameras(0);
      if (context.signal.aborted) return;
      const found = list.find((candidate) => candidate.camera === name);
      if (!found) { showUnknown(); return; }
      const isFirst = !camera;
      camera = found;
      showState(found);
      if (isFirst && at !== null) showMoment(at);
      else if (isFirst) showLive();
      else if (cover.isConnected) pictures.setActive(name, Boolean(found.picture));
    } catch (error) {
      if (context.signal.aborted) return;
      if (camera) fill(state, 'How the camera stands cannot be asked at the moment.');
      else fill(stage, failure(error, refresh, { compact: true }));
    }
  }

  function showState(found) {
    const { isWell, text, since, note } = standing(found);
    timeline.since = found.first_watched ? +new Date(found.first_watched) : null;
    state.dataset.well = isWell;
    fill(state, h('span', { class: 'dot', 'aria-hidden': 'true' }), h('span', {}, text, since && [' since ', timeElement(since)]));
    const rows = [
      note && ['Says', note],
      found.picture ? ['Last picture', timeElement(found.picture)] : found.last_watched && ['Last watched', timeElement(found.last_watched)],
      found.first_watched && ['Watched since', timeElement(found.first_watched)],
      found.analyse_fps && ['Looked at', found.analyse_fps === 1 ? 'once a second' : `${found.analyse_fps} times a second`],
      found.url && ['Address', found.url],
      Object.keys(found.zones ?? {}).length > 0 && ['Zones', Object.keys(found.zones).join(', ')],
    ];
    fill(facts, rows.filter(Boolean).map(([term, value]) => [h('dt', {}, term), h('dd', {}, value)]));
  }

  function showUnknown() {
    fill(element, h('h1', {}, name), empty('No such camera', 'Neither the configuration nor the past has a camera of this name.', h('a', { class: 'button', href: '#/' }, 'All cameras')));
  }

  fill(stageTitle, 'Live');
  fill(stage, h('div', { class: 'picture skeleton' }));
  sentences().then((names) => { timeline.names = names; });
  onChange((change) => { if (change.resync || change.event?.camera === name) timeline.refresh(); }, context.signal);
  const clock = setInterval(() => { if (!document.hidden) refresh(); }, 5000);
  context.signal.addEventListener('abort', () => clearInterval(clock));
  refresh();
  return element;
}
