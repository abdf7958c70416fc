"""What a person holds or uses, as capsules in the person's own axes (metres; x forward, y left, z up)."""

import numpy as np

WOOD, STEEL, DARK = (140, 104, 66), (150, 152, 156), (34, 34, 38)


def two_wheels(add, frame, engine=False):
    """A bicycle, or a motorcycle with an `engine`, standing on the origin; `add(a, b, radius, colour, end radius)`."""
    r, thick = (0.32, 0.06) if engine else (0.34, 0.022)
    reach = 0.68 if engine else 0.52
    for x in (-reach, reach):
        ring = np.linspace(0, 2 * np.pi, 13)
        for a, b in zip(ring[:-1], ring[1:]):
            add((x + r * np.cos(a), 0, r + r * np.sin(a)), (x + r * np.cos(b), 0, r + r * np.sin(b)), thick, (24, 24, 26))
    if engine:
        add((-0.3, 0, 0.4), (0.25, 0, 0.42), 0.17, (60, 60, 64)), add((0.0, 0, 0.72), (0.3, 0, 0.74), 0.14, frame)
        add((-0.65, 0, 0.72), (-0.1, 0, 0.7), 0.1, (30, 30, 32)), add((0.42, 0, 0.95), (reach, 0, r), 0.05, (110, 112, 116))
        add((0.42, -0.3, 0.98), (0.42, 0.3, 0.98), 0.025, DARK), add((-reach, 0, r), (-0.1, 0, 0.5), 0.05, (110, 112, 116))
        return
    seat, bars, crank = (-0.18, 0, 0.92), (0.42, 0, 1.0), (-0.05, 0, 0.3)
    for a, b in ((seat, crank), (crank, (0.38, 0, 0.8)), ((0.38, 0, 0.8), (-0.15, 0, 0.8)), (crank, (-reach, 0, r)), ((-reach, 0, r), (-0.16, 0, 0.8)), (bars, (reach, 0, r))):
        add(a, b, 0.022, frame)


def add(capsules, name, hands, hips, t, colour, pose, time):
    """Add the thing `name` for a person `t` metres tall; `hands` (left, right) and `hips` are points."""
    left, right = hands
    middle = 0.5 * (left + right)
    stick = lambda a, b, radius, c, end=None: capsules.add(np.array(a, float), np.array(b, float), radius, radius if end is None else end, c)
    down = np.array([0, 0, -1.0])
    if name == "phone":
        stick(right, right + (0, 0, 0.05 * t), 0.018 * t, DARK)
    elif name == "ball":
        stick(right, right + (0.02, 0, 0), 0.065 * t, colour)
    elif name in ("bag", "handbag", "heavy bag"):
        big = 1.6 if name == "heavy bag" else 1.0
        low = np.maximum(right + 0.16 * big * t * down, (-9, -9, 0.06 * t))
        stick(right + 0.04 * t * down, low + (0.05 * t, 0, 0), 0.045 * t * big, colour, 0.06 * t * big)
    elif name == "parcel":
        stick(right, right + (0.06 * t, 0.03 * t, 0), 0.05 * t, (170, 130, 84))
    elif name == "box":
        for z in (-0.03, 0.08):
            stick(middle + (0.06 * t, 0.1 * t, z * t), middle + (0.06 * t, -0.1 * t, z * t), 0.085 * t, (176, 136, 90))
    elif name == "sack":
        stick(right + (-0.1 * t, 0, -0.02 * t), right + (0.12 * t, 0, 0), 0.09 * t, colour)
    elif name in ("shovel", "broom"):
        tip = np.array([left[0] + 0.28 * t, 0.5 * left[1], 0.03])
        stick(right, tip, 0.011 * t, WOOD)
        wide = 0.05 * t if name == "shovel" else 0.13 * t
        stick(tip - (0, wide, 0), tip + (0.02, wide, 0.03 * t), 0.03 * t, STEEL if name == "shovel" else (170, 140, 70))
    elif name in ("bat", "bar"):
        forward = middle - np.array([0, 0, hips[2] + 0.25 * t])
        forward = forward / (np.linalg.norm(forward) + 1e-6)
        stick(middle, middle + 0.36 * t * forward, 0.016 * t, WOOD if name == "bat" else DARK, 0.026 * t if name == "bat" else 0.012 * t)
    elif name == "gun":
        stick(right - (0.02 * t, 0, 0), right + (0.11 * t, 0, 0.015 * t), 0.016 * t, DARK, 0.012 * t)
    elif name == "umbrella":
        top = right + (0, 0, 0.42 * t)
        stick(right, top, 0.008 * t, STEEL)
        for a in np.linspace(0, 2 * np.pi, 9)[:-1]:
            stick(top, top + (0.26 * t * np.cos(a), 0.26 * t * np.sin(a), -0.1 * t), 0.03 * t, colour, 0.05 * t)
    elif name == "ladder":
        for y in (-0.12, 0.12):
            stick((0.12 * t, y * t, 0), (0.3 * t, y * t, 2.1 * t), 0.018 * t, (190, 186, 176))
        for z in np.arange(0.2, 2.0, 0.18):
            stick(((0.12 + 0.086 * z) * t, -0.12 * t, z * t), ((0.12 + 0.086 * z) * t, 0.12 * t, z * t), 0.014 * t, (170, 166, 158))
    elif name == "cart":
        x = middle[0]
        for z, long in ((0.55, 0.5), (0.44, 0.46), (0.33, 0.42)):
            for y in (-0.14, 0.14):
                stick((x + 0.05, y, z), (x + long * 1.4, y, z), 0.02, STEEL)
            stick((x + long * 1.4, -0.14, z), (x + long * 1.4, 0.14, z), 0.02, STEEL)
        stick((x + 0.2, 0, 0.4), (x + 0.5, 0, 0.42), 0.15, colour)
        for px in (0.12, 0.55):
            for y in (-0.13, 0.13):
                stick((x + px, y, 0.33), (x + px, y, 0.08), 0.018, DARK, 0.05)
    elif name == "trolley":
        base = np.array([right[0] - 0.3 * t, right[1], 0.06 * t])
        stick(right, base + 0.45 * (right - base), 0.01 * t, STEEL), stick(base, base + 0.4 * (right - base), 0.085 * t, colour)
    elif name == "dragged":
        stick(middle, (middle[0] + 0.22 * t, 0, 0.12 * t), 0.02 * t, colour), stick((middle[0] + 0.2 * t, 0.02, 0.1 * t), (middle[0] + 0.6 * t, 0, 0.1 * t), 0.11 * t, colour)
    elif name in ("chair", "bench"):
        z, half = max(hips[2] - 0.075 * t, 0.1), 0.14 * t if name == "chair" else 0.55 * t
        wood = colour if name == "chair" else WOOD
        for x in (-0.05, 0.06, 0.17):
            stick((x * t, -half, z), (x * t, half, z), 0.03 * t, wood)
        for x in (-0.08, 0.18):
            for y in (-half, half):
                stick((x * t, y, z), (x * t, y, 0), 0.018 * t, DARK)
        for high in (0.14, 0.24):
            stick((-0.11 * t, -half, z + high * t), (-0.11 * t, half, z + high * t), 0.025 * t, wood)
    elif name == "bicycle":
        shifted = lambda a, b, radius, c, end=None: stick(np.array(a) + (0.25, -0.38, 0), np.array(b) + (0.25, -0.38, 0), radius, c, end)
        two_wheels(shifted, colour)
    elif name == "leash":
        stick(right, (right[0] + 0.95, right[1] - 0.3, 0.42), 0.004 * t, DARK)
