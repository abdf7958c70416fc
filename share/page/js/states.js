// What a view shows when it has nothing to show: a person must never see a blank.

import { button, fill, h, icon } from './dom.js';

/** Grey bars in the room that the content will take. */
export function loading(label = 'Loading…', rows = 3) {
  return h('div', { class: 'panel', role: 'status' }, h('span', { class: 'visually-hidden' }, label),
    ...Array.from({ length: rows }, () => h('div', { class: 'skeleton', 'aria-hidden': 'true' })));
}

/** Nothing is there, and that is no fault. */
export function empty(title, text, ...actions) {
  return h('div', { class: 'state' }, h('h2', {}, title), text && h('p', {}, text), actions.length > 0 && h('div', { class: 'button-row' }, actions));
}

/** Something failed; `retry` tries again. */
export function failure(problem, retry, { compact = false, title = 'This could not be loaded' } = {}) {
  const text = problem?.message || 'The page met a fault of its own.';
  return h('div', { class: `state problem${compact ? ' compact' : ''}`, role: 'alert' }, icon('blind'), h('h2', {}, title), h('p', {}, text),
    retry && h('div', { class: 'button-row' }, button('Try again', retry)));
}

/**
 * Fills `place` with what `load` gives, its loading state before, its failure with a way to try again after.
 * `render(value)` gives the element(s). Nothing happens once `signal` is aborted.
 */
export async function show(place, { load, render, signal, placeholder = () => loading(), title }) {
  fill(place, placeholder());
  place.setAttribute('aria-busy', 'true');
  try {
    const value = await load();
    if (signal?.aborted) return undefined;
    fill(place, render(value));
    return value;
  } catch (error) {
    if (signal?.aborted) return undefined;
    if (!error.kind) console.error(error);
    fill(place, failure(error, () => show(place, { load, render, signal, placeholder, title }), { title }));
    return undefined;
  } finally {
    place.removeAttribute('aria-busy');
  }
}
