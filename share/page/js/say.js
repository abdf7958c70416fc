// Short messages: shown for a while, read out by screen readers.

import { fill, h } from './dom.js';

/** A message at the lower edge. `link`: [text, address]. */
export function toast(text, link) {
  const place = document.getElementById('toasts');
  const message = h('div', { class: 'toast' }, h('span', {}, text), link && h('a', { href: link[1] }, link[0]));
  place.append(message);
  while (place.children.length > 3) place.firstChild.remove();
  setTimeout(() => message.remove(), 7000);
}

/** For screen readers only. */
export function announce(text) {
  fill(document.getElementById('announcer'), text);
}
