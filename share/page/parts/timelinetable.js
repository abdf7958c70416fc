// The timeline for those who cannot see it, or would rather read.

import { h } from '../js/dom.js';
import { duration, timeElement } from '../js/time.js';
import { blindWord, count, kindWord, rarity, title } from '../js/words.js';

const mostRows = 100;
const mostMoments = 10;

/** Tables of events, of time not watched and of the most unusual moments in `range`. */
export function table(data, range, names) {
  const events = data.events.filter((event) => +new Date(event.end) >= range.from && +new Date(event.start) <= range.to && event.kind !== 'blind');
  const spans = data.coverage.filter((span) => span.to > range.from && span.from < range.to);
  const gaps = spans.filter((span) => span.state !== 'watched');
  const moments = outstanding(data.curve.filter((point) => point.at >= range.from && point.at < range.to && (point.p === null || point.p < 0.05)), (range.to - range.from) / 100);
  return h('div', { class: 'scroll' },
    h('p', {}, watched(spans, range)),
    rows('Events', ['Start', 'Lasted', 'Kind', 'What'], events.map((event) => [
      timeElement(event.start), duration(new Date(event.end) - new Date(event.start)), kindWord(event.kind),
      h('a', { href: `#/events/${event.id}` }, title(event, names))]), 'No events in this stretch.'),
    rows('Not watched', ['From', 'Until', 'Lasted', 'Why'], gaps.map((gap) => [
      timeElement(gap.from), timeElement(gap.to), duration(gap.to - gap.from), blindWord(gap.reason)]), 'No gaps in this stretch.'),
    rows('Most unusual moments', ['When', 'How rare'], moments.map((point) => [timeElement(point.at), point.p === null ? '–' : rarity(point.p)]), 'Nothing stands out in this stretch.'));
}

// The highest moments, no two of them so near that they are one.
function outstanding(points, distance) {
  const chosen = [];
  for (const point of points.sort((one, other) => other.height - one.height)) {
    if (chosen.length === mostMoments) break;
    if (chosen.every((other) => Math.abs(other.at - point.at) > distance)) chosen.push(point);
  }
  return chosen;
}

function watched(spans, range) {
  const inside = (span) => Math.max(0, Math.min(span.to, range.to) - Math.max(span.from, range.from));
  const total = spans.filter((span) => span.state === 'watched').reduce((sum, span) => sum + inside(span), 0);
  return total > 0 ? `Watched for ${duration(total)} of ${duration(range.to - range.from)}.` : 'Nothing was watched in this stretch.';
}

function rows(caption, heads, cells, none) {
  if (!cells.length) return h('p', { class: 'muted' }, none);
  return h('table', {}, h('caption', {}, caption),
    h('thead', {}, h('tr', {}, heads.map((head) => h('th', { scope: 'col' }, head)))),
    h('tbody', {}, cells.slice(0, mostRows).map((row) => h('tr', {}, row.map((cell) => h('td', {}, cell)))),
      cells.length > mostRows && h('tr', {}, h('td', { colspan: heads.length }, `and ${count(cells.length - mostRows, 'row')} more: zoom in`))));
}
