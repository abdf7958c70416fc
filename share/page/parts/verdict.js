// What a person says an event was.

import { send } from '../js/api.js';
import { fill, h, icon } from '../js/dom.js';
import { announce } from '../js/say.js';
import { mayChange } from '../js/session.js';

const words = { normal: 'It was normal', incident: 'It was an incident' };

export class VerdictButtons {
  #id;
  #verdict = null;
  #isBusy = false;
  #may = true;
  #buttons;
  #note = h('p', { class: 'hint', role: 'status' });

  constructor(id) {
    this.#id = id;
    this.#buttons = { normal: this.#button('normal', 'check', 'n'), incident: this.#button('incident', 'flag', 'i') };
    this.element = h('section', { class: 'card panel verdict', 'aria-label': 'Verdict' }, h('h2', {}, 'What was it?'),
      h('div', { class: 'button-row' }, this.#buttons.normal, this.#buttons.incident), this.#note);
    mayChange().then((may) => { this.#may = may; this.#render(); });
    this.#render();
  }

  /** Shows the verdict that is stored. */
  show(verdict) {
    if (this.#isBusy) return;
    this.#verdict = verdict;
    this.#render();
  }

  /** Stores a verdict. */
  async give(verdict) {
    if (this.#isBusy || !this.#may || verdict === this.#verdict) return;
    this.#isBusy = true;
    this.#render();
    try {
      await send('POST', `events/${this.#id}/verdict`, { verdict });
      this.#verdict = verdict;
      this.#isBusy = false;
      this.#render();
      announce(`Stored: ${words[verdict].toLowerCase()}`);
    } catch (error) {
      this.#isBusy = false;
      this.#render(`Not stored. ${error.message}`);
    }
  }

  #button(verdict, name, key) {
    return h('button', { type: 'button', class: 'button', 'aria-pressed': 'false', 'aria-keyshortcuts': key, title: `Key ${key}`, on: { click: () => this.give(verdict) } }, icon(name), words[verdict]);
  }

  #render(problem) {
    for (const [verdict, button] of Object.entries(this.#buttons)) {
      button.setAttribute('aria-pressed', String(this.#verdict === verdict));
      button.disabled = this.#isBusy || !this.#may;
    }
    fill(this.#note, problem ?? this.#hint());
    this.#note.classList.toggle('field-problem', Boolean(problem));
  }

  #hint() {
    if (this.#isBusy) return 'Storing…';
    if (!this.#may) return 'Your token can read only.';
    if (this.#verdict === 'normal') return 'Stored. What it showed counts as normal from now on.';
    if (this.#verdict === 'incident') return 'Stored. Nothing like it will ever count as normal.';
    return 'Your answer teaches alertd what is normal here. It can be changed.';
  }
}
