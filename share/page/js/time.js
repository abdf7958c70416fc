// Times in the viewer's zone, with UTC one hover away.

const day = 86_400_000;
const clockFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const shortFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dateFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const yearFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const weekdayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'local time';

/** "2026-05-01 12:00:03.500 UTC" */
export function utc(time) {
  return new Date(time).toISOString().replace('T', ' ').replace('Z', ' UTC');
}

/** What the API takes. */
export function iso(time) {
  return new Date(time).toISOString();
}

/** `style`: clock (12:00:03), short (12:00), date, day (Fri, 1 May), moment (with the date unless it is today), full. */
export function format(time, style = 'moment') {
  const date = new Date(time);
  if (style === 'clock') return clockFormat.format(date);
  if (style === 'short') return shortFormat.format(date);
  if (style === 'date') return date.getFullYear() === new Date().getFullYear() ? dateFormat.format(date) : yearFormat.format(date);
  if (style === 'day') return weekdayFormat.format(date);
  if (style === 'full') return fullFormat.format(date);
  return isToday(date) ? clockFormat.format(date) : `${format(date, 'date')}, ${clockFormat.format(date)}`;
}

/** A <time> element. */
export function timeElement(time, style = 'moment') {
  const element = document.createElement('time');
  element.dateTime = iso(time);
  element.title = utc(time);
  element.textContent = format(time, style);
  return element;
}

/** A <time> element that says how long ago, and goes on saying it. */
export function agoElement(time) {
  const element = timeElement(time);
  element.dataset.ago = '';
  element.textContent = ago(time);
  return element;
}

/** "just now", "4 min ago", "3 h ago", "2 days ago", else the date. */
export function ago(time, now = Date.now()) {
  const seconds = (now - new Date(time)) / 1000;
  if (seconds < 10) return 'just now';
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  const days = Math.floor(seconds / 86_400);
  if (days < 7) return days === 1 ? '1 day ago' : `${days} days ago`;
  return format(time, 'date');
}

/** "8 s", "4 min 10 s", "2 h 5 min", "3 days 4 h" */
export function duration(milliseconds) {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return two(whole, 60, 'min', 1, 's');
  if (whole < 86_400) return two(whole, 3600, 'h', 60, 'min');
  return two(whole, 86_400, whole < 172_800 ? 'day' : 'days', 3600, 'h');
}

/** What an <input type="datetime-local"> shows for a time. */
export function localInput(time) {
  const date = new Date(time);
  return new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The time that an <input type="datetime-local"> holds, as the API takes it; undefined when it is empty. */
export function fromLocalInput(text) {
  const date = text ? new Date(text) : null;
  return date && !Number.isNaN(+date) ? date.toISOString() : undefined;
}

export function isToday(date) {
  const now = new Date();
  return Math.abs(now - date) < day && now.getDate() === date.getDate();
}

function two(whole, large, largeName, small, smallName) {
  const rest = Math.floor((whole % large) / small);
  return rest ? `${Math.floor(whole / large)} ${largeName} ${rest} ${smallName}` : `${Math.floor(whole / large)} ${largeName}`;
}

setInterval(() => {
  for (const element of document.querySelectorAll('time[data-ago]')) element.textContent = ago(element.dateTime);
}, 10_000);
