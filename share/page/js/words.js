// What the API's words mean to an operator.

const kinds = { query: 'Match', anomaly: 'Unusual', blind: 'Not watched' };
const blindness = {
  no_stream: 'No picture arrives', frozen: 'The picture is frozen', covered: 'The camera is covered or dark',
  defocused: 'The picture is out of focus', moved: 'The camera was moved', not_running: 'alertd was not running',
};
const clocks = {
  file: 'from the recording', camera: 'from the camera', arrival: 'when it arrived here', unset: 'not known',
};

export const kindWord = (kind) => kinds[kind] ?? kind;
export const blindWord = (reason) => blindness[reason] ?? (reason ? String(reason).replaceAll('_', ' ') : 'Not watched');
export const clockWord = (clock) => clocks[clock] ?? clock;

/** An event's title. `sentences`: texts of standing queries by name. */
export function title(event, sentences) {
  if (event.kind === 'query') return capital(event.query_text ?? sentences?.get(event.query) ?? event.query ?? 'Match');
  if (event.kind === 'blind') return blindWord(event.reason);
  const category = event.explanation?.category;
  return category ? `Unusual: ${category}` : unusual[event.reason] ?? 'Something unusual';
}

/** An event's sentence, unless the title says the same. */
export function detail(event, sentences) {
  const text = event.description ?? '';
  const same = (one, other) => one.toLowerCase().replace(/[.\s]+$/, '') === other.toLowerCase().replace(/[.\s]+$/, '');
  return event.kind === 'blind' || same(text, title(event, sentences)) ? '' : capital(text);
}

/** 0.934 → "93 %"; never rounds to certainty. */
export function percent(share) {
  if (share > 0 && share < 0.01) return '< 1 %';
  if (share < 1 && share > 0.99) return '> 99 %';
  return `${Math.round(share * 100)} %`;
}

/** 0.0005 → "about 1 frame in 2,000" */
export function rarity(p) {
  if (!(p > 0)) return 'never seen before';
  if (p > 0.2) return 'quite usual';
  const often = Math.min(1 / p, 1e9);
  const round = often < 10 ? Math.round(often) : Number(often.toPrecision(1 + (often > 100)));
  return `about 1 frame in ${round.toLocaleString()}`;
}

export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString()} ${number === 1 ? one : many}`;
}

export function capital(text) {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

const unusual = {
  scene: 'The scene looks different', normality: 'Something this camera has not shown before', hour: 'Something unusual for the hour',
  contrast: 'Something that looks like an incident', retrieval: 'Something that looks like an incident',
  motion: 'An unusual place, size or movement', change: 'More of the picture changes than usual',
};
