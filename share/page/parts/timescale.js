// Which stretch of time is shown, and where in the picture a moment lies. No document, no drawing: values only.

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
export const narrowest = 2 * minute;
export const widest = 31 * day;

const steps = [minute / 6, minute / 2, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 7 * day];

/** A stretch [from, to) in milliseconds, kept within the bounds and never beyond `now` by more than a twentieth. */
export function bounded(from, to, now) {
  let length = Math.min(widest, Math.max(narrowest, to - from));
  const middle = (from + to) / 2;
  let start = middle - length / 2;
  const latest = now + length / 20;
  if (start + length > latest) start = latest - length;
  return { from: start, to: start + length };
}

/** The last `length` milliseconds, with a margin for what comes. */
export function upTo(now, length) {
  const bound = Math.min(widest, Math.max(narrowest, length));
  return { from: now - bound * 0.95, to: now + bound * 0.05 };
}

/** The stretch zoomed by `factor` (< 1: nearer) around the moment at `share` (0 to 1) of the width. */
export function zoomed({ from, to }, factor, share, now) {
  const length = Math.min(widest, Math.max(narrowest, (to - from) * factor));
  const anchor = from + (to - from) * share;
  return bounded(anchor - length * share, anchor + length * (1 - share), now);
}

/** The stretch moved by `share` of its length. */
export function moved({ from, to }, share, now) {
  const by = (to - from) * share;
  return bounded(from + by, to + by, now);
}

/** Whether the stretch reaches to the present. */
export function reachesNow({ to }, now) {
  return to >= now;
}

/** Where a moment lies, 0 to 1 inside the stretch. */
export function place({ from, to }, time) {
  return (time - from) / (to - from);
}

/** The times of the axis in local time, at least `gap` pixels apart, with the step between them. */
export function ticks({ from, to }, width, gap = 84) {
  const least = (to - from) / Math.max(1, width / gap);
  const step = steps.find((candidate) => candidate >= least) ?? steps.at(-1);
  const times = [];
  const date = new Date(from);
  date.setHours(0, 0, 0, 0);
  if (step < day) {
    let time = +date + Math.floor((from - date) / step) * step;
    for (; time <= to; time += step) if (time >= from) times.push(time);
  } else {
    const days = Math.round(step / day);
    // Whole days by the calendar, since some have 23 or 25 hours.
    const number = Math.floor((Date.UTC(date.getFullYear(), date.getMonth(), date.getDate())) / day);
    date.setDate(date.getDate() - (number % days));
    for (; +date <= to; date.setDate(date.getDate() + days)) if (+date >= from) times.push(+date);
  }
  return { step, times };
}

/** Events as marks: those nearer than `gap` of the width, and alike in kind, become one. Each: { from, to, events } in shares of the width. */
export function marks(events, range, width, gap = 5) {
  const sorted = events.map((event) => ({ event, from: place(range, +new Date(event.start)), to: place(range, +new Date(event.end)) }))
    .filter((mark) => mark.to >= 0 && mark.from <= 1).sort((one, other) => one.from - other.from);
  const least = 7 / width;
  const rows = new Map();
  for (const { event, from, to } of sorted) {
    if (!rows.has(event.kind)) rows.set(event.kind, []);
    const row = rows.get(event.kind);
    const end = Math.max(to, from + least);
    const before = row.at(-1);
    if (before && from < before.to + gap / width) {
      before.to = Math.max(before.to, end);
      before.events.push(event);
    } else row.push({ kind: event.kind, from, to: end, events: [event] });
  }
  return rows;
}
