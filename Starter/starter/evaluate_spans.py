"""Grounding of sentences in rendered and real clips through the product (`alertd ground`): the first span against the true one."""

import json
import subprocess
from collections import defaultdict

import numpy as np

from . import render
from .spans import overlap

LEAST_SHARE = 0.10               # of the picture's height, for the figures that count


def first_span(program, encoder, path, text):
    """(start, end, score) of the best span, or None. A sentence that is refused finds none."""
    done = subprocess.run([str(program), "ground", str(path), text, "--top", "1", "--encoder", str(encoder), "--json"], capture_output=True, text=True)
    if done.returncode not in (0, 64):
        raise SystemExit(f"evaluate: alertd ground {path.name} failed:\n{done.stderr.strip()}")
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return (rows[0]["start_seconds"], rows[0]["end_seconds"], rows[0]["score"]) if rows else None


def _means(overlaps, thresholds):
    values = np.array(overlaps)
    return {f"r1_{int(100 * t)}": float((values >= t).mean()) for t in thresholds} | {"miou": float(values.mean())}


def _middle(duration):
    return 0.25 * duration, 0.75 * duration


def rendered(program, encoder, folder, seed, count, jobs, report=print):
    """Figures for eval.json over `count` rendered clips, and lines of a table."""
    folder.mkdir(parents=True, exist_ok=True)
    found, prior, answered, asked = defaultdict(list), defaultdict(list), 0, 0
    limit = json.loads((encoder / "grounding.json").read_text())["event"]["open"]
    for entry, _ in render.rendered([(seed + i, "grounding", folder) for i in range(count)], jobs):
        path, duration = folder / entry["file"], entry["media"]["duration_s"]
        for row in entry["grounding_queries"]:
            span = first_span(program, encoder, path, row["query"])
            kind = ("_activity" if row["grade"] == "activity" else "") + ("" if row["height_share"] >= LEAST_SHARE else "_small")
            true = (row["start"], row["end"])
            found[kind].append(overlap(span[:2], true) if span else 0.0), prior[kind].append(overlap(_middle(duration), true))
        for row in entry["absent_queries"]:
            span = first_span(program, encoder, path, row["query"])
            asked, answered = asked + 1, answered + bool(span and span[2] >= limit)
    values, lines = {}, ["", f"## Spans in rendered clips ({count} clips, seeds from {seed})", "", "| queries | R1@0.5 | R1@0.7 | mean overlap | the middle half | queries asked |", "| --- | --- | --- | --- | --- | --- |"]
    for kind in sorted(found):
        own, middle = _means(found[kind], (0.5, 0.7)), _means(prior[kind], (0.5, 0.7))
        for name in own:
            values[f"rendered_{name}{kind}"], values[f"rendered_{name}{kind}_baseline"] = own[name], middle[name]
        label = {"": "coarse", "_activity": "activity"}.get(kind.removesuffix("_small"), "") + (", actors under 10 %" if kind.endswith("_small") else "")
        lines.append(f"| {label} | {own['r1_50']:.2f} | {own['r1_70']:.2f} | {own['miou']:.2f} | {middle['miou']:.2f} | {len(found[kind])} |")
    values["rendered_absent_answered"], values["rendered_absent_answered_baseline"] = answered / max(1, asked), 1.0
    lines.append(f"\nQueries for what a clip does not hold, answered all the same: {answered} of {asked}.")
    return values, lines


def real(program, encoder, videos, clips):
    """Figures over the grounding queries of real clips."""
    found, prior, rows = [], [], []
    for clip in clips:
        for row in clip.get("grounding_queries", []):
            span, true = first_span(program, encoder, videos / clip["file"], row["query"]), (row["start"], row["end"])
            found.append(overlap(span[:2], true) if span else 0.0), prior.append(overlap(_middle(clip["media"]["duration_s"]), true))
            rows.append(f"| {row['query']} ({clip['file']}) | {found[-1]:.2f} |")
    if not found:
        return {}, []
    own, middle = _means(found, (0.3,)), _means(prior, (0.3,))
    values = {f"real_query_{name}": own[name] for name in own} | {f"real_query_{name}_baseline": middle[name] for name in middle}
    return values, ["", f"## Spans in real clips: R1@0.3 {own['r1_30']:.2f} (the middle half {middle['r1_30']:.2f}), mean overlap {own['miou']:.2f} ({middle['miou']:.2f})", "", "| query | overlap |", "| --- | --- |", *rows]
