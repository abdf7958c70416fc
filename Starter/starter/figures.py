"""People, cyclists and dogs as capsules that move by formulas of their own (no recorded motion)."""

from dataclasses import dataclass, field

import numpy as np

from .canvas import capsule_outlines

SKIN = [(236, 200, 172), (214, 170, 138), (176, 128, 96), (132, 92, 66), (92, 62, 46), (66, 46, 36)]
HAIR = [(30, 24, 20), (60, 42, 30), (96, 66, 40), (168, 132, 84), (206, 176, 120), (150, 146, 142), (20, 20, 22)]
CLOTH = [(24, 24, 28), (40, 42, 48), (68, 70, 76), (120, 122, 126), (180, 182, 184), (232, 232, 230), (28, 36, 66),
         (40, 60, 110), (84, 120, 176), (30, 70, 50), (70, 90, 60), (140, 30, 34), (196, 40, 44), (226, 120, 36),
         (240, 150, 30), (214, 190, 60), (110, 84, 60), (160, 130, 96), (210, 190, 160), (120, 60, 120), (220, 120, 150),
         (90, 160, 170), (200, 230, 60)]


@dataclass
class Person:
    """One figure. Sizes are shares of `tall` (metres)."""

    tall: float = 1.72
    build: float = 1.0
    skin: tuple = SKIN[0]
    hair: tuple = HAIR[0]
    top: tuple = CLOTH[0]
    legs: tuple = CLOTH[6]
    shoes: tuple = (30, 28, 26)
    long_hair: bool = False
    hat: tuple = None
    coat: bool = False
    skirt: bool = False
    short_sleeves: bool = False
    vest: tuple = None             # colour of a high-visibility vest
    backpack: tuple = None
    carried: tuple = None          # colour of a bag in the hand
    arms: str = "swing"            # swing, pockets, phone, hips, folded
    stride: float = 1.0
    phase: float = 0.0

    @property
    def size(self):
        return self.tall

    def parts(self, position, heading, travelled, gait, time):
        """Capsules in world axes: starts [n, 3], ends [n, 3], radii [n], [n], colours [n, 3].

        `position` (x, y) metres, `heading` radians (0 = +x), `travelled` metres walked so far (drives the
        step cycle), `gait` = walk, run, stand or lie, `time` seconds (sway of standing people).
        """
        t = self.tall
        cycle = self.phase + 2 * np.pi * travelled / (0.85 * t * self.stride * (1.55 if gait == "run" else 1.0))
        swing, knee, lean = {"walk": (0.45, 0.55, 0.03), "run": (0.75, 1.35, 0.16)}.get(gait, (0.04, 0.04, 0.0))
        if gait in ("stand", "lie"):
            cycle = self.phase + 0.4 * time
        bob = 0.012 * t * np.cos(2 * cycle) * (2 if gait == "run" else 1) * (gait in ("walk", "run"))
        hip_z = 0.525 * t + bob
        starts, ends, first, second, colours = [], [], [], [], []

        def add(a, b, ra, rb, colour, shade=1.0):
            starts.append(a), ends.append(b), first.append(ra * t * self.build), second.append(rb * t * self.build)
            colours.append(np.clip(np.array(colour) * shade, 0, 255))

        def at(forward, left, up):
            return np.array([forward, left, up])

        def leg(side):
            angle = swing * np.sin(cycle + (0 if side > 0 else np.pi))
            bend = knee * max(0.0, np.sin(cycle + (0 if side > 0 else np.pi) + 1.9)) + 0.05
            hip = at(0, side * 0.05 * t, hip_z)
            knee_at = hip + 0.25 * t * at(np.sin(angle), 0, -np.cos(angle))
            shin = angle - bend
            foot = knee_at + 0.25 * t * at(np.sin(shin), 0, -np.cos(shin))
            foot[2] = max(foot[2], 0.025 * t)
            shade = 0.88 if side > 0 else 1.0
            add(hip, knee_at, 0.052, 0.038, self.legs, shade)
            bare = self.skirt
            add(knee_at, foot, 0.036, 0.026, self.skin if bare else self.legs, shade * 0.95)
            add(foot, foot + at(0.075 * t, 0, -0.01 * t), 0.024, 0.02, self.shoes)

        def arm(side):
            shoulder = at(lean * 0.3 * t, side * 0.105 * t * self.build, hip_z + 0.285 * t)
            angle = -1.1 * swing * np.sin(cycle + (0 if side > 0 else np.pi))
            bend = 1.5 if gait == "run" else 0.25
            out = 0.02 * t * side
            if gait not in ("walk", "run") or self.arms == "phone":
                if self.arms == "phone" and side < 0:
                    angle, bend = 0.35, 2.1
                elif self.arms == "hips":
                    angle, bend, out = -0.25, 0.7, 0.07 * t * side
                elif self.arms == "folded":
                    angle, bend, out = 0.25, 1.7, -0.01 * t * side
                elif self.arms == "pockets":
                    angle, bend = -0.1, 0.35
            elbow = shoulder + 0.17 * t * at(np.sin(angle), 0, -np.cos(angle)) + at(0, out, 0)
            hand = elbow + 0.16 * t * at(np.sin(angle + bend), 0, -np.cos(angle + bend)) - at(0, 0.5 * out, 0)
            shade = 0.9 if side > 0 else 1.05
            add(shoulder, elbow, 0.036, 0.028, self.top, shade)
            add(elbow, hand, 0.027, 0.021, self.skin if self.short_sleeves else self.top, shade)
            add(hand, hand + 0.02 * t * at(0, 0, -1), 0.02, 0.018, self.skin)
            if self.carried is not None and side < 0:
                add(hand + at(0, 0, -0.04 * t), hand + at(0.05 * t, 0, -0.14 * t), 0.045, 0.06, self.carried)

        leg(1), leg(-1), arm(1)
        forward = at(lean * t, 0, 0)
        for side in (1, -1):
            add(at(0, side * 0.045 * t, hip_z + 0.02 * t), at(0, side * 0.065 * t, hip_z + 0.26 * t) + 0.7 * forward,
                0.062, 0.066, self.top, 0.93 if side > 0 else 1.0)
            if self.coat:
                add(at(0, side * 0.05 * t, hip_z + 0.1 * t), at(0.01 * t, side * 0.06 * t, hip_z - 0.2 * t), 0.07, 0.075, self.top, 0.9)
            if self.skirt:
                add(at(0, side * 0.04 * t, hip_z), at(0, side * 0.06 * t, hip_z - 0.17 * t), 0.065, 0.075, self.legs)
            if self.vest is not None:
                add(at(0.01 * t, side * 0.045 * t, hip_z + 0.08 * t), at(0.01 * t, side * 0.06 * t, hip_z + 0.25 * t) + 0.7 * forward,
                    0.066, 0.068, self.vest)
        if self.backpack is not None:
            add(at(-0.11 * t, 0, hip_z + 0.1 * t), at(-0.1 * t, 0, hip_z + 0.24 * t), 0.07, 0.065, self.backpack)
        neck = at(0, 0, hip_z + 0.31 * t) + forward
        head = neck + at(0.015 * t, 0, 0.085 * t)
        add(neck, head, 0.033, 0.035, self.skin)
        add(head + at(0, 0, -0.02 * t), head + at(0.005 * t, 0, 0.02 * t), 0.05 / self.build, 0.056 / self.build, self.skin)
        top_of_head = self.hat if self.hat is not None else self.hair
        add(head + at(-0.02 * t, 0, 0.015 * t), head + at(-0.002 * t, 0, 0.035 * t), 0.052 / self.build, 0.05 / self.build, top_of_head)
        if self.long_hair:
            add(head + at(-0.035 * t, 0, 0.0), head + at(-0.05 * t, 0, -0.12 * t), 0.05, 0.045, self.hair)
        arm(-1)
        starts, ends = np.array(starts), np.array(ends)
        if gait == "lie":
            starts, ends = (np.stack([p[:, 2] - 0.5 * t, p[:, 1], 0.09 * t + 0.6 * np.abs(p[:, 0])], 1) for p in (starts, ends))
        c, s = np.cos(heading), np.sin(heading)
        turn = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
        origin = np.array([position[0], position[1], 0])
        return starts @ turn + origin, ends @ turn + origin, np.array(first), np.array(second), np.array(colours)


