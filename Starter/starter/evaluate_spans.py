"""Grounding of sentences in rendered and real clips through the product (`alertd eval spans`): the first span against the true one,
when a live camera would have told, and the same with a curve made of the truth in place of the encoder."""

import json
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np

from . import foreground, render, video
from .spans import best_window, overlap

LEAST_SHARE = 0.10               # of the picture's height, for the figures that count
ORACLE = (0.9, 0.1, 0.1)         # saliency inside the truth, outside, and the standard deviation of the noise on both
RATE = 2                         # analysed frames a second


def ground(program, encoder, folder, rows):
    """The answers to every row of queries: `{"file", "sentences"}` or `{"curve"}`."""
    listed = folder / "queries.jsonl"
    listed.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = subprocess.run([str(program), "eval", "spans", str(listed), "--fps", str(RATE), "--encoder", str(encoder), "--json"], capture_output=True, text=True)
    listed.unlink()
    if done.returncode:
        raise SystemExit(f"evaluate: alertd eval spans failed:\n{done.stderr.strip()}")
    return [json.loads(line)["answers"] for line in done.stdout.splitlines()]


def first(answer):
    """(start, end, score) of the best span, or None. A sentence that is refused finds none."""
    moments = answer.get("moments") or []
    return tuple(moments[0]) if moments else None


def moving(path):
    """The span in which most moved, whatever is asked for; nothing where nothing moved."""
    background = foreground.Background()
    shares = [background.advance(picture).changed_share for _, picture in video.read(path, 1 / RATE)]
    largest = max(shares, default=0)
    return best_window(shares, 0.3 * largest, 0.02 * largest, 1 / RATE) if largest > 0 else None


def oracle(program, encoder, folder, entries, seed):
    """Overlaps of the spans found on curves made of the truth, and seconds from the true start to the first alert."""
    rng, asked = np.random.default_rng([seed, 17]), []
    for entry in entries:
        count = int(entry["media"]["duration_s"] * RATE)
        for row in entry["grounding_queries"]:
            seconds = np.arange(count) / RATE
            level = np.where((seconds >= row["start"]) & (seconds < row["end"]), ORACLE[0], ORACLE[1])
            asked.append(((row["start"], row["end"]), np.clip(level + rng.normal(0, ORACLE[2], count), 0, 1).round(4).tolist()))
    answers = ground(program, encoder, folder, [{"curve": curve} for _, curve in asked])
    overlaps, delays = [], []
    for (true, _), (answer,) in zip(asked, answers):
        span = first(answer)
        overlaps.append(overlap(span[:2], true) if span else 0.0), delays.append(delay(answer, true))
    return overlaps, delays


def delay(answer, true):
    """Seconds from the true start to the first alert about what is true; infinite when there is none, None when it is not one scene."""
    if answer.get("alerts") is None:
        return None
    times = [told - true[0] for told, start in answer["alerts"] if told >= true[0] - 1 and start < true[1]]
    return max(0.0, min(times)) if times else float("inf")


def _means(overlaps, thresholds):
    values = np.array(overlaps)
    return {f"r1_{int(100 * t)}": float((values >= t).mean()) for t in thresholds} | {"miou": float(values.mean())}


def _middle(duration):
    return 0.25 * duration, 0.75 * duration


def _percentile(values, share):
    """The value that a share of `values` does not exceed; infinite ones count."""
    return float(np.sort(values)[max(0, int(np.ceil(share * len(values))) - 1)]) if len(values) else float("nan")


def _label(kind):
    return {"": "coarse", "_activity": "activity"}.get(kind.removesuffix("_small"), "") + (", actors under 10 %" if kind.endswith("_small") else "")


