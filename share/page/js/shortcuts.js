// Keys for those who look all day. None works while somebody types.

import { h, iconButton } from './dom.js';

const places = { c: '#/', e: '#/events', s: '#/search', q: '#/queries', t: '#/settings' };
const listed = [
  ['Everywhere', [[['?'], 'show these keys'], [['/'], 'search'], [['g', 'c'], 'cameras'], [['g', 'e'], 'events'], [['g', 'q'], 'queries'], [['g', 't'], 'settings']]],
  ['Lists', [[['j'], 'next'], [['k'], 'previous'], [['Enter'], 'open']]],
  ['An event', [[['n'], 'it was normal'], [['i'], 'it was an incident'], [['Space'], 'play or pause'], [['j'], 'the event before it in time'], [['k'], 'the event after it'], [['u'], 'back to the list']]],
  ['Timeline', [[['←', '→'], 'move'], [['+', '−'], 'zoom'], [['Home'], 'the last 31 days'], [['End'], 'now']]],
];

let navigate;
let afterG = 0;

/** Wires the keys and the button that lists them. */
export function startShortcuts(go) {
  navigate = go;
  document.addEventListener('keydown', press);
  document.getElementById('keys').addEventListener('click', showKeys);
}

function press(event) {
  if (!isFree(event)) return;
  const wasG = performance.now() - afterG < 1500;
  afterG = 0;
  if (event.key === '?') showKeys();
  else if (event.key === '/') search();
  else if (wasG && places[event.key]) navigate(places[event.key]);
  else if (event.key === 'g') { afterG = performance.now(); return; }
  else if (event.key === 'j' || event.key === 'k') { if (!step(event.key === 'j' ? 1 : -1)) return; }
  else return;
  event.preventDefault();
}

/** Whether a key press is a shortcut's to take: nobody types, no dialog is open, single keys are not switched off. */
export function isFree(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !areOn()) return false;
  const { target } = event;
  return !target.isContentEditable && !/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !document.querySelector('dialog[open]');
}

/** Whether single keys do something; those who speak to their computer switch that off. */
export function areOn() {
  try { return localStorage.getItem('alertd.keys') !== 'off'; } catch { return true; }
}

/** Switches single keys on or off. */
export function setOn(isOn) {
  try {
    if (isOn) localStorage.removeItem('alertd.keys');
    else localStorage.setItem('alertd.keys', 'off');
  } catch { /* nothing is kept then */ }
}

function search() {
  const box = document.querySelector('main input[type="search"]');
  if (box) box.focus();
  else navigate('#/search');
}

/** Moves the focus among the rows of the list on the page, if there is one. */
function step(by) {
  const rows = [...document.querySelectorAll('main [data-row]')];
  if (!rows.length) return false;
  const at = rows.indexOf(document.activeElement);
  const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
  next.focus();
  next.scrollIntoView({ block: 'nearest' });
  return true;
}

function showKeys() {
  const dialog = h('dialog', { 'aria-labelledby': 'keys-title' },
    h('div', { class: 'dialog-body' },
      h('div', { class: 'dialog-head' }, h('h2', { id: 'keys-title' }, 'Keyboard'), iconButton('close', 'Close', () => dialog.close())),
      listed.map(([group, keys]) => h('section', {}, h('h3', {}, group),
        h('dl', { class: 'keys' }, keys.map(([names, text]) => [h('dt', {}, names.map((name) => h('kbd', {}, name))), h('dd', {}, text)]))))));
  open(dialog);
}

/** Shows a dialog until it is closed; a click outside closes it. */
export function open(dialog) {
  document.body.append(dialog);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
  dialog.showModal();
  return dialog;
}