def random_person(rng):
    pick = lambda palette: tuple(np.clip(np.array(palette[rng.integers(len(palette))]) + rng.normal(0, 10, 3), 5, 250))
    child = rng.random() < 0.08
    vest = None
    if rng.random() < 0.07:
        vest = [(250, 120, 20), (220, 240, 40)][rng.integers(2)]
    return Person(
        tall=float(rng.uniform(1.05, 1.4) if child else rng.normal(1.72, 0.09)), build=float(np.clip(rng.normal(1.08, 0.16), 0.8, 1.6)),
        skin=pick(SKIN), hair=pick(HAIR), top=pick(CLOTH), legs=pick(CLOTH[:10] if rng.random() < 0.75 else CLOTH),
        shoes=pick(CLOTH[:6]), long_hair=rng.random() < 0.35, hat=pick(CLOTH) if rng.random() < 0.18 else None,
        coat=rng.random() < 0.25, skirt=rng.random() < 0.12, short_sleeves=rng.random() < 0.3, vest=vest,
        backpack=pick(CLOTH) if rng.random() < 0.15 else None, carried=pick(CLOTH) if rng.random() < 0.15 else None,
        arms=["swing", "pockets", "phone", "hips", "folded"][rng.choice(5, p=[0.5, 0.15, 0.15, 0.1, 0.1])],
        stride=float(rng.uniform(0.85, 1.15)), phase=float(rng.uniform(0, 2 * np.pi)))


