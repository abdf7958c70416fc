"""Command: the examination, on rendered clips and on real ones, through the product.

The product decodes, finds the foreground, encodes and compares (`alertd eval scores`); here only its cosines are counted. Beside every
figure stand chance, the same product with untrained towers of the same form, and what motion alone tells.
"""

import argparse
import json
import subprocess
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from . import evaluate_search, evaluate_spans, examination, examination_clips, foreground, mirror, real_labels, sentences, untrained, video
from .activity_words import WORDS
from .measures_plain import area_under_curve, average_precision

ROOT = Path(__file__).resolve().parents[2]
PERSON, VEHICLE = "a person", "a vehicle"
DARK = ("night", "infrared", "dusk")


def scores(program, encoder, files, sentences, fps, precision=None):
    """{file: (seconds [F], cosines [F, sentences], looks [F])} as the product computes them, or its mirror where `program` is None."""
    if program is None:
        return mirror.scores(encoder, files, sentences, fps)
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "sentences.txt"
        listed.write_text("\n".join(sentences) + "\n")
        command = [str(program), "eval", "scores", *map(str, files), "--sentences", str(listed), "--fps", str(fps), "--encoder", str(encoder), "--json"]
        if precision:
            configuration = Path(folder) / "alertd.yaml"
            configuration.write_text(f"models:\n  precision: {precision}\n")
            command += ["--config", str(configuration)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"evaluate: {' '.join(command[:4])} … failed:\n{done.stderr.strip()}")
    result = {}
    for line in done.stdout.splitlines():
        row = json.loads(line)
        result[Path(row["file"]).name] = (np.array(row["seconds"]), np.array(row["similarities"]), np.array(row["looks"]))
    return result


def answers(items, scored):
    """Mean cosine of every sentence over the frames that are asked for, [items, sentences]."""
    rows = []
    for item in items:
        seconds, cosines, _ = scored[item["file"]]
        near = np.abs(seconds[:, None] - np.array(item["times"])[None, :]).min(1) < 0.26
        rows.append(cosines[near].mean(0))
    return np.array(rows)


def right_answers(items, table, among):
    """By item whether the sentence asked for beats all that are false, and the chance of that, among some meanings."""
    result = []
    for item, row in zip(items, table):
        rivals = [examination.MEANINGS.index(name) for name in item["false"] if name in among]
        own = row[examination.MEANINGS.index(item["meaning"])]
        result.append((bool((own > row[rivals]).all()) if rivals else True, 1 / (1 + len(rivals))))
    return np.array(result, float).reshape(-1, 2)


def retrieval(items, table, meanings):
    """Mean average precision over meanings, each ranking all items in which it is true or false, and that of a random order."""
    found, chance = [], []
    for name in meanings:
        column = examination.MEANINGS.index(name)
        keep = [i for i, item in enumerate(items) if name in item["true"] or name in item["false"]]
        truth = np.array([name in items[i]["true"] for i in keep], bool)
        if truth.any() and not truth.all():
            values = table[keep, column] if table.ndim == 2 else table[keep]
            found.append(average_precision(values, truth)), chance.append(truth.mean())
    return float(np.mean(found)), float(np.mean(chance))


def moved(path, times, fps):
    """Share of changed cells at some times, by the reference of the foreground code: what motion alone tells."""
    background, shares, seconds = foreground.Background(), [], []
    for second, picture in video.read(path, 1 / fps):
        shares.append(background.advance(picture).changed_share), seconds.append(second)
    if times is None:
        return np.array(seconds), np.array(shares)
    near = np.abs(np.array(seconds)[:, None] - np.array(times)[None, :]).min(1) < 0.26
    return float(np.mean(np.array(shares)[near]))


def rendered(items, table):
    """Figures of a table of answers over the rendered items."""
    coarse, acts = list(examination.COARSE), ["does " + name for name in examination.ACTIVITIES]
    usual = [i for i, item in enumerate(items) if not item["small"]]
    small = [i for i, item in enumerate(items) if item["small"]]

    def top1(rows, kinds, among):
        rows = [i for i in rows if items[i]["meaning"] in kinds]
        return tuple(right_answers([items[i] for i in rows], table[rows], among).mean(0)) if rows else (float("nan"),) * 2

    figures = {"coarse_top1": top1(usual, coarse, coarse), "activity_top1": top1(usual, acts, acts), "top1": top1(usual, coarse + acts, coarse + acts)}
    figures |= {"coarse_top1_small": top1(small, coarse, coarse), "activity_top1_small": top1(small, acts, acts), "top1_small": top1(small, coarse + acts, coarse + acts)}
    for label, dark in (("day", False), ("dark", True)):
        part = [i for i in usual if (items[i]["light"] in DARK) == dark]
        figures |= {f"coarse_top1_{label}": top1(part, coarse, coarse), f"top1_{label}": top1(part, coarse + acts, coarse + acts)}
    chosen = [items[i] for i in usual]
    for label, kinds in (("retrieval_map", coarse + acts), ("coarse_retrieval_map", coarse), ("activity_retrieval_map", acts)):
        figures[label] = retrieval(chosen, table[usual], kinds)
    return figures


