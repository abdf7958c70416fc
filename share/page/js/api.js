// The HTTP API: one way in for every view, with deadlines, and every failure as a Problem that a person can read.

const base = new URL('../../api/v1/', import.meta.url);

/** What went wrong. `kind`: offline, timeout, http. `status`: 0 unless an answer came. `message` is a sentence for people. */
export class Problem extends Error {
  constructor(kind, status, message) {
    super(message);
    this.kind = kind;
    this.status = status;
  }
}

/** The address of something below /api/v1/; empty parameters are left out. */
export function address(path, parameters = {}) {
  const url = new URL(path, base);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null && value !== '') url.searchParams.set(name, value);
  }
  return url.href;
}

/** Path segments from outside are encoded here. */
export const segment = encodeURIComponent;

/** What GET answers. Throws Problem; AbortError when `signal` is aborted. */
export function get(path, parameters, options = {}) {
  return ask(address(path, parameters), { headers: { Accept: 'application/json' } }, options);
}

/** Every page of a list, at most `most` items. */
export async function getAll(path, parameters, { most = 5000, ...options } = {}) {
  const items = [];
  let cursor;
  do {
    const page = await get(path, { ...parameters, cursor }, options);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor && items.length < most);
  return items;
}

/** What a writing request answers; null when it answers nothing. */
export function send(method, path, body, options = {}) {
  const request = { method, headers: { Accept: 'application/json' } };
  if (body !== undefined) {
    request.headers['Content-Type'] = 'application/json';
    request.body = JSON.stringify(body);
  }
  return ask(address(path), request, options);
}

async function ask(url, request, { signal, seconds = 20 }) {
  const deadline = AbortSignal.timeout(seconds * 1000);
  let response;
  try {
    response = await fetch(url, { ...request, signal: signal ? AbortSignal.any([signal, deadline]) : deadline });
    if (response.status === 204) return null;
    if (response.ok) return await response.json();
  } catch (error) {
    if (signal?.aborted) throw error;
    if (deadline.aborted) throw new Problem('timeout', 0, 'alertd took too long to answer.');
    if (response?.ok) throw new Problem('http', response.status, 'alertd gave an answer that cannot be read.');
    throw new Problem('offline', 0, navigator.onLine ? 'alertd does not answer.' : 'This device is offline.');
  }
  if (response.status === 401) location.reload();   // the sign-in form stands in the page's place
  throw new Problem('http', response.status, await reason(response));
}

async function reason(response) {
  try {
    const problem = await response.json();
    if (typeof problem.detail === 'string' && problem.detail) return sentence(problem.detail);
  } catch { /* no problem document: the status has to do */ }
  return plain[response.status] ?? `alertd could not do that (${response.status}).`;
}

const plain = {
  403: 'You may not do that.', 404: 'This is not there, or not any more.', 429: 'Too many requests. Wait a moment, then try again.',
  503: 'alertd is busy, or its database is away. Try again in a moment.', 504: 'alertd took too long to answer.',
};

function sentence(text) {
  const first = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
