// Who looks, and what several views know together: cameras and standing queries, asked for once and kept fresh.

import { get, getAll } from './api.js';

let session = null;
const kept = new Map();

/** { scope, name, cameras, version, authenticated } */
export async function whoAmI() {
  session ??= get('session').catch((error) => { session = null; throw error; });
  return session;
}

/** Whether verdicts and queries may be changed. When that cannot be told, the server says it at the first try. */
export async function mayChange() {
  try { return (await whoAmI()).scope === 'admin'; } catch { return true; }
}

/** The cameras; an answer younger than `age` ms is used again. */
export const cameras = (age = 5000) => keep('cameras', age, () => getAll('cameras', { limit: 500 }));

/** The standing queries. */
export const queries = (age = 10_000) => keep('queries', age, () => getAll('queries', { limit: 500 }));

/** Sentences of standing queries by name; empty when they cannot be had. */
export async function sentences() {
  try { return new Map((await queries(60_000)).map((query) => [query.name, query.text])); } catch { return new Map(); }
}

/** The next question for `name` asks the server. */
export function forget(name) {
  kept.delete(name);
}

function keep(name, age, load) {
  const entry = kept.get(name);
  if (entry && performance.now() - entry.at < age) return entry.value;
  const value = load();
  kept.set(name, { at: performance.now(), value });
  value.catch(() => kept.delete(name));
  return value;
}

let order = [];

/** Remembers the events of the list last seen, newest first, so that one event leads to the next. */
export function remember(ids) {
  order = ids;
}

/** The events beside `id` in that list. */
export function neighbours(id) {
  const at = order.indexOf(id);
  return at < 0 ? {} : { later: order[at - 1], earlier: order[at + 1] };
}
