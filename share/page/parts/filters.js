// Camera and time: what several views filter by.

import { field, h, select } from '../js/dom.js';
import { cameras } from '../js/session.js';
import { fromLocalInput, localInput } from '../js/time.js';

/** A list of cameras, filled when they are known. */
export function cameraSelect(value, onChange, { all = 'All cameras' } = {}) {
  const control = select([['', all]], '', { on: { change: () => onChange(control.value) } });
  if (value) control.append(h('option', { value }, value));
  control.value = value ?? '';
  cameras(60_000).then((list) => {
    for (const { camera } of list) if (camera !== value) control.append(h('option', { value: camera }, camera));
  }).catch(() => { /* the list of cameras is a convenience */ });
  return field('Camera', control);
}

/** A moment; `onChange` gets it as the API takes it, or undefined. */
export function timeInput(label, value, onChange) {
  const control = h('input', { type: 'datetime-local', value: Number.isNaN(Date.parse(value ?? '')) ? null : localInput(value), on: { change: () => onChange(fromLocalInput(control.value)) } });
  return field(label, control, { kind: 'wide' });
}

/** Filters that a narrow screen folds away, unless one is set. */
export function folded(values, ...fields) {
  const isOpen = Object.values(values).some(Boolean) || matchMedia('(min-width: 44.01rem)').matches;
  return h('details', { class: 'fold', open: isOpen }, h('summary', {}, 'Filters'), h('div', { class: 'filters' }, fields));
}

/** The address of this view with other filters. */
export function withParameters(path, values) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value) parameters.set(name, value);
  const query = parameters.toString();
  return query ? `${path}?${query}` : path;
}
