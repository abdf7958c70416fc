// What a timeline shows, asked for stretch by stretch.

import { get, getAll } from '../js/api.js';
import { iso } from '../js/time.js';

export const nothing = { coverage: [], curve: [], events: [], step: 1000, from: 0, to: 0, isCut: false };

/** Coverage, curve and events of `camera` in `range` and half its length around; the curve in `points` parts. Throws Problem. */
export async function load(camera, range, points, now, signal) {
  const margin = (range.to - range.from) / 2;
  const [from, to] = [range.from - margin, Math.min(range.to + margin, now + 60_000)];
  const span = { camera, since: iso(from), until: iso(to) };
  const options = { signal };
  const [coverage, curve, events] = await Promise.all([
    getAll('coverage', { ...span, points, limit: 5000 }, { ...options, most: 5000 }),
    get('anomalies', { ...span, points }, options),
    get('events', { ...span, limit: 500 }, options),
  ]);
  return {
    from, to, step: Math.max(1000, (to - from) / points), isCut: Boolean(events.next),
    coverage: coverage.map((span) => ({ from: +new Date(span.start), to: +new Date(span.end), state: span.state, reason: span.reason })),
    curve: onePerStep(curve.items),
    events: events.items,
  };
}

/** `coverage` without what only says that nobody watched before the camera was watched for the first time, at `since`. */
export function known(coverage, since) {
  return coverage.flatMap((span) => {
    if (span.reason !== 'not_running' || (since !== null && span.from >= since)) return [span];
    return since === null || span.to <= since ? [] : [{ ...span, from: since }];
  });
}

// The rarer a frame is, the higher it stands: p-values compare across lanes, raw scores do not.
function onePerStep(values) {
  const points = [];
  for (const value of values) {
    const isRarity = value.p_value !== null;
    const height = isRarity ? -Math.log10(Math.max(value.p_value, 1e-9)) : value.score;
    const point = { at: +new Date(value.at), height, isRarity, p: value.p_value };
    const before = points.at(-1);
    if (before && before.at === point.at) { if (point.height > before.height) points[points.length - 1] = point; } else points.push(point);
  }
  return points.sort((one, other) => one.at - other.at);
}
