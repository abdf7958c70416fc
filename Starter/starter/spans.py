"""From a curve of probabilities at one frame a second to spans: hysteresis, and the training-free localiser's windows."""

import numpy as np


def overlap(a, b):
    """Intersection over union of two spans (start, end)."""
    inter = max(0.0, min(a[1], b[1]) - max(a[0], b[0]))
    union = (a[1] - a[0]) + (b[1] - b[0]) - inter
    return inter / union if union > 0 else 0.0


def hysteresis(p, open_at, close_at, min_seconds, gap_seconds, step=1.0):
    """Spans [(start, end, mean p)]: opened at p >= open_at, kept while p >= close_at, joined over gaps of at most
    `gap_seconds`, dropped when shorter than `min_seconds`. Frame i covers [i - 1/2, i + 1/2) steps."""
    spans, inside = [], None
    for i, value in enumerate(p):
        if inside is None and value >= open_at:
            inside = i
            while inside > 0 and p[inside - 1] >= close_at:
                inside -= 1
        elif inside is not None and value < close_at:
            spans.append([inside, i - 1])
            inside = None
    if inside is not None:
        spans.append([inside, len(p) - 1])
    joined = []
    for first, last in spans:
        if joined and (first - joined[-1][1] - 1) * step <= gap_seconds:
            joined[-1][1] = last
        else:
            joined.append([first, last])
    return [(max(0.0, (first - 0.5) * step), (last + 0.5) * step, float(np.mean(p[first:last + 1])))
            for first, last in joined if (last - first + 1) * step >= min_seconds]


def best_window(p, mask, slope, step=1.0):
    """The window with the largest mean inside less mean outside; values under `mask` count as nothing. Its start moves
    back while the smoothed curve rises by more than `slope`. None when everything lies under the mask."""
    p = np.asarray(p, float)
    on = p > mask
    s = p * on
    if not on.any():
        return None
    n, total, count = len(s), s.sum(), on.sum()
    sums, counts = np.concatenate([[0], np.cumsum(s)]), np.concatenate([[0], np.cumsum(on)])
    best = (-np.inf, 0, 1)
    for length in range(1, n + 1):
        inner = sums[length:] - sums[:-length]
        rest = count - (counts[length:] - counts[:-length])
        outer = np.where(rest > 0, (total - inner) / np.maximum(rest, 1), 0)
        score = inner / length - outer
        a = int(score.argmax())
        if score[a] > best[0]:
            best = (score[a], a, a + length)
    start = best[1]
    while start > 0 and s[start] - s[start - 1] > slope and s[start - 1] > 0:
        start -= 1
    return max(0.0, (start - 0.5) * step), (best[2] - 0.5) * step
