// Hits a day as bars, with the numbers as a table for those who cannot see them.

import { h, s } from '../js/dom.js';
import { format } from '../js/time.js';
import { count } from '../js/words.js';

const day = 86_400_000;
const [wide, tall, foot] = [640, 120, 22];

/** `days`: hits by UTC day (yyyy-mm-dd). */
export function dayChart(days, since, until) {
  const all = [];
  for (let time = Math.floor(since / day) * day; time <= until; time += day) {
    const name = new Date(time).toISOString().slice(0, 10);
    all.push({ name, noon: time + day / 2, hits: days.get(name) ?? 0 });
  }
  const highest = Math.max(1, ...all.map((entry) => entry.hits));
  const step = wide / all.length;
  const bar = Math.min(44, step * 0.7);
  const label = (entry) => format(entry.noon, 'date');
  const every = Math.ceil(all.length / 10);
  const total = all.reduce((sum, entry) => sum + entry.hits, 0);
  return h('figure', { class: 'chart' },
    s('svg', { viewBox: `0 0 ${wide} ${tall + foot}`, role: 'img', 'aria-label': `Matches a day: ${count(total, 'match', 'matches')}, at most ${highest} on one day` },
      s('line', { x1: 0, x2: wide, y1: tall, y2: tall, class: 'chart-floor' }),
      all.map((entry, index) => {
        const height = (entry.hits / highest) * (tall - 22);
        const middle = step * (index + 0.5);
        return s('g', {},
          entry.hits > 0 && s('rect', { x: middle - bar / 2, y: tall - height, width: bar, height, rx: 2, class: 'chart-bar' }, s('title', {}, `${label(entry)}: ${entry.hits}`)),
          entry.hits > 0 && all.length <= 12 && s('text', { x: middle, y: tall - height - 6, class: 'chart-number' }, entry.hits),
          index % every === 0 && s('text', { x: middle, y: tall + 16, class: 'chart-label' }, label(entry)));
      })),
    h('figcaption', { class: 'hint' }, 'Matches a day (days by UTC)'),
    h('table', { class: 'visually-hidden' }, h('caption', {}, 'Matches a day'),
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Day'), h('th', { scope: 'col' }, 'Matches'))),
      h('tbody', {}, all.map((entry) => h('tr', {}, h('td', {}, entry.name), h('td', {}, entry.hits))))));
}
