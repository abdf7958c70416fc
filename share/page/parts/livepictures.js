// Live pictures, one a second each: only of cameras that are in sight, never while the page is hidden, at most three at once.

import { address, segment } from '../js/api.js';
import { fill } from '../js/dom.js';
import { nothing } from './picture.js';

const period = 1000;
const patience = 5000;
const mostAtOnce = 3;

export class LivePictures {
  #cameras = new Map();
  #under = 0;
  #signal;
  #sight;

  /** Ends with `signal`. */
  constructor(signal) {
    this.#signal = signal;
    this.#sight = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        for (const camera of this.#cameras.values()) if (camera.canvas === entry.target) camera.isInSight = entry.isIntersecting;
      }
    }, { rootMargin: '100px' });
    const clock = setInterval(() => this.#turn(), 200);
    signal.addEventListener('abort', () => { clearInterval(clock); this.#sight.disconnect(); });
  }

  /** Draws camera `name` on `canvas`; `cover` lies above it and says what is wrong. */
  add(name, canvas, cover) {
    fill(cover, nothing('Waiting for the first picture'));
    this.#cameras.set(name, { name, canvas, cover, isInSight: false, isActive: false, isBusy: false, due: 0, tag: null, hasPicture: false });
    this.#sight.observe(canvas);
  }

  remove(name) {
    const camera = this.#cameras.get(name);
    if (camera) this.#sight.unobserve(camera.canvas);
    this.#cameras.delete(name);
  }

  /** Whether there is a picture to ask for. */
  setActive(name, isActive) {
    const camera = this.#cameras.get(name);
    if (camera) camera.isActive = isActive;
  }

  #turn() {
    if (document.hidden) return;
    const now = performance.now();
    const due = [...this.#cameras.values()].filter((camera) => camera.isActive && camera.isInSight && !camera.isBusy && camera.due <= now);
    due.sort((one, other) => one.due - other.due);
    for (const camera of due.slice(0, mostAtOnce - this.#under)) this.#fetch(camera);
  }

  async #fetch(camera) {
    camera.isBusy = true;
    this.#under += 1;
    const start = performance.now();
    try {
      const response = await fetch(address(`cameras/${segment(camera.name)}/snapshot.jpg`), {
        cache: 'no-store', headers: camera.tag ? { 'If-None-Match': camera.tag } : {},
        signal: AbortSignal.any([this.#signal, AbortSignal.timeout(10_000)]),
      });
      if (response.status !== 304) {
        if (!response.ok) throw new Error(String(response.status));
        const bitmap = await createImageBitmap(await response.blob());
        camera.tag = response.headers.get('ETag');
        this.#draw(camera, bitmap);
      }
      camera.cover.hidden = true;
      camera.due = start + period;
    } catch {
      if (!this.#signal.aborted) {
        camera.cover.hidden = false;
        fill(camera.cover, nothing(camera.hasPicture ? 'The picture does not arrive at the moment' : 'No picture yet'));
      }
      camera.due = start + patience;
    }
    camera.isBusy = false;
    this.#under -= 1;
  }

  #draw(camera, bitmap) {
    const { canvas } = camera;
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    canvas.getContext('2d').drawImage(bitmap, 0, 0);
    bitmap.close();
    camera.hasPicture = true;
  }
}