@dataclass
class Dog:
    """A quadruped; a distractor (an animal, not a person)."""

    tall: float = 0.55
    colour: tuple = (110, 80, 50)
    phase: float = 0.0

    @property
    def size(self):
        return self.tall

    def parts(self, position, heading, travelled, gait, time):
        t = self.tall
        cycle = self.phase + 2 * np.pi * travelled / (1.2 * t)
        starts, ends, first, second, colours = [], [], [], [], []

        def add(a, b, ra, rb, shade=1.0):
            starts.append(a), ends.append(b), first.append(ra * t), second.append(rb * t)
            colours.append(np.array(self.colour) * shade)

        for x, side, offset in ((-0.55, 1, 0), (0.55, 1, np.pi), (-0.55, -1, np.pi), (0.55, -1, 0)):
            reach = 0.25 * t * np.sin(cycle + offset) if gait != "stand" else 0
            add((x * t, side * 0.14 * t, 0.6 * t), (x * t + reach, side * 0.14 * t, 0.05 * t), 0.1, 0.06, 0.85)
        add((-0.6 * t, 0, 0.7 * t), (0.6 * t, 0, 0.72 * t), 0.2, 0.22)
        add((0.65 * t, 0, 0.8 * t), (0.9 * t, 0, 1.0 * t), 0.13, 0.13)
        add((0.95 * t, 0, 1.0 * t), (1.15 * t, 0, 0.94 * t), 0.12, 0.08, 0.9)
        add((-0.75 * t, 0, 0.8 * t), (-1.05 * t, 0, 1.0 * t), 0.05, 0.04)
        c, s = np.cos(heading), np.sin(heading)
        turn = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
        origin = np.array([position[0], position[1], 0])
        return np.array(starts) @ turn + origin, np.array(ends) @ turn + origin, np.array(first), np.array(second), np.array(colours)


