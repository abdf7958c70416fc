// An event's footage: the clip with the event's own span marked, the picture by which it was told, the frames that a model saw.

import { address } from '../js/api.js';
import { button, fill, h, icon } from '../js/dom.js';
import { duration, format } from '../js/time.js';
import { moment } from './moment.js';
import { nothing, picture } from './picture.js';

const soon = 180_000;

export class EventClip {
  #id;
  #stage = h('div', { class: 'stage' });
  #strip = h('div', { class: 'span-strip', 'aria-hidden': 'true' });
  #actions = h('div', { class: 'button-row' });
  #pictures = h('div', {});
  #video = null;
  #span = null;       // the event inside the clip, in seconds
  #stop = null;       // where playing ends by itself
  #shown = '';

  constructor(id, signal) {
    this.#id = id;
    this.element = h('section', { class: 'card panel clip', 'aria-label': 'Footage' }, this.#stage, this.#strip, this.#actions, this.#pictures);
    signal.addEventListener('abort', () => { this.#video?.removeAttribute('src'); this.#video?.load(); });
  }

  /** Shows what there is of `event`. */
  show(event) {
    // A video that plays is not taken away because a sentence was added.
    const key = [Boolean(event.clip), event.thumbnail, event.open ? '' : event.clip?.end, event.start].join();
    if (key !== this.#shown && (!this.#video || this.#video.paused)) {
      this.#shown = key;
      if (event.clip) this.#showVideo(event);
      else this.#showPicture(event);
    }
    this.#showFrames(event);
  }

  /** Plays or pauses. */
  toggle() {
    if (!this.#video) return;
    if (this.#video.paused) this.#video.play().catch(() => {});
    else this.#video.pause();
  }

  #showVideo(event) {
    const begin = (new Date(event.start) - new Date(event.clip.start)) / 1000;
    this.#span = { from: Math.max(0, begin), to: Math.max(0.5, begin + (new Date(event.end) - new Date(event.start)) / 1000) };
    const thumbnail = event.thumbnail ? address(`events/${this.#id}/thumbnail.jpg`) : null;
    const video = this.#video = h('video', {
      controls: true, playsinline: true, preload: 'metadata', poster: thumbnail, 'aria-label': 'Clip of the event',
      src: `${address(`events/${this.#id}/clip.mp4`)}#t=${this.#span.from.toFixed(2)}`,
    });
    const place = h('div', { class: 'picture' }, video);
    fill(this.#stage, place);
    video.addEventListener('error', () => { this.#video = null; fill(place, nothing('The footage cannot be played')); fill(this.#actions); fill(this.#strip); }, { once: true });
    video.addEventListener('loadedmetadata', () => this.#drawStrip());
    video.addEventListener('timeupdate', () => this.#follow());
    video.addEventListener('seeking', () => { if (this.#stop !== null && video.currentTime > this.#stop + 0.3) this.#stop = null; });
    fill(this.#actions,
      button('Play the event', () => this.#playSpan(), { kind: 'primary' }),
      button('Play with what surrounds it', () => this.#playAll()),
      h('a', { class: 'button quiet', href: address(`events/${this.#id}/clip.mp4`), download: `event-${this.#id}.mp4` }, icon('download'), 'Save the clip'));
  }

  #showPicture(event) {
    this.#video = null;
    const isYoung = Date.now() - new Date(event.end) < soon;
    const words = isYoung ? 'The clip follows half a minute after the event.' : 'No footage is kept of this event.';
    fill(this.#stage, event.thumbnail
      ? picture(address(`events/${this.#id}/thumbnail.jpg`), { alt: 'Picture of the event', box: event.box, lazy: false })
      : h('div', { class: 'picture' }, nothing(words)));
    fill(this.#strip);
    fill(this.#actions, event.thumbnail && h('p', { class: 'hint' }, words));
  }

  #showFrames(event) {
    const told = event.clip && event.thumbnail && h('figure', {}, picture(address(`events/${this.#id}/thumbnail.jpg`), { alt: 'Picture by which the event was noticed', box: event.box }), h('figcaption', {}, event.box ? 'Where it was noticed' : 'When it was noticed'));
    const frames = (event.frames ?? []).slice(0, 8).map((time) => h('figure', {},
      h('button', { type: 'button', class: 'frame', 'aria-label': `Show the clip at ${format(time, 'clock')}`, on: { click: () => this.#seek(event, time) } }, moment(event.camera, time, { footage: covers(event.clip, time), isSure: covers(event.clip, time) })),
      h('figcaption', {}, format(time, 'clock'))));
    const key = [Boolean(event.clip), event.thumbnail, ...(event.frames ?? []).map((time) => time + covers(event.clip, time))].join();
    if (this.#pictures.dataset.key === key) return;
    this.#pictures.dataset.key = key;
    fill(this.#pictures, told && h('div', { class: 'thumbnails' }, told),
      frames.length > 0 && [h('h2', {}, 'What the describing model saw'), h('div', { class: 'thumbnails' }, frames)]);
  }

  #seek(event, time) {
    if (!this.#video || !event.clip) return;
    this.#stop = null;
    this.#video.currentTime = Math.max(0, (new Date(time) - new Date(event.clip.start)) / 1000);
    this.#video.scrollIntoView({ block: 'nearest' });
  }

  #playSpan() {
    this.#video.currentTime = this.#span.from;
    this.#stop = this.#span.to;
    this.#video.play().catch(() => {});
  }

  #playAll() {
    this.#stop = null;
    this.#video.currentTime = 0;
    this.#video.play().catch(() => {});
  }

  #follow() {
    const video = this.#video;
    if (!video) return;
    if (this.#stop !== null && !video.paused && video.currentTime >= this.#stop) {
      this.#stop = null;
      video.pause();
    }
    const hand = this.#strip.querySelector('.hand');
    if (hand && video.duration) hand.style.left = `${(video.currentTime / video.duration) * 100}%`;
  }

  #drawStrip() {
    const { duration: length } = this.#video;
    if (!(length > 0)) return;
    const span = h('span', { class: 'span', title: `The event: ${duration((this.#span.to - this.#span.from) * 1000)}` });
    span.style.left = `${Math.min(1, this.#span.from / length) * 100}%`;
    span.style.width = `${Math.max(0.01, Math.min(1, this.#span.to / length) - Math.min(1, this.#span.from / length)) * 100}%`;
    fill(this.#strip, span, h('span', { class: 'hand' }));
  }
}

function covers(clip, time) {
  return Boolean(clip) && clip.start <= time && time < clip.end;
}
