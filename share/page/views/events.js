// Events, newest first, as they come.

import { get } from '../js/api.js';
import { button, field, fill, h, select } from '../js/dom.js';
import { onChange } from '../js/live.js';
import { announce } from '../js/say.js';
import { remember, sentences } from '../js/session.js';
import { empty, failure, loading } from '../js/states.js';
import { format } from '../js/time.js';
import { title } from '../js/words.js';
import { eventRow } from '../parts/eventrow.js';
import { cameraSelect, folded, timeInput, withParameters } from '../parts/filters.js';

const kinds = [['', 'All kinds'], ['query', 'Matches'], ['anomaly', 'Unusual'], ['blind', 'Not watched']];
const verdicts = [['', 'Any'], ['none', 'Not judged yet'], ['incident', 'Incidents'], ['normal', 'Normal']];

export function view(context) {
  context.title('Events');
  const filters = Object.fromEntries(['camera', 'kind', 'query', 'verdict', 'since', 'until'].map((name) => [name, context.parameters.get(name) ?? undefined]));
  const list = new EventList(context, filters);
  const set = (name) => (value) => {
    filters[name] = value || undefined;
    context.navigate(withParameters('#/events', filters), { replace: true });
    list.load();
  };
  const choice = (label, options, name) => field(label, select(options, filters[name], { on: { change: (event) => set(name)(event.target.value) } }));
  return h('div', { class: 'view' },
    h('div', { class: 'view-head' }, h('h1', {}, 'Events')),
    h('form', { 'aria-label': 'Filter the events', on: { submit: (event) => event.preventDefault() } },
      folded(filters, cameraSelect(filters.camera, set('camera')), choice('Kind', kinds, 'kind'), choice('Verdict', verdicts, 'verdict'),
        timeInput('From', filters.since, set('since')), timeInput('Until', filters.until, set('until')))),
    filters.query && h('p', { class: 'muted' }, 'Only events of the query ', h('strong', {}, filters.query), '. ', h('a', { href: '#/events' }, 'Show all')),
    list.element);
}

class EventList {
  #context;
  #filters;
  #rows = h('ol', { class: 'card event-list' });
  #end = h('div', { class: 'list-end' });
  #fresh = h('button', { type: 'button', class: 'button fresh', hidden: true, on: { click: () => { scrollTo({ top: 0, behavior: 'smooth' }); this.#showWaiting(); } } });
  #waiting = new Map();
  #names = new Map();
  #next = null;
  #turn = 0;

  constructor(context, filters) {
    this.#context = context;
    this.#filters = filters;
    this.element = h('section', { class: 'events', 'aria-label': 'Events, newest first' }, h('div', { class: 'fresh-place' }, this.#fresh), this.#rows, this.#end);
    onChange((change) => this.#receive(change), context.signal);
    addEventListener('scroll', () => { if (scrollY < 80) this.#showWaiting(); }, { passive: true, signal: context.signal });
    this.load();
  }

  async load() {
    const turn = ++this.#turn;
    fill(this.#rows, h('li', {}, loading('Loading events…', 5)));
    fill(this.#end);
    this.#waiting.clear();
    this.#fresh.hidden = true;
    try {
      this.#names = await sentences();
      const page = await this.#page();
      if (turn !== this.#turn || this.#context.signal.aborted) return;
      this.#rows.replaceChildren();
      this.#append(page);
      if (!page.items.length) this.#showEmpty();
    } catch (error) {
      if (turn === this.#turn && !this.#context.signal.aborted) fill(this.#rows, h('li', {}, failure(error, () => this.load())));
    }
  }

  #page(cursor) {
    return get('events', { ...this.#filters, limit: 50, cursor }, { signal: this.#context.signal });
  }

  // The list may have grown meanwhile: what is there already is not shown twice.
  #append(page) {
    this.#next = page.next;
    for (const event of page.items) if (!this.#row(event.id)) this.#rows.append(eventRow(event, this.#names));
    this.#remember();
    fill(this.#end, page.next ? button('Show older events', () => this.#more()) : page.items.length > 0 && h('p', { class: 'muted small' }, 'That is all.'));
  }

  async #more() {
    const turn = this.#turn;
    const old = this.#end.querySelector('button');
    old.setAttribute('aria-busy', 'true');
    old.disabled = true;
    try {
      const page = await this.#page(this.#next);
      if (turn !== this.#turn) return;
      const count = this.#rows.children.length;
      this.#append(page);
      this.#rows.children[count]?.querySelector('a').focus({ preventScroll: true });
    } catch (error) {
      if (turn === this.#turn && !this.#context.signal.aborted) fill(this.#end, failure(error, () => this.#more(), { compact: true }));
    }
  }

  #showEmpty() {
    const isFiltered = Object.values(this.#filters).some(Boolean);
    fill(this.#rows, h('li', { class: 'nothing' }, isFiltered
      ? empty('No such events', 'Nothing fits these filters.', h('a', { class: 'button', href: '#/events' }, 'Show all events'))
      : empty('No events yet', 'What alertd notices appears here as it happens. To be told about something of your own, add a standing query.', h('a', { class: 'button', href: '#/queries' }, 'Add a query'))));
  }

  #receive(change) {
    if (change.resync) { this.load(); return; }
    const { event, id } = change;
    const row = this.#row(id);
    if (!event) { row?.remove(); this.#waiting.delete(id); return; }
    if (row) { this.#replace(row, event); return; }
    if (!this.#fits(event)) return;
    if (change.change === 'open' || this.#isNewerThanTop(event)) {
      if (scrollY < 200) this.#insert(event);
      else { this.#waiting.set(id, event); this.#count(); }
    }
  }

  #replace(row, event) {
    const hadFocus = row.contains(document.activeElement);
    const next = eventRow(event, this.#names);
    // A picture that is loaded stays, so that a row that goes on does not flicker.
    const [old, fresh] = [row, next].map((element) => element.querySelector('.picture'));
    if (old.querySelector('img')) fresh.replaceWith(old);
    row.replaceWith(next);
    if (hadFocus) next.querySelector('a').focus({ preventScroll: true });
  }

  #insert(event) {
    this.#rows.querySelector('.nothing')?.remove();
    const row = eventRow(event, this.#names);
    row.classList.add('is-new');
    this.#rows.prepend(row);
    this.#remember();
    announce(`New event: ${title(event, this.#names)}, ${event.camera}, ${format(event.start, 'clock')}`);
  }

  #count() {
    this.#fresh.hidden = this.#waiting.size === 0;
    fill(this.#fresh, this.#waiting.size === 1 ? '1 new event' : `${this.#waiting.size} new events`);
  }

  #showWaiting() {
    for (const event of this.#waiting.values()) if (!this.#row(event.id)) this.#insert(event);
    this.#waiting.clear();
    this.#fresh.hidden = true;
  }

  #remember() {
    remember([...this.#rows.querySelectorAll('li[data-event]')].map((row) => Number(row.dataset.event)));
  }

  #row(id) {
    return this.#rows.querySelector(`li[data-event="${Number(id)}"]`);
  }

  #isNewerThanTop(event) {
    const top = this.#rows.querySelector('li[data-event] time');
    return !top || event.start >= top.dateTime;
  }

  #fits(event) {
    const { camera, kind, query, verdict, since, until } = this.#filters;
    return (!camera || event.camera === camera) && (!kind || event.kind === kind) && (!query || event.query === query)
      && (!verdict || (event.verdict ?? 'none') === verdict) && (!since || event.end > since) && (!until || event.start < until);
  }
}
