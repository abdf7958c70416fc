// Why something is unusual, in words, beside the normal moments that come nearest.

import { h } from '../js/dom.js';
import { timeElement } from '../js/time.js';
import { capital, rarity } from '../js/words.js';
import { moment } from './moment.js';

const subjects = {
  scene: 'The whole scene looks unlike before.', normality: 'It looks unlike anything this camera has shown.',
  hour: 'Such a thing does not come at this hour.', contrast: 'It looks more like an incident than like ordinary life.',
  retrieval: 'Its nearest descriptions are those of incidents.', motion: 'Its place, size or movement was not seen before.',
  change: 'More of the picture changes than usual.',
};

/** A panel for an event with an explanation. */
export function reasonPanel(event) {
  const { lane, basis, p_value: p, any_hour_p_value: anyHour, moments, sentences, category, hour } = event.explanation;
  const isWrongHour = basis === 'history' && anyHour > 10 * p && anyHour > 1e-3;
  return h('section', { class: 'card panel', 'aria-label': 'Why it is unusual' },
    h('h2', {}, 'Why it is unusual'),
    h('p', {}, subjects[lane] ?? 'It differs from what is usual.'),
    h('ul', { class: 'reasons' },
      basis === 'history' && h('li', {}, `Among what this camera usually shows around ${hour}: ${rarity(p)}.`),
      isWrongHour && h('li', {}, 'At other hours it would be ordinary.'),
      basis === 'provisional' && h('li', {}, 'What is normal for this camera is still being learnt, so this is a first guess.'),
      basis === 'recording' && h('li', {}, `Compared with the rest of this recording: ${rarity(p)}.`),
      category && h('li', {}, `Looks most like: ${category}.`),
      sentences?.length > 0 && h('li', {}, `In words, it is nearest to ${sentences.slice(0, 3).map((text) => `“${text}”`).join(', ')}.`)),
    moments?.length > 0 && [
      h('h3', {}, capital('the normal moments that come nearest')),
      h('div', { class: 'thumbnails' }, moments.slice(0, 4).map((time) => h('figure', {},
        h('a', { class: 'frame', href: `#/cameras/${encodeURIComponent(event.camera)}?at=${encodeURIComponent(time)}` },
          moment(event.camera, time, { footage: Boolean(event.clip), alt: 'A normal moment' })),
        h('figcaption', {}, timeElement(time)))))]);
}
