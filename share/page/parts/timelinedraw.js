// Draws coverage and the curve of a camera on a canvas.

import { place, ticks, day, hour } from './timescale.js';
import { format } from '../js/time.js';

export const rows = { axis: [0, 22], watched: [30, 18], curve: [60, 64] };
export const height = 132;

/** `data`: { coverage, curve } with times in milliseconds; `at`: a chosen moment or null. */
export function draw(canvas, range, data, { now, at }) {
  const width = canvas.clientWidth;
  const scale = devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== height * scale) {
    canvas.width = Math.round(width * scale);
    canvas.height = height * scale;
  }
  const context = canvas.getContext('2d');
  const colour = palette(canvas);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  const x = (time) => place(range, time) * width;

  axis(context, range, width, colour);
  coverage(context, data.coverage, x, width, colour);
  curve(context, data.curve, data.step, x, colour);
  if (now < range.to) shade(context, x(now), width, colour);
  if (at !== null && at >= range.from && at <= range.to) cursor(context, x(at), colour);
}

function axis(context, range, width, colour) {
  const { step, times } = ticks(range, width);
  context.font = `12px ${colour.font}`;
  context.textBaseline = 'top';
  for (const time of times) {
    const at = Math.round(place(range, time) * width) + 0.5;
    const isMidnight = new Date(time).getHours() === 0 && new Date(time).getMinutes() === 0;
    context.strokeStyle = isMidnight && step < day ? colour.strong : colour.line;
    context.beginPath();
    context.moveTo(at, 20);
    context.lineTo(at, height);
    context.stroke();
    const text = isMidnight ? format(time, step < 12 * hour ? 'day' : 'date') : format(time, step < 60_000 ? 'clock' : 'short');
    const room = context.measureText(text).width;
    context.fillStyle = isMidnight ? colour.text : colour.muted;
    context.fillText(text, Math.max(0, Math.min(width - room, at - room / 2)), 4);
  }
}

function coverage(context, spans, x, width, colour) {
  const [top, tall] = rows.watched;
  context.fillStyle = colour.sunken;
  context.fillRect(0, top, width, tall);
  for (const span of spans) {
    const left = Math.max(0, x(span.from));
    const right = Math.min(width, x(span.to));
    if (right <= left) continue;
    if (span.state === 'watched') {
      context.fillStyle = colour.accent;
      context.globalAlpha = 0.55;
      context.fillRect(left, top, right - left, tall);
      context.globalAlpha = 1;
    } else hatch(context, left, top, Math.max(1.5, right - left), tall, colour);
  }
}

// Time that was not watched is striped, so that it differs by more than its colour.
function hatch(context, left, top, wide, tall, colour) {
  context.save();
  context.beginPath();
  context.rect(left, top, wide, tall);
  context.clip();
  context.fillStyle = colour.unusualSoft;
  context.fillRect(left, top, wide, tall);
  context.strokeStyle = colour.unusual;
  context.lineWidth = 1.5;
  context.beginPath();
  for (let at = left - (left % 6) - tall; at < left + wide + tall; at += 6) {
    context.moveTo(at, top + tall);
    context.lineTo(at + tall, top);
  }
  context.stroke();
  context.restore();
}

function curve(context, points, step, x, colour) {
  const [top, tall] = rows.curve;
  const floor = top + tall;
  context.strokeStyle = colour.line;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(0, floor + 0.5);
  context.lineTo(context.canvas.clientWidth, floor + 0.5);
  context.stroke();
  if (!points.length) return;
  const highest = Math.max(points.some((point) => point.isRarity) ? 3 : 0, ...points.map((point) => point.height)) || 1;
  const y = (value) => floor - (Math.max(0, value) / highest) * (tall - 2);
  for (const run of runs(points, Math.max(5000, step * 2.5))) {
    context.beginPath();
    context.moveTo(x(run[0].at), floor);
    for (const point of run) context.lineTo(x(point.at), y(point.height));
    context.lineTo(Math.max(x(run.at(-1).at), x(run[0].at) + 1), floor);
    context.closePath();
    context.fillStyle = colour.unusual;
    context.globalAlpha = 0.18;
    context.fill();
    context.globalAlpha = 1;
    context.beginPath();
    run.forEach((point, index) => (index ? context.lineTo(x(point.at), y(point.height)) : context.moveTo(x(point.at), y(point.height))));
    context.strokeStyle = colour.unusual;
    context.lineWidth = 1.5;
    context.lineJoin = 'round';
    context.stroke();
  }
}

// The curve does not bridge time in which nothing was seen.
function runs(points, gap) {
  const all = [];
  for (const point of points) {
    const run = all.at(-1);
    if (run && point.at - run.at(-1).at <= gap) run.push(point);
    else all.push([point]);
  }
  return all;
}

function shade(context, from, width, colour) {
  context.fillStyle = colour.ground;
  context.globalAlpha = 0.6;
  context.fillRect(from, 24, width - from, height - 24);
  context.globalAlpha = 1;
  context.fillStyle = colour.accent;
  context.fillRect(from - 1, 22, 2, height - 22);
}

function cursor(context, at, colour) {
  context.fillStyle = colour.text;
  context.fillRect(at - 1, 22, 2, height - 22);
}

// Custom properties may hold light-dark(…), so colours are read where the browser has decided.
function palette(canvas) {
  const style = getComputedStyle(canvas);
  const read = (name) => {
    canvas.style.color = `var(--${name})`;
    return style.color;
  };
  const colours = {
    accent: read('accent'), unusual: read('unusual'), unusualSoft: read('unusual-soft'), line: read('line'), strong: read('line-strong'),
    text: read('text'), muted: read('muted'), sunken: read('sunken'), ground: read('surface'), font: style.fontFamily,
  };
  canvas.style.color = '';
  return colours;
}