@dataclass
class Cyclist:
    """A person on a bicycle: two wheels, a frame, and a rider whose feet turn with the way travelled."""

    rider: Person = field(default_factory=Person)
    frame: tuple = (40, 40, 44)

    @property
    def size(self):
        return 1.0 * self.rider.tall

    def parts(self, position, heading, travelled, gait, time):
        starts, ends, first, second, colours = [], [], [], [], []

        def add(a, b, radius, colour, end_radius=None):
            starts.append(a), ends.append(b), first.append(radius), second.append(radius if end_radius is None else end_radius)
            colours.append(np.array(colour))

        r = 0.34
        for x in (-0.52, 0.52):
            ring = np.linspace(0, 2 * np.pi, 13)
            for a, b in zip(ring[:-1], ring[1:]):
                add((x + r * np.cos(a), 0, r + r * np.sin(a)), (x + r * np.cos(b), 0, r + r * np.sin(b)), 0.022, (24, 24, 26))
        seat, bars, crank = (-0.18, 0, 0.92), (0.42, 0, 1.0), (-0.05, 0, 0.3)
        for a, b in ((seat, crank), (crank, (0.38, 0, 0.8)), ((0.38, 0, 0.8), (-0.15, 0, 0.8)), (crank, (-0.52, 0, r)),
                     ((-0.52, 0, r), (-0.16, 0, 0.8)), (bars, (0.52, 0, r))):
            add(a, b, 0.022, self.frame)
        p = self.rider
        turn_of_pedals = p.phase + travelled / 0.8
        hip, shoulder = np.array((-0.18, 0, 0.98)), np.array((0.12, 0, 1.45))
        for side in (1, -1):
            a = turn_of_pedals + (0 if side > 0 else np.pi)
            foot = np.array((-0.05 + 0.17 * np.cos(a), side * 0.1, 0.3 + 0.17 * np.sin(a)))
            middle = 0.5 * (hip + foot)
            along = foot - hip
            normal = np.array((-along[2], 0, along[0])) / (np.linalg.norm(along) + 1e-6)
            half = np.linalg.norm(along) / 2
            knee = middle + normal * np.sqrt(max(0.43 ** 2 - half ** 2, 0.01)) + (0, side * 0.08, 0)
            add(hip + (0, side * 0.08, 0), knee, 0.085, p.legs, 0.06), add(knee, foot, 0.06, p.legs, 0.045)
            add(foot, foot + (0.12, 0, 0), 0.04, p.shoes)
            add(hip + (0, side * 0.08, 0), shoulder + (0, side * 0.12, 0), 0.11 * p.build, p.top, 0.115 * p.build)
            elbow = np.array((0.25, side * 0.2, 1.2))
            add(shoulder + (0, side * 0.16, 0), elbow, 0.055, p.top), add(elbow, np.array(bars) + (0, side * 0.2, 0.02), 0.045, p.skin)
        head = shoulder + (0.08, 0, 0.24)
        add(shoulder + (0.03, 0, 0.08), head, 0.055, p.skin), add(head, head + (0, 0, 0.05), 0.095, p.skin)
        add(head + (-0.03, 0, 0.04), head + (0, 0, 0.07), 0.095, p.hat or p.hair)
        c, s = np.cos(heading), np.sin(heading)
        turn = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
        origin = np.array([position[0], position[1], 0])
        return np.array(starts) @ turn + origin, np.array(ends) @ turn + origin, np.array(first), np.array(second), np.array(colours)


def draw_figure(canvas, camera, light, figure, position, heading, travelled, gait, time):
    """Draw a figure of capsules far to near, shaded by `light`."""
    starts, ends, first, second, colours = figure.parts(position, heading, travelled, gait, time)
    uv_a, depth_a = camera.project(starts)
    uv_b, depth_b = camera.project(ends)
    if min(depth_a.min(), depth_b.min()) < 0.4:
        return
    order = np.argsort(-(depth_a + depth_b), kind="stable")
    ra, rb = first * camera.focal / depth_a, second * camera.focal / depth_b
    canvas.capsules(uv_a[order], uv_b[order], ra[order], rb[order], light.shade(colours[order]))


def shadow_figure(canvas, camera, light, figure, position, heading, travelled, gait, time):
    """The figure's shadow on the ground: its capsules laid flat away from the light, and a contact spot."""
    starts, ends, first, second, _ = figure.parts(position, heading, travelled, gait, time)
    spot = np.array([[np.cos(a), np.sin(a), 0] for a in np.linspace(0, 2 * np.pi, 10, endpoint=False)]) * 0.2 * figure.size
    canvas.shadow_polygon(camera.project(spot + (position[0], position[1], 0))[0], 170)
    if light.sun is None:
        return
    flat = lambda p: np.concatenate([p[:, :2] + p[:, 2:3] * light.sun, np.zeros((len(p), 1))], 1)
    a, b = flat(starts), flat(ends)
    if min(a[:, 1].min(), b[:, 1].min()) < 0.5:
        return
    uv_a, depth_a = camera.project(a)
    uv_b, depth_b = camera.project(b)
    for outline in capsule_outlines(uv_a, uv_b, 0.8 * first * camera.focal / depth_a, 0.8 * second * camera.focal / depth_b):
        canvas.shadow_polygon(outline)