def rendered(program, encoder, folder, seed, count, jobs, report=print):
    """Figures for eval.json over `count` rendered clips, and lines of a table."""
    folder.mkdir(parents=True, exist_ok=True)
    limit = json.loads((encoder / "grounding.json").read_text())["event"]["open"]
    entries = [entry for entry, _ in render.rendered([(seed + i, "grounding", folder) for i in range(count)], jobs)]
    rows = [{"file": entry["file"], "sentences": [row["query"] for row in entry["grounding_queries"] + entry["absent_queries"]]} for entry in entries]
    found, middle, motion, errors, delays, absent = (defaultdict(list) for _ in range(6))
    for entry, answers in zip(entries, ground(program, encoder, folder, rows)):
        moved = moving(folder / entry["file"])
        for row, answer in zip(entry["grounding_queries"], answers):
            span, true = first(answer), (row["start"], row["end"])
            kind = ("_activity" if row["grade"] == "activity" else "") + ("" if row["height_share"] >= LEAST_SHARE else "_small")
            found[kind].append(overlap(span[:2], true) if span else 0.0)
            middle[kind].append(overlap(_middle(entry["media"]["duration_s"]), true))
            motion[kind].append(overlap(moved, true) if moved else 0.0)
            errors[kind] += [abs(span[0] - true[0]), abs(span[1] - true[1])] if span else [float("inf")] * 2
            seconds = delay(answer, true)
            if seconds is not None:
                delays[kind].append(seconds)
        for row, answer in zip(entry["absent_queries"], answers[len(entry["grounding_queries"]):]):
            span = first(answer)
            absent["_activity" if row["grade"] == "activity" else ""].append(bool(span and span[2] >= limit))
    values, asked = {}, sum(map(len, found.values())) + sum(map(len, absent.values()))
    lines = ["", f"## Spans in rendered clips ({count} clips, {asked} queries, seeds from {seed})", "",
             "| queries | R1@0.5 | R1@0.7 | mean overlap | the middle half | what moved | boundary error, median | first alert, 95 % | alerted | asked |",
             "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
    for kind in sorted(found):
        own, still, moved = (_means(overlaps[kind], (0.5, 0.7)) for overlaps in (found, middle, motion))
        for name in own:
            values[f"rendered_{name}{kind}"], values[f"rendered_{name}{kind}_baseline"] = own[name], max(still[name], moved[name])
        told = [seconds for seconds in delays[kind] if np.isfinite(seconds)]
        error, late = _percentile(errors[kind], 0.5), _percentile(told, 0.95)
        alerted = len(told) / max(1, len(delays[kind]))
        values[f"rendered_boundary_error_p50_seconds{kind}"], values[f"rendered_first_alert_p95_seconds{kind}"] = error, late
        values[f"rendered_alerted{kind}"] = alerted
        lines.append(f"| {_label(kind)} | {own['r1_50']:.2f} | {own['r1_70']:.2f} | {own['miou']:.2f} | {still['miou']:.2f} | {moved['miou']:.2f} | {error:.2f} s | {late:.2f} s | {alerted:.2f} | {len(found[kind])} |")
    for kind, answered in sorted(absent.items()):
        values[f"rendered_absent_answered{kind}"], values[f"rendered_absent_answered{kind}_baseline"] = float(np.mean(answered)), 1.0
        lines.append(f"\nQueries ({_label(kind)}) for what a clip does not hold, answered all the same: {sum(answered)} of {len(answered)}.")
    overlaps, waits = oracle(program, encoder, folder, entries, seed)
    known = [seconds for seconds in waits if seconds is not None and np.isfinite(seconds)]
    for name, value in _means(overlaps, (0.5, 0.7)).items():
        values[f"rendered_oracle_{name}"] = value
    values["rendered_oracle_first_alert_p95_seconds"] = _percentile(known, 0.95)
    lines.append(f"\nWith the truth plus noise in place of the encoder ({ORACLE[0]} inside, {ORACLE[1]} outside, standard deviation {ORACLE[2]}): R1@0.5 {values['rendered_oracle_r1_50']:.3f}, "
                 f"R1@0.7 {values['rendered_oracle_r1_70']:.3f}, mean overlap {values['rendered_oracle_miou']:.3f}, first alert in 95 % within {values['rendered_oracle_first_alert_p95_seconds']:.2f} s ({len(known)} of {len(waits)} alerted).")
    return values, lines


def real(program, encoder, videos, clips):
    """Figures over the grounding queries of real clips."""
    found, prior, rows = [], [], []
    asked = [clip for clip in clips if clip.get("grounding_queries")]
    with tempfile.TemporaryDirectory() as scratch:
        listed = [{"file": str((videos / clip["file"]).resolve()), "sentences": [row["query"] for row in clip["grounding_queries"]]} for clip in asked]
        answered = ground(program, encoder, Path(scratch), listed)
    for clip, answers in zip(asked, answered):
        for row, answer in zip(clip["grounding_queries"], answers):
            span, true = first(answer), (row["start"], row["end"])
            found.append(overlap(span[:2], true) if span else 0.0), prior.append(overlap(_middle(clip["media"]["duration_s"]), true))
            rows.append(f"| {row['query']} ({clip['file']}) | {found[-1]:.2f} |")
    if not found:
        return {}, []
    own, middle = _means(found, (0.3,)), _means(prior, (0.3,))
    values = {f"real_query_{name}": own[name] for name in own} | {f"real_query_{name}_baseline": middle[name] for name in middle}
    return values, ["", f"## Spans in real clips: R1@0.3 {own['r1_30']:.2f} (the middle half {middle['r1_30']:.2f}), mean overlap {own['miou']:.2f} ({middle['miou']:.2f})", "", "| query | overlap |", "| --- | --- |", *rows]
