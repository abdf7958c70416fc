// What a query would have told about the past: hits a day as a plot, what that means, and the best hits to look at.

import { send } from '../js/api.js';
import { button, fill, h } from '../js/dom.js';
import { announce } from '../js/say.js';
import { failure, loading } from '../js/states.js';
import { duration, iso, timeElement } from '../js/time.js';
import { count, percent } from '../js/words.js';
import { unknownNote } from '../views/search.js';
import { dayChart } from './daychart.js';
import { moment } from './moment.js';

const day = 86_400_000;
const periods = [['1 day', 1], ['7 days', 7], ['30 days', 30]];
const mostPictures = 6;

export class BackTest {
  #signal;
  #body;
  #done;
  #days = 7;
  #turn = 0;
  #result = h('div', { class: 'test-result' });
  #periods;

  /** `body()`: the query's part of the request. `done(result)`: what came of it; null when it failed. */
  constructor({ signal, body, done }) {
    this.#signal = signal;
    this.#body = body;
    this.#done = done;
    this.#periods = periods.map(([text, days]) => h('button', { type: 'button', 'aria-pressed': String(days === this.#days), on: { click: () => { this.#days = days; this.run(); } } }, text));
    this.element = h('div', { class: 'test' }, h('div', { class: 'segments', role: 'group', 'aria-label': 'How far back' }, this.#periods), this.#result);
  }

  async run() {
    const turn = ++this.#turn;
    this.#periods.forEach((button, index) => button.setAttribute('aria-pressed', String(periods[index][1] === this.#days)));
    fill(this.#result, loading('Looking at the past…', 4));
    const until = Date.now();
    const since = until - this.#days * day;
    const body = this.#body();
    try {
      const answer = await send('POST', 'queries/test', { ...body, since: iso(since), until: iso(until) }, { signal: this.#signal, seconds: 120 });
      if (turn !== this.#turn || this.#signal.aborted) return;
      fill(this.#result, this.#show(answer, body, since, until));
      this.#done?.(answer);
    } catch (error) {
      if (turn !== this.#turn || this.#signal.aborted) return;
      fill(this.#result, error.status === 400 || error.status === 422
        ? h('p', { class: 'card note', role: 'alert' }, error.message)
        : failure(error, () => this.run(), { compact: true, title: 'It could not be tried' }));
      this.#done?.(null);
    }
  }

  #show(answer, body, since, until) {
    const { cameras, unknown_words: unknown, understood } = answer;
    const hits = cameras.reduce((sum, report) => sum + report.hits, 0);
    const watched = cameras.reduce((sum, report) => sum + report.watched_days, 0);
    if (!cameras.length) return [unknownNote(unknown), h('p', { class: 'card note' }, 'Nothing was watched in that time, so it cannot be tried yet. It can be watched all the same.')];
    const days = new Map();
    for (const report of cameras) for (const [name, number] of Object.entries(report.days)) days.set(name, (days.get(name) ?? 0) + number);
    announce(`It would have told ${count(hits, 'time')} in the last ${count(this.#days, 'day')}`);
    return [
      unknownNote(unknown),
      h('p', { class: 'test-sum' }, hits === 0
        ? [h('strong', {}, 'Nothing'), ` in ${length(watched)} of footage would have matched.`]
        : [h('strong', {}, count(hits, 'match', 'matches')), ` in ${length(watched)} of footage.`],
        understood && understood !== body.text && h('span', { class: 'muted' }, ` Understood as: ${understood}.`)),
      dayChart(days, since, until),
      cameras.some((report) => report.hits > 0) && advice(cameras, body.alarm_ceiling_per_day ?? 1),
      best(cameras),
    ];
  }
}

function length(days) {
  return duration(days * day);
}

// One line a camera: how often, and the level that would keep the ceiling.
function advice(cameras, ceiling) {
  return h('ul', { class: 'advice' }, cameras.filter((report) => report.hits > 0).map((report) => h('li', {},
    h('strong', {}, report.camera), `: ${rate(report)}. `,
    report.suggested_level === null
      ? `That keeps to ${count(ceiling, 'alarm')} a day.`
      : `Matches of ${percent(report.suggested_level)} and more would keep to ${count(ceiling, 'alarm')} a day: a more exact sentence helps.`)));
}

// Of less than a day, a rate a day says nothing yet.
function rate(report) {
  if (report.watched_days < 0.5) return `${count(report.hits, 'match', 'matches')} in ${length(report.watched_days)}`;
  const number = report.hits_per_day >= 10 ? Math.round(report.hits_per_day) : Math.round(report.hits_per_day * 10) / 10;
  return `about ${number.toLocaleString()} a day`;
}

function best(cameras) {
  const spans = cameras.flatMap((report) => report.spans.map((span) => ({ ...span, camera: report.camera }))).sort((one, other) => other.score - one.score).slice(0, mostPictures);
  if (!spans.length) return null;
  return [h('h3', {}, 'The best matches'), h('div', { class: 'thumbnails' }, spans.map((span) => h('figure', {},
    h('a', { class: 'frame', href: `#/cameras/${encodeURIComponent(span.camera)}?at=${encodeURIComponent(span.start)}` },
      moment(span.camera, (+new Date(span.start) + +new Date(span.end)) / 2, { footage: span.footage, alt: `${span.camera}, a match` })),
    h('figcaption', {}, percent(Math.min(1, span.score)), ' · ', timeElement(span.start)))))];
}
