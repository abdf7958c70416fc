// Pictures that keep their room, say when there is none, and show where in them something is.

import { fill, h, icon, s } from '../js/dom.js';

/**
 * A still picture. `box`: left, top, right, bottom in fractions. `alt`: '' when the words beside it say it all. `isCut`: it is
 * cut from footage when it is asked for, so few are asked for at once, and only when they come into sight.
 */
export function picture(source, { alt = '', box = null, none = 'No picture', lazy = true, isCut = false } = {}) {
  const place = h('div', { class: 'picture' });
  if (!source) return fill(place, nothing(none));
  const image = h('img', { src: isCut ? null : source, alt, loading: lazy ? 'lazy' : null, decoding: 'async' });
  image.addEventListener('error', () => fill(place, nothing(none)), { once: true });
  image.addEventListener('load', () => { if (box) place.append(outline(image, box)); }, { once: true });
  place.append(image);
  if (isCut) whenSeen(image, source);
  return place;
}

const mostAtOnce = 2;
const waiting = [];
let under = 0;
let sight = null;

function whenSeen(image, source) {
  sight ??= new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      sight.unobserve(target);
      waiting.push(target);
    }
    next();
  }, { rootMargin: '200px' });
  image.dataset.source = source;
  sight.observe(image);
}

function next() {
  while (under < mostAtOnce && waiting.length) {
    const image = waiting.shift();
    if (!image.isConnected) continue;
    under += 1;
    const done = () => { under -= 1; next(); };
    image.addEventListener('load', done, { once: true });
    image.addEventListener('error', done, { once: true });
    image.src = image.dataset.source;
  }
}

/** What stands where a picture would be. */
export function nothing(text) {
  return h('div', { class: 'none' }, icon('picture'), text && h('span', {}, text));
}

/** A frame around a part of `image`, also where the picture is letterboxed. */
export function outline(image, box) {
  const width = image.naturalWidth || image.videoWidth || 16;
  const height = image.naturalHeight || image.videoHeight || 9;
  const [left, top, right, bottom] = [box.left, box.top, box.right, box.bottom].map((value) => Math.max(0, Math.min(1, value)));
  const area = s('svg', { viewBox: `0 0 ${width} ${height}`, class: 'outline', 'aria-hidden': 'true', preserveAspectRatio: 'xMidYMid meet' });
  const at = { x: left * width, y: top * height, width: (right - left) * width, height: (bottom - top) * height, rx: width / 160 };
  area.append(s('rect', { ...at, class: 'outline-back' }), s('rect', { ...at, class: 'outline-front' }));
  return area;
}
