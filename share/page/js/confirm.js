// A question that has to be answered before something is done that cannot be taken back.

import { button, h } from './dom.js';
import { open } from './shortcuts.js';

/** Resolves to whether `action` was chosen. */
export function confirm(title, text, action) {
  return new Promise((resolve) => {
    let isSure = false;
    const dialog = h('dialog', { 'aria-labelledby': 'confirm-title' },
      h('div', { class: 'dialog-body' }, h('h2', { id: 'confirm-title' }, title), h('p', {}, text),
        h('div', { class: 'dialog-end' },
          button('Cancel', () => dialog.close(), { autofocus: true }),
          button(action, () => { isSure = true; dialog.close(); }, { kind: 'danger' }))));
    dialog.addEventListener('close', () => resolve(isSure));
    open(dialog);
  });
}
