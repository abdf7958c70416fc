"""Search over long rendered footage through the product: `alertd ingest`, then `alertd search` for what is there and for what is not."""

import json
import signal
import subprocess
from collections import defaultdict

import numpy as np

from . import queries, render
from .evaluate_spans import LEAST_SHARE
from .spans import overlap
from .story import random_story

ANSWERS = 5                      # among the first so many
LEAST_OVERLAP = 0.3              # of an answer with the true span, to be that answer
START = "2026-05-01T00:00:00Z"


def _run(command, allowed=(0,)):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in allowed:
        raise SystemExit(f"evaluate: {' '.join(map(str, command[:2]))} … failed:\n{done.stderr.strip()}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def _seconds(time):
    return np.datetime64(time.removesuffix("Z")) - np.datetime64(START.removesuffix("Z"))


def answers(program, encoder, state, camera, text):
    """(start, end, probability) of the first answers in seconds of the footage; a sentence that is refused finds none."""
    rows = _run([str(program), "search", text, "--camera", camera, "--limit", str(ANSWERS), "--encoder", str(encoder), "--state", str(state), "--json"], (0, 1, 64))
    return [(*(_seconds(row[key]) / np.timedelta64(1, "s") for key in ("start", "end")), row["probability"]) for row in rows]


def _fifths(duration):
    return [(duration * i / ANSWERS, duration * (i + 1) / ANSWERS) for i in range(ANSWERS)]


def _is_found(spans, true):
    return any(overlap(span[:2], one) >= LEAST_OVERLAP for span in spans for one in true)


def _things(seed):
    """What is there, once or more often: (sentence, grade, spans, height of the largest as a share of the picture's)."""
    story, rng = random_story(seed, "long"), np.random.default_rng([seed, 8])
    for meaning in dict.fromkeys(fact[0] for fact in story.facts):
        facts = [fact for fact in story.facts if fact[0] == meaning]
        yield queries.word(rng, meaning), facts[0][3], [fact[1:3] for fact in facts], max(story.shares[meaning, fact[1]] for fact in facts)


def rendered(program, encoder, folder, seed, count, jobs):
    """Figures for eval.json over `count` clips of one to two hours, and lines of a table."""
    folder.mkdir(parents=True, exist_ok=True)
    state, found, touched, prior, rows = folder / "state", defaultdict(list), defaultdict(list), defaultdict(list), []
    absent, hours = [], 0.0
    entries = [entry for entry, _ in render.rendered([(seed + i, "long", folder) for i in range(count)], jobs)]
    for number, entry in enumerate(entries):
        _run([str(program), "ingest", str(folder / entry["file"]), "--camera", f"clip{number}", "--start", START, "--encoder", str(encoder), "--state", str(state), "--json"])
    # Keeps the private database up between the searches.
    holder = subprocess.Popen([str(program), "events", "watch", "--state", str(state)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for number, entry in enumerate(entries):
            duration = entry["media"]["duration_s"]
            hours += duration / 3600
            for text, grade, true, share in _things(seed + number):
                spans = answers(program, encoder, state, f"clip{number}", text)
                kind = ("_activity" if grade == "activity" else "") + ("" if share >= LEAST_SHARE else "_small")
                found[kind].append(_is_found(spans, true))
                touched[kind].append(any(span[0] < end and span[1] > start for span in spans for start, end in true))
                prior[kind].append(_is_found(_fifths(duration), true))
                if not found[kind][-1]:
                    rows.append(f"| {entry['file']} | {text} | {', '.join(f'{start:.0f}–{end:.0f} s' for start, end in true[:5])} | {share:.2f} | {', '.join(f'{start:.0f}–{end:.0f} s ({p:.2f})' for start, end, p in spans) or 'nothing'} |")
            for row in entry["absent_queries"]:
                spans = answers(program, encoder, state, f"clip{number}", row["query"])
                absent.append(not spans)
                if spans:
                    rows.append(f"| {entry['file']} | {row['query']} | not there | | {', '.join(f'{a:.0f}–{b:.0f} s ({p:.2f})' for a, b, p in spans)} |")
    finally:
        holder.send_signal(signal.SIGINT)
        holder.wait()
    values, lines = {}, ["", f"## Search over long rendered footage ({count} clips, {hours:.1f} hours, seeds from {seed})", "", f"| things that are there | among the first {ANSWERS} | touched by one of them | fifths of the clip | asked |", "| --- | --- | --- | --- | --- |"]
    for kind in sorted(found):
        values[f"rendered_search_at_5{kind}"], values[f"rendered_search_at_5{kind}_baseline"] = np.mean(found[kind]), np.mean(prior[kind])
        label = {"": "coarse", "_activity": "activity"}[kind.removesuffix("_small")] + (", actors under 10 %" if kind.endswith("_small") else "")
        lines.append(f"| {label} | {np.mean(found[kind]):.2f} | {np.mean(touched[kind]):.2f} | {np.mean(prior[kind]):.2f} | {len(found[kind])} |")
    usual = [*found[""], *found["_activity"]]
    if usual:
        values["rendered_search_found"], values["rendered_search_found_baseline"] = np.mean(usual), np.mean([*prior[""], *prior["_activity"]])
    if absent:
        values["rendered_search_nothing"], values["rendered_search_nothing_baseline"] = np.mean(absent), 0.0
    lines.append(f"\nOf actors of 10 % of the height and more, {sum(usual)} of {len(usual)} found; \"nothing\" for {sum(absent)} of {len(absent)} things that are not there.")
    if rows:
        lines += ["", "| clip | sentence | true spans | height | answers |", "| --- | --- | --- | --- | --- |", *rows]
    return values, lines
