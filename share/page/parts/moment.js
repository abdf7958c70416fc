// Pictures of past moments, from footage. What cannot be there yet is not asked for.

import { address, segment } from '../js/api.js';
import { h } from '../js/dom.js';
import { iso } from '../js/time.js';
import { nothing, picture } from './picture.js';

/** Footage is in a file half a minute after it was seen; this is that and a margin. */
const delay = 75_000;

/** Whether footage up to `time` can be on disk. */
export function isOnDisk(time) {
  return Date.now() - new Date(time) > delay;
}

/**
 * The picture of a camera at a moment. `footage`: what the server said about its span; `isSure`: that it covers this very moment, so
 * that nothing has to be waited for.
 */
export function moment(camera, time, { footage, isSure = false, alt = '', box = null } = {}) {
  if (footage === false) return h('div', { class: 'picture' }, nothing('No footage'));
  if (!isSure && !isOnDisk(time)) return h('div', { class: 'picture' }, nothing('Follows in a minute'));
  return picture(address(`cameras/${segment(camera)}/picture.jpg`, { at: iso(time) }), { alt, box, none: 'No footage', isCut: true });
}

/** Plays the footage of a span, silently and again and again, in `place` while the pointer or the focus is on `target`. */
export function preview(target, place, camera, start, end) {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  let timer = 0;
  let video = null;
  const begin = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const last = Math.min(+new Date(end), +new Date(start) + 12_000);
      video = h('video', { muted: true, autoplay: true, loop: true, playsinline: true, 'aria-hidden': 'true', tabindex: -1, src: address(`cameras/${segment(camera)}/clip.mp4`, { start: iso(start), end: iso(Math.max(last, +new Date(start) + 1000)) }) });
      video.muted = true;
      video.addEventListener('error', stop, { once: true });
      place.append(video);
    }, 350);
  };
  const stop = () => {
    clearTimeout(timer);
    video?.remove();
    video = null;
  };
  target.addEventListener('pointerenter', (event) => { if (event.pointerType !== 'touch') begin(); });
  target.addEventListener('pointerleave', stop);
  target.addEventListener('focus', begin);
  target.addEventListener('blur', stop);
}
