#!/usr/bin/env python3
"""TFVTG's localiser, step by step as published (Zheng et al., ECCV 2024), in NumPy: the peer of `alertd`'s.

Written from a description of the procedure, not from its code. Window sums come from one convolution per length,
proposals are collected length by length, sorted, and suppressed until none is left, which is how the published program
spends its time.

    tfvtg.py check FOLDER          compare with the golden vectors tfvtg_localizer_*.json in FOLDER
    tfvtg.py bench [N …]           seconds for the curves that `alertd`'s benchmark draws, stride 1, factor 0.5: JSON lines
"""

import glob
import json
import math
import sys
import time

import numpy as np

MASK = np.float32(0.2)
SLOPE = 0.0005
CENTRE, SIDE = 1 / math.sqrt(2 * math.pi), math.exp(-0.5) / math.sqrt(2 * math.pi)


def rising_starts(curve, above, stride):
    """For each frame the last frame at or before it that was not rising."""
    if stride < 3:
        taps = np.array([1.0], np.float32)
    elif stride == 3:
        taps = np.array([CENTRE], np.float32)
    else:
        taps = np.array([SIDE, CENTRE, SIDE], np.float32)
    half = len(taps) // 2
    slope = np.zeros(len(curve), np.float32)
    if len(curve) >= len(taps) + 1:
        smooth = np.convolve(curve, taps, "valid")
        slope[half : half + len(smooth) - 1] = np.diff(smooth)
    slope = slope * above
    prefix, last = np.zeros(len(curve), np.int64), 0
    for i in range(len(curve)):
        f1 = slope[i]
        f2 = slope[i - 1] if i >= 1 else np.float32(0)
        f3 = slope[i - 2] if i >= 2 else np.float32(0)
        if not (3 * f1 > SLOPE or 2 * f1 + f2 > SLOPE or f1 + f2 + f3 > SLOPE):
            last = i
        prefix[i] = last
    return prefix


def windows(curve, above, stride, longest):
    """Every window of every length with its static score."""
    n, starts, ends, scores = len(curve), [], [], []
    total, count = curve.sum(dtype=np.float32), above.sum(dtype=np.float32)
    for length in range(stride, min(n, longest) + 1, stride):
        kernel = np.ones(length, np.float32)
        inside = np.convolve(curve, kernel, "valid")
        unmasked = np.convolve(above, kernel, "valid")
        with np.errstate(divide="ignore", invalid="ignore"):
            static = inside / length - (total - inside) / (count - unmasked)
        first = np.arange(n - length + 1)
        starts.append(first)
        ends.append(first + length)
        scores.append(static)
    if not starts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32)
    starts, ends, scores = np.concatenate(starts), np.concatenate(ends), np.concatenate(scores)
    kept = scores > -1000
    return starts[kept], ends[kept], scores[kept]


def suppressed(starts, ends, scores, n, overlap):
    """Indices of the windows that survive greedy suppression, best first."""
    begin, end = starts.astype(np.float32) / np.float32(n), ends.astype(np.float32) / np.float32(n)
    order = np.argsort(-scores, kind="stable")
    begin, end = begin[order], end[order]
    alive, survivors = np.ones(len(order), bool), []
    for i in range(len(order)):
        if not alive[i]:
            continue
        survivors.append(order[i])
        inter = np.maximum(np.minimum(end[i], end[i + 1 :]) - np.maximum(begin[i], begin[i + 1 :]), 0)
        hull = np.maximum(end[i], end[i + 1 :]) - np.minimum(begin[i], begin[i + 1 :])
        alive[i + 1 :] &= ~(inter / hull > np.float32(overlap))
    return survivors


def localise(similarity, stride, longest, overlap=0.3, top=10):
    """[start, end, score, rising start] of the best windows, best first."""
    curve = np.asarray(similarity, np.float32)
    n = len(curve)
    stride = min(stride, n // 2)
    if stride == 0:
        return []
    above = (curve > MASK).astype(np.float32)
    if above.sum() == 0:
        return []
    curve = curve * above
    prefix = rising_starts(curve, above, stride)
    starts, ends, scores = windows(curve, above, stride, longest)
    kept = suppressed(starts, ends, scores, n, overlap)[:top]
    return [(int(starts[i]), int(ends[i]), float(scores[i]), int(prefix[starts[i]])) for i in kept]


def check(folder):
    compared = 0
    for file in sorted(glob.glob(folder + "/tfvtg_localizer_*.json")):
        with open(file) as stream:
            cases = json.load(stream)
        for case in cases:
            if case.get("error") or case["has_nonfinite"] or not case["ranking_is_robust"]:
                continue
            found = localise(case["similarity"], case["stride"], case["max_stride"], case["nms_thresh"])
            wanted = case["nms_survivors"][:10]
            same = len(found) == len(wanted) and all(
                f[0] == w[0] and f[1] == w[1] and f[3] == w[3] and abs(f[2] - w[2]) < 5e-6
                for f, w in zip(found, wanted)
            )
            if not same:
                sys.exit(f"{file}: {case['name']} differs: {found[:3]}, expected {wanted[:3]}")
            compared += 1
    print(f"{compared} robust golden cases reproduced")
    if compared == 0:
        sys.exit("no golden case found in " + folder)


def splitmix(seed):
    """SplitMix64 → numbers in 0…1."""
    mask = (1 << 64) - 1
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) & mask
        z = seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        yield ((z ^ (z >> 31)) >> 11) * 2.0**-53


def curve(n):
    """The benchmark's curve of n frames: events on a noisy floor, the same numbers as alertd's benchmark draws."""
    numbers, value, values = splitmix(n), 0.0, []
    for frame in range(n):
        value = 0.9 * value + 0.1 * (next(numbers) - 0.5)
        level = 0.42 if frame % 97 < 23 else 0.22
        values.append(level + value)
    return np.array(values, np.float32)


def bench(sizes):
    for n in sizes:
        similarity = curve(n)
        best, repeats = math.inf, 1 if n >= 800 else 5
        for _ in range(repeats):
            began = time.perf_counter()
            rows = localise(similarity, 1, n // 2)
            best = min(best, time.perf_counter() - began)
        print(json.dumps({"n": n, "seconds": best, "repeats": repeats, "rows": [row[:2] for row in rows]}), flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "check":
        check(sys.argv[2])
    elif len(sys.argv) >= 2 and sys.argv[1] == "bench":
        bench([int(word) for word in sys.argv[2:]] or [200, 400, 800])
    else:
        sys.exit(__doc__)