def by_meaning(items, table):
    """{meaning: (right among its own kind, right among all, items)} for the usual sizes."""
    coarse, everything = set(examination.COARSE), set(examination.MEANINGS)
    result = {}
    for name in examination.MEANINGS:
        rows = [i for i, item in enumerate(items) if item["meaning"] == name and not item["small"]]
        own = coarse if name in coarse else everything - coarse
        chosen = [items[i] for i in rows]
        result[name] = (float(right_answers(chosen, table[rows], own)[:, 0].mean()), float(right_answers(chosen, table[rows], everything)[:, 0].mean()), len(rows))
    return result


def real(clips, scored, differences):
    """Pooled figures on real clips: {name: (value, frames that are so, frames that are not)}."""
    person, vehicle, p, v, d = [], [], [], [], []
    for clip in clips:
        seconds, cosines, _ = scored[clip["file"]]
        for i, (is_person, is_vehicle) in enumerate(real_labels.labels(clip, seconds)):
            person.append(is_person), vehicle.append(is_vehicle), p.append(cosines[i, 0]), v.append(cosines[i, 1])
            d.append(np.interp(seconds[i], *differences[clip["file"]]))
    p, v, d = np.array(p), np.array(v), np.array(d)

    def area(values, truth):
        known = np.array([t is not None for t in truth])
        labels = np.array([t is True for t in truth])[known]
        return area_under_curve(values[known], labels), int(labels.sum()), int((~labels).sum())

    against = [True if a is True and b is False else False if b is True and a is False else None for a, b in zip(person, vehicle)]
    return {"person_auc": area(p, person), "vehicle_auc": area(v, vehicle), "person_against_vehicle_auc": area(p - v, against),
            "difference": (area(d, person)[0], area(d, vehicle)[0], area(d, against)[0])}


def mean(values):
    return float(np.mean(values))


