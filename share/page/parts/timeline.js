// A camera's past on one line: when it was watched, how unusual each moment was, what happened. Wheel, drag, pinch and keys move it.

import { fill, h, iconButton } from '../js/dom.js';
import { announce } from '../js/say.js';
import { failure } from '../js/states.js';
import { duration, format, timeElement } from '../js/time.js';
import { blindWord, count, kindWord, rarity, title } from '../js/words.js';
import { draw, height, rows } from './timelinedraw.js';
import { known, load, nothing } from './timelinedata.js';
import { table } from './timelinetable.js';
import * as scale from './timescale.js';

const presets = [['Hour', scale.hour], ['Day', scale.day], ['Week', 7 * scale.day], ['Month', scale.widest]];
const markRows = ['query', 'anomaly'];

export class Timeline {
  #camera;
  #signal;
  #choose;
  #moved;
  #names = new Map();
  #since = null;      // when the camera was first watched
  #loaded = nothing;
  #range;
  #data = nothing;
  #at = null;
  #isFollowing = true;
  #question = null;
  #timer = 0;
  #frame = 0;
  #pointers = new Map();
  #canvas = h('canvas', { class: 'timeline-canvas', 'aria-hidden': 'true' });
  #marks = h('div', { class: 'timeline-marks' });
  #tip = h('div', { class: 'timeline-tip', hidden: true, 'aria-hidden': 'true' });
  #plot;
  #title = h('p', { class: 'timeline-title' });
  #problem = h('div', {});
  #busy = h('div', { class: 'timeline-busy', hidden: true });
  #presets;
  #table = h('div', {});

  /** `choose(time)`: a moment was picked; `moved(range)`: another stretch is shown. `at`: a moment to begin around. */
  constructor({ camera, signal, at = null, length = scale.hour, choose, moved }) {
    this.#camera = camera;
    this.#signal = signal;
    this.#choose = choose;
    this.#moved = moved;
    this.#at = at;
    const now = Date.now();
    this.#range = at === null ? scale.upTo(now, length) : scale.bounded(at - length / 2, at + length / 2, now);
    this.#isFollowing = scale.reachesNow(this.#range, now);
    this.element = this.#build();
    this.#listen();
  }

