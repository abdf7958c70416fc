"""Check of the demonstration clip with a trained encoder: every query's span and the place of the anomaly in the curve."""

import json

import numpy as np

from . import video
from .fitting import Clip, text_vectors
from .spans import hysteresis, overlap

WARM_UP, APART = 20, 2           # seconds


def nearest_distances(vectors, warm_up=WARM_UP, apart=APART):
    """1 - largest cosine of each frame's first look to all first looks at least `apart` seconds older; NaN in the warm-up."""
    first = np.stack([looks[0] for looks in vectors])
    result = np.full(len(first), np.nan)
    for t in range(warm_up, len(first)):
        result[t] = 1 - (first[:t - apart + 1] @ first[t]).max()
    return result


def check(trainer, constants, folder, report=print):
    """True when every query is found with an overlap of half and the anomaly has the highest distance."""
    entry = json.loads((folder / "MANIFEST.json").read_text())["clips"][0]
    clip = Clip((picture for _, picture in video.read(folder / entry["file"])), [])
    clip.encode(trainer)
    similarity, event, good = constants["similarity"], constants["event"], True
    texts = list(dict.fromkeys(row["query"] for row in entry["grounding_queries"]))
    for text in texts:
        p = 1 / (1 + np.exp(-(similarity["scale"] * clip.cosines(text_vectors(trainer, [text])[0]) + similarity["bias"])))
        found = hysteresis(p, event["open"], event["close"], event["min_seconds"], event["gap_seconds"])
        truth = [(row["start"], row["end"]) for row in entry["grounding_queries"] if row["query"] == text]
        overlaps = [round(max([overlap(span[:2], t) for span in found], default=0.0), 2) for t in truth]
        extra = sum(all(overlap(span[:2], t) < 0.1 for t in truth) for span in found)
        good &= min(overlaps) >= 0.5
        report(f"{text}: overlaps {overlaps}, {extra} spans besides; p {' '.join(f'{100 * v:.0f}' for v in p)}")
    distances = nearest_distances(clip.vectors)
    anomaly = next(e for e in entry["events"] if e["anomalous"])
    times = np.arange(len(distances))
    inside = (times >= anomaly["start"] - 0.5) & (times <= anomaly["end"] + 0.5)
    report(f"largest distance inside the anomaly {np.nanmax(distances[inside]):.3f}, outside {np.nanmax(distances[~inside]):.3f} at {int(np.nanargmax(np.where(inside, np.nan, distances)))} s")
    report("distances " + " ".join("-" if np.isnan(d) else f"{100 * d:.0f}" for d in distances))
    return good and np.nanmax(distances[inside]) > np.nanmax(distances[~inside])