def main():
    parser = argparse.ArgumentParser(prog="evaluate", description="The starter encoder's examination, written to eval.json.")
    parser.add_argument("--seed", type=int, required=True, help="of the rendered clips; 1000000 or more")
    parser.add_argument("--items", type=int, default=4, help="clips a sentence with actors of 10 to 40 %% of the height")
    parser.add_argument("--small-items", type=int, default=1, help="clips a sentence with actors of 4 to 10 %%")
    parser.add_argument("--stories", type=int, default=8, help="longer clips with several happenings, for spans")
    parser.add_argument("--long", type=int, default=2, help="clips of one to two hours, for search")
    parser.add_argument("--untrained", type=int, default=3, help="untrained towers")
    parser.add_argument("--program", type=Path, default=ROOT / ".build" / "release" / "alertd")
    parser.add_argument("--encoder", type=Path, default=ROOT / "share" / "models" / "starter-encoder")
    parser.add_argument("--media", type=Path, help="a folder with videos/MANIFEST.json of real clips")
    parser.add_argument("--work", type=Path, help="where the rendered clips go; kept")
    parser.add_argument("--mark-unknown", action="store_true", help="write the words of activities that fail into the encoder's grounding.json (on seeds kept apart from those of reported figures)")
    parser.add_argument("--mirror", action="store_true", help="compute the cosines with NumPy in place of the program: no bytes, no spans")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=ROOT / "eval.json")
    arguments = parser.parse_args()
    if arguments.seed < 1_000_000:
        parser.error("--seed: those below 1000000 belong to training")
    if arguments.mirror:
        arguments.program, arguments.stories, arguments.long = None, 0, 0
    heard = examination.heard_before()
    if heard:
        raise SystemExit(f"evaluate: training makes sentences of the examination: {heard}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.work or Path(scratch) / "clips"
        values, tables = run(arguments, folder, Path(scratch))
    kept = json.loads(arguments.out.read_text()) if arguments.out.exists() else {}
    kept.update({name: round(float(value), 4) for name, value in values.items() if np.isfinite(value)})
    arguments.out.write_text(json.dumps(dict(sorted(kept.items())), indent=1) + "\n")
    print("\n".join(tables))
    print(f"\nwritten to {arguments.out}")


def run(arguments, folder, scratch):
    """All figures: (values by name for eval.json, lines of tables)."""
    begun = time.time()
    listed = folder / "items.json"
    if listed.exists():
        items = json.loads(listed.read_text())
    else:
        items = examination_clips.render_all(folder, arguments.seed, arguments.items, arguments.small_items, arguments.jobs)
        listed.write_text(json.dumps(items))
    print(f"{len(items)} clips, {time.time() - begun:.0f} s", flush=True)
    files, texts = [folder / item["file"] for item in items], list(examination.SENTENCES.values())
    towers = [untrained.write(arguments.encoder, scratch / f"untrained-{seed}", seed) for seed in range(arguments.untrained)]
    table = answers(items, scores(arguments.program, arguments.encoder, files, texts, 2, "fp32"))
    own = rendered(items, table)
    bytes_ = None if arguments.mirror else rendered(items, answers(items, scores(arguments.program, arguments.encoder, files, texts, 2, "int8")))
    blind_tables = [answers(items, scores(arguments.program, tower, files, texts, 2)) for tower in towers]
    blind = [rendered(items, other) for other in blind_tables]
    motion = np.array([moved(folder / item["file"], item["times"], 2) for item in items])
    usual = [i for i, item in enumerate(items) if not item["small"]]
    values, lines = {}, ["", f"## Rendered clips (seed {arguments.seed}, {len(items)} clips, {len(texts)} sentences)", "", "| figure | encoder | int8 | untrained | chance | motion |", "| --- | --- | --- | --- | --- | --- |"]
    for name, (value, chance) in own.items():
        others = [figures[name][0] for figures in blind]
        still = None
        if name.endswith("retrieval_map"):
            kinds = list(examination.MEANINGS) if name == "retrieval_map" else [m for m in examination.MEANINGS if (m in examination.COARSE) == name.startswith("coarse")]
            still = retrieval([items[i] for i in usual], motion[usual], kinds)[0]
        in_bytes = bytes_[name][0] if bytes_ else float("nan")
        values[f"rendered_{name}"], values[f"rendered_{name}_int8"] = value, in_bytes
        values[f"rendered_{name}_baseline"] = max([chance, still or 0.0] + ([mean(others)] if others else []))
        lines.append(f"| {name} | {value:.3f} | {in_bytes:.3f} | {mean(others) if others else float('nan'):.3f} | {chance:.3f} | {'' if still is None else f'{still:.3f}'} |")
    lines += ["", "| sentence | right among its kind | right among all | clips |", "| --- | --- | --- | --- |"]
    for name, (kind, everything, number) in sorted(by_meaning(items, table).items(), key=lambda row: row[1]):
        values[f"rendered_recall: {name}"] = everything
        lines.append(f"| {examination.SENTENCES[name]} ({name.removeprefix('does ')}) | {kind:.2f} | {everything:.2f} | {number} |")
    lines += confusions(items, table)
    precision = activity_precision(items, table, blind_tables, motion)
    failed = sorted(name for name, (value, floor) in precision.items() if value < floor + MARGIN)
    lines += ["", f"Activities whose average precision does not beat its floor by {MARGIN}: " + (", ".join(f"{name} ({precision[name][0]:.2f}, floor {precision[name][1]:.2f})" for name in failed) or "none")]
    values["rendered_activities_known"] = 1 - len(failed) / len(precision)
    if arguments.mark_unknown:
        path = arguments.encoder / "grounding.json"
        constants = json.loads(path.read_text())
        constants["unknown_words"] = unknown_words(failed)
        path.write_text(json.dumps(constants, indent=2) + "\n")
        lines.append(f"{len(constants['unknown_words'])} words marked as unknown in {path}")
    parts = [evaluate_spans.rendered(arguments.program, arguments.encoder, folder / "stories", arguments.seed + 1000, arguments.stories, arguments.jobs)] if arguments.stories else []
    if arguments.long:
        parts.append(evaluate_search.rendered(arguments.program, arguments.encoder, folder / "long", arguments.seed + 2000, arguments.long, arguments.jobs))
    if arguments.media:
        parts.append(real_figures(arguments, towers))
    for more, rows in parts:
        values |= more
        lines += rows
    lines.append(f"\n{time.time() - begun:.0f} s in all")
    return values, lines


MARGIN = 0.1                     # by which an activity's average precision must beat its floor to count as known


def activity_precision(items, table, blind, motion):
    """{activity: (average precision, floor)} over the items of usual size; the floor is the best of chance, motion and untrained towers."""
    rows = [i for i, item in enumerate(items) if not item["small"]]
    chosen, result = [items[i] for i in rows], {}
    for name in ("does " + activity for activity in examination.ACTIVITIES):
        value, chance = retrieval(chosen, table[rows], [name])
        floors = [chance, retrieval(chosen, motion[rows], [name])[0]]
        if blind:
            floors.append(mean([retrieval(chosen, other[rows], [name])[0] for other in blind]))
        result[name.removeprefix("does ")] = (value, max(floors))
    return result


PLAIN_MOTION = ("walk", "stand", "drive", "park", "animal walks", "animal stands", "ride a motorcycle", "ride a bicycle")      # said by the coarse sentences


def _verbs(name):
    """The first words of an activity's phrases in all forms."""
    subject, phrases = WORDS[name]
    if subject == "whole":
        return set()
    forms = [form for phrase in phrases for form in (phrase, sentences.progressive(phrase)) if form]
    return {next((word for word in form.split() if word not in ("is", "are", "has", "have", "with", "a", "the", "does", "not", "all")), "") for form in forms}


def unknown_words(failed):
    """Verbs of the activities in `failed`, and of those never examined, that no other sentence of training is made with."""
    known = set()
    for name in dir(sentences):
        value = getattr(sentences, name)
        if name.isupper() and isinstance(value, list) and value and isinstance(value[0], str):
            known |= {word for phrase in value for word in phrase.split()}
    unknown = set()
    for name in WORDS:
        if name in failed or name not in examination.ACTIVITIES and name not in PLAIN_MOTION:
            unknown |= _verbs(name)
        else:
            known |= _verbs(name)
    return sorted(word for word in unknown - known if word.isalpha() and len(word) > 2)


def confusions(items, table):
    """What is said most often in place of what is asked for."""
    wrong = defaultdict(int)
    for item, row in zip(items, table):
        rivals = [examination.MEANINGS.index(name) for name in item["false"]]
        best = max(rivals, key=lambda i: row[i]) if rivals else None
        if best is not None and row[best] >= row[examination.MEANINGS.index(item["meaning"])]:
            wrong[item["meaning"], examination.MEANINGS[best]] += 1
    worst = sorted(wrong.items(), key=lambda pair: -pair[1])[:15]
    return ["", "Most frequent mistakes: " + "; ".join(f"{a} taken for {b} ({n})" for (a, b), n in worst)]


def real_figures(arguments, towers):
    videos = arguments.media / "videos"
    manifest = json.loads((videos / "MANIFEST.json").read_text())
    clips = [clip for clip in manifest["clips"] if (videos / clip["file"]).exists()]
    files = [videos / clip["file"] for clip in clips]
    differences = {clip["file"]: moved(videos / clip["file"], None, 1) for clip in clips}
    own = real(clips, scores(arguments.program, arguments.encoder, files, [PERSON, VEHICLE], 1, "fp32"), differences)
    blind = [real(clips, scores(arguments.program, tower, files, [PERSON, VEHICLE], 1), differences) for tower in towers]
    values, lines = {}, ["", f"## Real clips ({len(clips)}, one frame a second, pooled)", "", "| figure | encoder | untrained | share of changed cells | frames |", "| --- | --- | --- | --- | --- |"]
    for number, name in enumerate(("person_auc", "vehicle_auc", "person_against_vehicle_auc")):
        value, yes, no = own[name]
        others, still = [figures[name][0] for figures in blind], own["difference"][number]
        values[f"real_{name}"], values[f"real_{name}_baseline"] = value, max([still] + ([max(others)] if others else []))
        spread = f"{min(others):.2f} to {max(others):.2f}" if others else ""
        lines.append(f"| {name} | {value:.3f} | {spread} | {still:.3f} | {yes} against {no} |")
    if arguments.program is None:
        return values, lines
    more, rows = evaluate_spans.real(arguments.program, arguments.encoder, videos, clips)
    return values | more, lines + rows


if __name__ == "__main__":
    main()