  /** Texts of standing queries by name. */
  set names(names) { this.#names = names; this.#redraw(); }

  /** When the camera was first watched; null while it never was. Of the time before, nothing is known. */
  set since(time) {
    if (time === this.#since) return;
    this.#since = time;
    this.#take(this.#loaded);
  }

  /** What is shown may have changed. */
  refresh() { this.#ask(600); }

  /** Marks a moment; null takes the mark away. */
  mark(time) { this.#at = time; this.#redraw(); }

  /** Shows the present and follows it. */
  toNow() {
    this.#show(scale.upTo(Date.now(), this.#range.to - this.#range.from));
  }

  #build() {
    this.#plot = h('div', {
      class: 'timeline-plot', tabindex: 0, role: 'group', 'aria-roledescription': 'timeline', 'aria-label': `Timeline of ${this.#camera}`,
      'aria-describedby': 'timeline-title timeline-help',
    }, this.#canvas, this.#marks, this.#tip, this.#busy);
    this.#title.id = 'timeline-title';
    this.#presets = presets.map(([text, length]) => h('button', { type: 'button', 'aria-pressed': 'false', on: { click: () => this.#length(length) } }, text));
    return h('section', { class: 'card panel timeline', 'aria-label': 'Timeline' },
      h('div', { class: 'timeline-head' }, this.#title,
        h('div', { class: 'button-row' },
          h('div', { class: 'segments', role: 'group', 'aria-label': 'Length shown' }, this.#presets),
          h('div', { class: 'timeline-steps' },
            iconButton('minus', 'Zoom out', () => this.#zoom(2)), iconButton('plus', 'Zoom in', () => this.#zoom(0.5)),
            iconButton('left', 'Earlier', () => this.#move(-0.5)), iconButton('right', 'Later', () => this.#move(0.5))),
          h('button', { type: 'button', class: 'button', on: { click: () => this.toNow() } }, 'Now'))),
      h('div', { class: 'timeline-body' },
        h('div', { class: 'timeline-labels', 'aria-hidden': 'true' }, h('span', {}, 'Watched'), h('span', {}, 'How unusual'), h('span', {}, 'Matches'), h('span', {}, 'Unusual')),
        this.#plot),
      h('p', { class: 'hint', id: 'timeline-help' }, 'Scroll or +/− to zoom, drag or arrow keys to move, click for the picture of a moment.'),
      this.#problem,
      h('details', {}, h('summary', {}, 'The same as a table'), this.#table));
  }

  #listen() {
    const signal = this.#signal;
    new ResizeObserver(() => this.#redraw()).observe(this.#plot);
    addEventListener('themechange', () => this.#redraw(), { signal });
    this.#plot.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    this.#plot.addEventListener('keydown', (event) => this.#key(event));
    this.#plot.addEventListener('pointerdown', (event) => this.#down(event));
    this.#plot.addEventListener('pointermove', (event) => this.#pointer(event));
    for (const name of ['pointerup', 'pointercancel', 'lostpointercapture']) this.#plot.addEventListener(name, (event) => this.#up(event));
    this.#plot.addEventListener('pointerleave', () => { this.#tip.hidden = true; });
    this.#plot.addEventListener('dblclick', (event) => this.#zoom(0.4, this.#share(event)));
    const clock = setInterval(() => this.#tick(), 2000);
    signal.addEventListener('abort', () => { clearInterval(clock); clearTimeout(this.#timer); cancelAnimationFrame(this.#frame); this.#question?.abort(); });
    this.#show(this.#range, { isFirst: true });
  }

  #show(range, { isFirst = false } = {}) {
    this.#range = range;
    this.#isFollowing = scale.reachesNow(range, Date.now());
    const length = range.to - range.from;
    this.#presets.forEach((button, index) => button.setAttribute('aria-pressed', String(Math.abs(presets[index][1] - length) < length / 50)));
    this.#entitle();
    this.#redraw();
    this.#ask(isFirst ? 0 : 180);
    if (!isFirst) this.#moved?.(range);
  }

  #entitle() {
    const { from, to } = this.#range;
    const isOneDay = format(from, 'date') === format(to, 'date');
    fill(this.#title, h('span', {}, timeElement(from, 'moment'), ' – ', timeElement(to, isOneDay ? 'clock' : 'moment')), h('span', { class: 'muted small' }, duration(to - from)));
  }

  #length(length) {
    const now = Date.now();
    const middle = this.#at !== null && this.#at > this.#range.from && this.#at < this.#range.to ? this.#at : (this.#range.from + this.#range.to) / 2;
    this.#show(this.#isFollowing ? scale.upTo(now, length) : scale.bounded(middle - length / 2, middle + length / 2, now));
    this.#tell();
  }

  #zoom(factor, share = this.#isFollowing ? 1 : 0.5) { this.#show(scale.zoomed(this.#range, factor, share, Date.now())); }

  #move(share) { this.#show(scale.moved(this.#range, share, Date.now())); }

  #tick() {
    if (document.hidden || !this.#isFollowing || this.#pointers.size) return;
    const now = Date.now();
    const length = this.#range.to - this.#range.from;
    this.#range = scale.upTo(now, length);
    this.#entitle();
    this.#redraw();
    if (now > this.#data.to - 55_000 || now - (this.#askedAt ?? 0) > Math.max(5000, length / 400)) this.#ask(0);
  }

  #askedAt;

  #ask(delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#load(), delay);
  }

  async #load() {
    this.#question?.abort();
    const question = this.#question = new AbortController();
    const signal = AbortSignal.any([question.signal, this.#signal]);
    this.#askedAt = Date.now();
    const slow = setTimeout(() => { this.#busy.hidden = false; }, 300);
    try {
      const data = await load(this.#camera, this.#range, Math.round(Math.max(200, Math.min(2400, this.#plot.clientWidth * 1.2))), Date.now(), signal);
      this.#take(data);
      fill(this.#problem, data.isCut && h('p', { class: 'hint' }, 'More happened than can be shown at once: zoom in to see all events.'));
    } catch (error) {
      if (!signal.aborted) fill(this.#problem, failure(error, () => this.#ask(0), { compact: true, title: 'This stretch could not be loaded' }));
    }
    clearTimeout(slow);
    if (this.#question === question) this.#busy.hidden = true;
  }

  #take(data) {
    this.#loaded = data;
    this.#data = { ...data, coverage: known(data.coverage, this.#since) };
    this.#redraw();
  }

  #redraw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => {
      if (!this.#plot.isConnected) return;
      draw(this.#canvas, this.#range, this.#data, { now: Date.now(), at: this.#at });
      this.#drawMarks();
      fill(this.#table, table(this.#data, this.#range, this.#names));
    });
  }

  #drawMarks() {
    const width = this.#plot.clientWidth;
    const found = scale.marks(this.#data.events, this.#range, width);
    const focused = this.#marks.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    fill(this.#marks, markRows.map((kind, index) => (found.get(kind) ?? []).map((mark) => {
      const element = this.#mark(mark);
      element.style.left = `${Math.max(0, mark.from) * 100}%`;
      element.style.width = `${(Math.min(1, mark.to) - Math.max(0, mark.from)) * 100}%`;
      element.style.top = `${height + 4 + index * 28}px`;
      return element;
    })));
    if (focused) [...this.#marks.children].find((element) => element.dataset.key === focused)?.focus({ preventScroll: true });
  }

  #mark(mark) {
    const [first] = mark.events;
    const data = { key: `${mark.kind}-${first.id}` };
    if (mark.events.length === 1) {
      const text = `${title(first, this.#names)}, ${format(first.start, 'moment')}, ${duration(new Date(first.end) - new Date(first.start))}`;
      return h('a', { class: `mark ${mark.kind}${first.open ? ' open' : ''}`, href: `#/events/${first.id}`, 'aria-label': text, title: text, data });
    }
    const text = `${count(mark.events.length, 'event')} (${kindWord(mark.kind).toLowerCase()}): zoom in`;
    return h('button', { type: 'button', class: `mark many ${mark.kind}`, 'aria-label': text, title: text, data, on: { click: () => this.#around(mark.events) } }, h('span', {}, mark.events.length));
  }

  #around(events) {
    const from = Math.min(...events.map((event) => +new Date(event.start)));
    const to = Math.max(...events.map((event) => +new Date(event.end)));
    const margin = Math.max(10_000, (to - from) * 0.2);
    this.#show(scale.bounded(from - margin, to + margin, Date.now()));
    this.#tell();
  }

  #wheel(event) {
    event.preventDefault();
    const pixels = event.deltaMode === 1 ? 16 : 1;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.#move(((event.deltaX || event.deltaY) * pixels) / this.#plot.clientWidth);
    else this.#zoom(Math.exp(Math.max(-120, Math.min(120, event.deltaY * pixels)) * 0.0035), this.#share(event));
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const share = event.shiftKey ? 0.5 : 0.1;
    const now = Date.now();
    const actions = {
      ArrowLeft: () => this.#move(-share), ArrowRight: () => this.#move(share), ArrowUp: () => this.#zoom(0.7), ArrowDown: () => this.#zoom(1.4),
      '+': () => this.#zoom(0.7), '=': () => this.#zoom(0.7), '-': () => this.#zoom(1.4), PageUp: () => this.#move(-1), PageDown: () => this.#move(1),
      Home: () => this.#show(scale.upTo(now, scale.widest)), End: () => this.toNow(),
    };
    if (event.key === 'Enter' && event.target === this.#plot) {
      this.#pick((this.#range.from + Math.min(this.#range.to, now)) / 2);
    } else if (actions[event.key]) {
      actions[event.key]();
      this.#tell();
    } else return;
    event.preventDefault();
  }

  #tell() {
    clearTimeout(this.#said);
    this.#said = setTimeout(() => announce(`${format(this.#range.from)} to ${format(this.#range.to)}`), 500);
  }

  #said;

  #down(event) {
    if (event.button !== 0 || event.target.closest('.mark')) return;
    this.#plot.focus({ preventScroll: true });
    this.#plot.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, { x: event.clientX, start: event.clientX, range: this.#range });
  }

  #pointer(event) {
    const pointer = this.#pointers.get(event.pointerId);
    if (!pointer) { this.#hover(event); return; }
    const width = this.#plot.clientWidth;
    if (this.#pointers.size === 1) {
      if (Math.abs(event.clientX - pointer.start) > 4 || pointer.isDrag) {
        pointer.isDrag = true;
        this.#tip.hidden = true;
        this.#show(scale.moved(this.#range, (pointer.x - event.clientX) / width, Date.now()));
      }
    } else {
      pointer.isDrag = true;
      const [one, other] = [...this.#pointers.values()];
      const before = Math.abs(one.x - other.x);
      const still = one === pointer ? other : one;
      const after = Math.abs(event.clientX - still.x);
      const middle = (event.clientX + still.x) / 2 - this.#plot.getBoundingClientRect().left;
      if (before > 10 && after > 10) this.#show(scale.zoomed(this.#range, before / after, middle / width, Date.now()));
    }
    pointer.x = event.clientX;
  }

  #up(event) {
    const pointer = this.#pointers.get(event.pointerId);
    this.#pointers.delete(event.pointerId);
    if (!pointer || pointer.isDrag || event.type !== 'pointerup') return;
    const y = event.clientY - this.#plot.getBoundingClientRect().top;
    if (y < height) this.#pick(this.#range.from + this.#share(event) * (this.#range.to - this.#range.from));
  }

  #pick(time) {
    if (time > Date.now()) return;
    this.mark(time);
    this.#choose?.(time);
  }

  #hover(event) {
    if (event.pointerType === 'touch') return;
    const time = this.#range.from + this.#share(event) * (this.#range.to - this.#range.from);
    const span = this.#data.coverage.find((candidate) => candidate.from <= time && time < candidate.to);
    const nearest = this.#data.curve.reduce((best, point) => (Math.abs(point.at - time) < Math.abs((best?.at ?? Infinity) - time) ? point : best), null);
    const isNear = nearest && Math.abs(nearest.at - time) < Math.max(this.#data.step * 1.5, (this.#range.to - this.#range.from) / 100);
    fill(this.#tip, h('strong', {}, format(time)),
      h('span', {}, time > Date.now() ? 'still to come' : span ? (span.state === 'watched' ? 'watched' : blindWord(span.reason)) : 'nothing is known'),
      isNear && nearest.p !== null && h('span', {}, nearest.p > 0.2 ? 'as usual' : `unusual: ${rarity(nearest.p)}`));
    this.#tip.hidden = false;
    const share = this.#share(event);
    this.#tip.style.left = share < 0.5 ? `${share * 100}%` : '';
    this.#tip.style.right = share < 0.5 ? '' : `${(1 - share) * 100}%`;
    this.#tip.style.top = `${rows.curve[0]}px`;
  }

  #share(event) {
    const box = this.#plot.getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
  }
}
