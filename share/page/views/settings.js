// The configuration in effect, who is signed in, and how the page looks.

import { get, send } from '../js/api.js';
import { button, fill, h } from '../js/dom.js';
import { toast } from '../js/say.js';
import { whoAmI } from '../js/session.js';
import { areOn, setOn } from '../js/shortcuts.js';
import { show } from '../js/states.js';
import { zone } from '../js/time.js';

export function view(context) {
  context.title('Settings');
  const text = h('div', {});
  const session = h('div', {});
  show(text, { load: () => effective(context.signal), render: configuration, signal: context.signal, title: 'The configuration could not be loaded' });
  show(session, { load: whoAmI, render: who, signal: context.signal, title: 'Who you are could not be asked' });
  return h('div', { class: 'view' },
    h('div', { class: 'view-head' }, h('h1', {}, 'Settings')),
    h('div', { class: 'settings-body' },
      h('section', { class: 'card panel', 'aria-label': 'Configuration' }, h('h2', {}, 'Configuration in effect'),
        h('p', { class: 'hint' }, 'Every default is written out and every secret is hidden. It is changed in the configuration file on the machine.'), text),
      h('section', { class: 'card panel', 'aria-label': 'This page' }, h('h2', {}, 'This page'), session,
        h('label', { class: 'check' }, h('input', { type: 'checkbox', checked: areOn(), on: { change: (event) => setOn(event.target.checked) } }), 'Single keys are shortcuts'))));
}

// A token that may only read does not see it, which is no fault.
async function effective(signal) {
  try { return (await get('configuration', {}, { signal })).yaml; } catch (error) {
    if (error.status === 403) return null;
    throw error;
  }
}

function configuration(yaml) {
  if (yaml === null) return h('p', { class: 'muted' }, 'Your token does not show it.');
  const lines = yaml.replace(/\n$/, '').split('\n');
  const pre = h('pre', { class: 'yaml', tabindex: 0, 'aria-label': 'Configuration as YAML' }, lines.map((line) => [...coloured(line), '\n']));
  return [
    navigator.clipboard && h('div', { class: 'button-row' }, button('Copy', async () => {
      try { await navigator.clipboard.writeText(yaml); toast('Copied'); } catch { toast('The browser did not allow it. Select the text instead.'); }
    })),
    pre,
  ];
}

function coloured(line) {
  const match = /^(\s*(?:- )?)([^\s:#'"][^:#]*)(:)(\s.*)?$/.exec(line);
  if (!match) return [line];
  return [match[1], h('span', { class: 'yaml-key' }, match[2]), match[3], match[4] ?? ''];
}

function who(session) {
  const facts = h('dl', { class: 'facts-list' }, [
    ['Signed in', session.authenticated ? session.name ?? 'yes' : 'not needed on this machine'],
    ['You may', session.scope === 'admin' ? 'see and change' : 'see'],
    session.cameras && ['Cameras', session.cameras.join(', ') || 'none'],
    ['Times', `as in ${zone}; UTC under the pointer`],
    ['Version', session.version],
    ['For programs', h('a', { href: 'openapi.json' }, 'description of the API')],
  ].filter(Boolean).map(([term, value]) => [h('dt', {}, term), h('dd', {}, value)]));
  const problem = h('p', { class: 'field-problem', role: 'alert' });
  return [facts, session.authenticated && button('Sign out', async () => {
    try {
      await send('POST', '../../logout');
      location.reload();
    } catch (error) { fill(problem, error.message); }
  }), problem];
}
