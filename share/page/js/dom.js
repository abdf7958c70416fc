// Elements without markup in strings: every text goes through a text node, so no text can become markup.

const svgNamespace = 'http://www.w3.org/2000/svg';

/** An element. `attributes`: `class`, `on` (listeners by name), `data` (data-…), anything else is an attribute or, for true/false, its presence. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  apply(element, attributes);
  put(element, children);
  return element;
}

/** The same for SVG. */
export function s(tag, attributes = {}, ...children) {
  const element = document.createElementNS(svgNamespace, tag);
  apply(element, attributes);
  put(element, children);
  return element;
}

/** An icon of icons.svg; decoration only. */
export function icon(name) {
  return s('svg', { class: 'icon', 'aria-hidden': 'true' }, s('use', { href: new URL(`../icons.svg#${name}`, import.meta.url).href }));
}

/** Replaces what is in `element`. */
export function fill(element, ...children) {
  element.replaceChildren();
  put(element, children);
  return element;
}

/** A button that does `action`; `options.icon` is shown before the text. */
export function button(text, action, options = {}) {
  const { icon: name, kind = '', ...attributes } = options;
  return h('button', { type: 'button', class: `button ${kind}`.trim(), on: { click: action }, ...attributes }, name && icon(name), text);
}

/** A button that shows an icon only; `label` is its name. */
export function iconButton(name, label, action, attributes = {}) {
  return h('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, on: { click: action }, ...attributes }, icon(name));
}

/** A labelled control. `hint` explains it. */
export function field(label, control, { hint, kind = '' } = {}) {
  const id = control.id || (control.id = `field-${++count}`);
  const help = hint && h('p', { class: 'hint', id: `${id}-hint` }, hint);
  if (help) control.setAttribute('aria-describedby', help.id);
  return h('div', { class: `field ${kind}`.trim() }, h('label', { for: id }, label), control, help);
}

/** A list to choose from; `options` are [value, text]. */
export function select(options, value, attributes = {}) {
  const element = h('select', attributes, ...options.map(([key, text]) => h('option', { value: key }, text)));
  element.value = value ?? '';
  return element;
}

let count = 0;

function apply(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'on') for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === 'data') Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? '' : value);
  }
}

function put(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false || child === '') continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}
