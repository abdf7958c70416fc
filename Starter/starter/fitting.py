"""Constants of grounding.json, fitted on held-out rendered clips at one frame a second."""

import numpy as np
import torch

from . import foreground, queries, sentences
from . import model as towers
from .measures import area_under_curve
from .spans import best_window, hysteresis, overlap
from .story import random_story

TRUE_WITH = {                    # facts that make a meaning true, and facts that leave it undecided
    "person": ({"person", "bicycle"}, set()), "several people": ({"several people"}, set()), "vehicle": ({"vehicle"}, set()), "car": ({"car"}, {"van"}),
    "van": ({"van"}, {"car", "truck"}), "truck": ({"truck"}, {"van"}), "bicycle": ({"bicycle"}, set()), "dog": ({"dog"}, set()), "bag": ({"bag"}, set()),
    "fire": ({"fire"}, set()), "smoke": ({"smoke"}, {"fire", "burning"}), "burning": ({"burning", "smoke", "fire"}, set()),
}

# What the encoder is for. Dogs, bags and cyclists are reported, but the constants do not bend to them.
MAIN = ["person", "several people", "vehicle", "car", "van", "truck", "fire", "smoke", "burning"]


class Clip:
    """One clip analysed at a frame a second: `looks` per frame [k, 96, 96, 3] uint8, `facts` (meaning, start, end, grade)."""

    def __init__(self, pictures, facts):
        background = foreground.Background()
        self.looks = []
        for picture in pictures:
            looks = foreground.looks(picture, background.advance(picture))
            self.looks.append(np.clip(np.rint(np.stack(looks)), 0, 255).astype(np.uint8))
        self.facts, self.vectors = facts, None

    def encode(self, trainer):
        """Fill `vectors`, per frame [k, 128]."""
        vectors = towers.encode_looks(trainer.model, np.concatenate(self.looks))
        ends = np.cumsum([len(looks) for looks in self.looks])
        self.vectors = np.split(vectors, ends[:-1])

    def cosines(self, text):
        """Largest cosine over a frame's looks, [frames]."""
        return np.array([float((vectors @ text).max()) for vectors in self.vectors])

    def truth(self, meaning):
        """int [frames]: 1, 0, or -1 near the edges of spans and where undecided."""
        times = np.arange(len(self.looks), dtype=float)
        result = np.zeros(len(times), int)
        right, open_question = TRUE_WITH[meaning]
        for name, start, end, _ in self.facts:
            if name in right:
                result[(times > start) & (times < end)] = 1
        for name, start, end, _ in self.facts:
            if name in right | open_question:
                for edge in (start, end):
                    result[np.abs(times - edge) < 1.2] = -1
            if name in open_question:
                result[(times > start) & (times < end) & (result == 0)] = -1
        return result


def analysed_story(seed, kind="grounding", quality=45):
    """A rendered clip's pictures at a frame a second, with JPEG in place of the video codec."""
    story = random_story(seed, kind)
    story.look.jpeg = quality
    rng = np.random.default_rng(seed)
    return Clip((story.picture(float(t), rng) for t in range(int(story.duration))), story.facts)


@torch.no_grad()
def text_vectors(trainer, texts):
    return trainer.encode_texts(texts).cpu().numpy()


def fit_similarity(cosines, labels, steps=200):
    """Logistic regression p = sigmoid(scale * cosine + bias) by Newton's method over a list of (cosines, labels) per meaning; in each
    meaning the true and the false frames weigh the same."""
    weight = np.concatenate([np.where(y == 1, 0.5 / y.sum(), 0.5 / (1 - y).sum()) for y in labels]) * 1000
    cosines, y = np.concatenate(cosines), np.concatenate(labels).astype(float)
    x = np.stack([cosines, np.ones_like(cosines)], 1)
    theta = np.array([5.0, -1.0])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-np.clip(x @ theta, -30, 30)))
        gradient = x.T @ (weight * (p - y)) + 1e-3 * theta
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + 1e-3 * np.eye(2)
        move = np.linalg.solve(hessian, gradient)
        theta -= np.clip(move, -2, 2)
        if np.abs(move).max() < 1e-6:
            break
    return float(theta[0]), float(theta[1])


def fit(trainer, clips, report=print):
    """Constants (the content of grounding.json) and figures on the same clips."""
    for clip in clips:
        clip.encode(trainer)
    meanings = list(TRUE_WITH)
    wordings = {meaning: [sentences.PLAIN[meaning]] + queries.WORDINGS[meaning] for meaning in meanings}
    vectors = {meaning: text_vectors(trainer, texts) for meaning, texts in wordings.items()}
    cosines, labels, areas = [], [], {}
    for meaning in meanings:
        own, truth = [], []
        for clip in clips:
            t = clip.truth(meaning)
            for vector in vectors[meaning]:
                own.append(clip.cosines(vector)[t >= 0]), truth.append(t[t >= 0])
        own, truth = np.concatenate(own), np.concatenate(truth)
        areas[meaning] = round(area_under_curve(own, truth == 1), 3)
        if truth.any() and meaning in MAIN:
            cosines.append(own), labels.append(truth)
    scale, bias = fit_similarity(cosines, labels)
    curves = []                              # (p, span or None)
    for clip in clips:
        for meaning in MAIN:
            spans = [(start, end) for name, start, end, _ in clip.facts if name in TRUE_WITH[meaning][0]]
            doubt = any(name in TRUE_WITH[meaning][1] for name, *_ in clip.facts)
            if len(spans) > 1 and meaning != "burning" or (doubt and not spans):
                continue
            if meaning == "burning" and spans:
                spans = [(min(s for s, _ in spans), max(e for _, e in spans))]
            for vector in vectors[meaning][1:]:
                curves.append((1 / (1 + np.exp(-(scale * clip.cosines(vector) + bias))), spans[0] if spans else None))
    present, absent = [c for c in curves if c[1]], [c for c in curves if not c[1]]

    def value(settings):
        found = []
        for p, span in present:
            spans = hysteresis(p, *settings)
            found.append(overlap(max(spans, key=lambda s: s[2])[:2], span) if spans else 0.0)
        quiet = np.mean([not hysteresis(p, *settings) for p, _ in absent])
        return np.mean(found) + 0.5 * quiet, np.mean(found), np.mean(np.array(found) >= 0.5), quiet

    grid = [(o, c, m, g) for o in (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95) for c in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8) if c <= o for m in (2, 3) for g in (1, 2, 3)]
    best = max(grid, key=lambda settings: value(settings)[0])
    _, miou, r50, quiet = value(best)
    windows = {}
    for mask in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7):
        for slope in (0.005, 0.02, 0.05, 0.1, 0.2):
            found = [best_window(p, mask, slope) for p, _ in present]
            windows[mask, slope] = float(np.mean([overlap(f, span) if f else 0 for f, (_, span) in zip(found, present)]))
    mask, slope = max(windows, key=windows.get)
    constants = {"format": 1, "view": "foreground", "similarity": {"scale": round(scale, 4), "bias": round(bias, 4)}, "mask": mask, "slope": slope,
                 "event": {"open": best[0], "close": best[1], "min_seconds": best[2], "gap_seconds": best[3]}}
    figures = {"clips": len(clips), "frame_auc": areas, "event_miou": round(float(miou), 3), "event_r50": round(float(r50), 3), "absent_quiet": round(float(quiet), 3),
               "window_miou": round(windows[mask, slope], 3), "queries_present": len(present), "queries_absent": len(absent)}
    report(figures)
    return constants, figures
