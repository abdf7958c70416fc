// Standing queries: what alertd watches for, tried on the past before it is watched.

import { send } from '../js/api.js';
import { button, fill, h, iconButton } from '../js/dom.js';
import { confirm } from '../js/confirm.js';
import { toast } from '../js/say.js';
import { forget, mayChange, queries } from '../js/session.js';
import { empty, failure, loading } from '../js/states.js';
import { count } from '../js/words.js';
import { BackTest } from '../parts/backtest.js';
import { queryForm } from '../parts/queryform.js';

export function view(context) {
  context.title('Queries');
  const list = h('ul', { class: 'queries' });
  const form = h('div', {});
  const add = button('Add a query', () => openForm(), { icon: 'plus', kind: 'primary' });
  let may = true;

  async function load() {
    if (!list.children.length) fill(list, h('li', { class: 'card' }, loading('Loading the queries…')));
    try {
      forget('queries');
      const items = await queries();
      if (context.signal.aborted) return;
      fill(list, items.length ? items.map((query) => item(query)) : h('li', { class: 'card' }, empty('No standing queries yet', 'A standing query is a sentence that alertd looks out for, day and night: “a person climbs over the fence”.', may && button('Add a query', () => openForm(), { kind: 'primary' }))));
    } catch (error) {
      if (!context.signal.aborted) fill(list, h('li', { class: 'card' }, failure(error, load)));
    }
  }

  function openForm() {
    add.hidden = true;
    const close = () => { fill(form); add.hidden = !may; };
    fill(form, queryForm({
      signal: context.signal, cancel: () => { close(); add.focus(); },
      added: (query) => { close(); toast(query.enabled ? `“${query.name}” is watched from now on.` : `“${query.name}” is kept, but not watched.`); load(); },
    }));
    form.querySelector('input').focus();
  }

  function item(query) {
    const panel = h('div', { class: 'query-panel', hidden: true });
    const problem = h('p', { class: 'field-problem', role: 'alert' });
    const isFile = query.origin === 'file';
    const toggle = h('button', { type: 'button', role: 'switch', class: 'switch', 'aria-checked': String(query.enabled), 'aria-label': `Watch for ${query.name}`, disabled: isFile || !may, on: { click: () => (query.enabled ? change('disable') : offer()) } },
      h('span', { class: 'track' }), h('span', {}, query.enabled ? 'Watched' : 'Off'));

    async function change(verb) {
      toggle.disabled = true;
      fill(problem);
      try {
        await send('POST', `queries/${encodeURIComponent(query.name)}/${verb}`);
        toast(verb === 'enable' ? `“${query.name}” is watched from now on.` : `“${query.name}” is off.`);
        load();
      } catch (error) {
        toggle.disabled = false;
        fill(problem, error.message);
      }
    }

    // Before it is watched, it is shown what it would have told.
    function offer() {
      const test = new BackTest({ signal: context.signal, body: () => ({ text: query.text, cameras: query.cameras, zone: query.zone, active: query.active, alarm_ceiling_per_day: query.alarm_ceiling_per_day }) });
      const close = () => { panel.hidden = true; fill(panel); };
      fill(panel, h('h3', {}, 'What it would have told'), test.element,
        h('div', { class: 'button-row' }, button('Watch for it', () => change('enable'), { kind: 'primary' }), button('Leave it off', () => { close(); toggle.focus(); })));
      panel.hidden = false;
      test.run();
    }

    async function remove() {
      if (!await confirm(`Remove “${query.name}”?`, 'alertd stops looking out for it. The events that it found stay.', 'Remove')) return;
      try {
        await send('DELETE', `queries/${encodeURIComponent(query.name)}`);
        toast(`“${query.name}” was removed.`);
        load();
      } catch (error) { fill(problem, error.message); }
    }

    return h('li', { class: 'card standing-query', data: { query: query.name } },
      h('div', { class: 'query-head' },
        h('div', { class: 'query-words' }, h('h2', {}, query.text), h('p', { class: 'muted small' }, facts(query).join(' · '))),
        h('div', { class: 'query-actions' }, toggle,
          h('a', { class: 'button quiet', href: `#/events?query=${encodeURIComponent(query.name)}`, 'aria-label': `Events of ${query.name}` }, 'Events'),
          may && !isFile && iconButton('trash', `Remove ${query.name}`, remove))),
      problem, panel);
  }

  const element = h('div', { class: 'view' }, h('div', { class: 'view-head' }, h('h1', {}, 'Standing queries'), h('div', { class: 'end' }, add)), form, list);
  mayChange().then((answer) => { may = answer; add.hidden = !may; load(); });
  fill(list, h('li', { class: 'card' }, loading('Loading the queries…')));
  return element;
}

function facts(query) {
  return [
    query.name,
    query.cameras.length ? query.cameras.join(', ') : 'all cameras',
    query.zone && `in ${query.zone}`,
    query.active ? query.active.replace('-', ' to ') : 'all day',
    `at most ${count(query.alarm_ceiling_per_day, 'false alarm')} a day`,
    query.origin === 'file' && 'from the configuration file',
  ].filter(Boolean);
}
