// An event as a row of a list.

import { address } from '../js/api.js';
import { h } from '../js/dom.js';
import { agoElement, duration, timeElement } from '../js/time.js';
import { detail, kindWord, percent, title } from '../js/words.js';
import { picture } from './picture.js';

/** An <li>. `sentences`: texts of standing queries by name. */
export function eventRow(event, sentences) {
  const words = detail(event, sentences);
  return h('li', { data: { event: event.id } },
    h('a', { class: 'event-row', href: `#/events/${event.id}`, 'data-row': true },
      picture(hasPicture(event) ? address(`events/${event.id}/thumbnail.jpg`) : null, { box: event.box, none: '' }),
      h('span', { class: 'words' },
        h('span', { class: 'title' }, title(event, sentences)),
        words && h('span', { class: 'detail' }, words),
        h('span', { class: 'facts' }, tags(event), h('span', {}, event.camera),
          event.kind === 'query' && h('span', { title: 'How sure alertd is that the sentence holds' }, percent(event.score)))),
      h('span', { class: 'when' }, timeElement(event.start), h('span', {}, lasted(event)), agoElement(event.start))));
}

/** What kind of event it is, whether it goes on, and what was said about it. */
export function tags(event) {
  return [
    h('span', { class: `tag ${event.kind}` }, kindWord(event.kind)),
    event.open && h('span', { class: 'tag open' }, 'Now'),
    event.verdict === 'incident' && h('span', { class: 'tag incident' }, 'Incident'),
    event.verdict === 'normal' && h('span', { class: 'tag' }, 'Normal'),
  ];
}

/** A picture that is not there is not asked for. */
export function hasPicture(event) {
  return event.thumbnail ?? event.kind !== 'blind';
}

function lasted(event) {
  const length = duration(new Date(event.end) - new Date(event.start));
  return event.open ? `${length} so far` : length;
}
