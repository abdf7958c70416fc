// Light, dark, or as the system says.

import { announce } from './say.js';

const order = ['system', 'light', 'dark'];
const words = { system: 'as the system', light: 'light', dark: 'dark' };

/** Wires the switch in the bar. */
export function startThemeSwitch() {
  const button = document.getElementById('theme');
  label(button, now());
  button.addEventListener('click', () => {
    const next = order[(order.indexOf(now()) + 1) % order.length];
    set(next);
    label(button, next);
    announce(`Colours: ${words[next]}`);
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', tell);
}

function now() {
  return document.documentElement.dataset.theme ?? 'system';
}

function set(theme) {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (theme === 'system') localStorage.removeItem('alertd.theme');
    else localStorage.setItem('alertd.theme', theme);
  } catch { /* the choice lasts as long as the page */ }
  tell();
}

function label(button, theme) {
  const text = `Colours: ${words[theme]}`;
  button.setAttribute('aria-label', text);
  button.title = text;
}

// What is drawn on a canvas is drawn anew.
function tell() {
  dispatchEvent(new Event('themechange'));
}
