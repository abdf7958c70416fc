"""People, cyclists and animals as capsules that move by formulas of their own (no recorded motion)."""

from dataclasses import dataclass, field

import numpy as np

from . import equipment
from .canvas import capsule_outlines
from .poses import MOTIONS, STEPPING, Moment

SKIN = [(236, 200, 172), (214, 170, 138), (176, 128, 96), (132, 92, 66), (92, 62, 46), (66, 46, 36)]
HAIR = [(30, 24, 20), (60, 42, 30), (96, 66, 40), (168, 132, 84), (206, 176, 120), (150, 146, 142), (20, 20, 22)]
CLOTH = [(24, 24, 28), (40, 42, 48), (68, 70, 76), (120, 122, 126), (180, 182, 184), (232, 232, 230), (28, 36, 66),
         (40, 60, 110), (84, 120, 176), (30, 70, 50), (70, 90, 60), (140, 30, 34), (196, 40, 44), (226, 120, 36),
         (240, 150, 30), (214, 190, 60), (110, 84, 60), (160, 130, 96), (210, 190, 160), (120, 60, 120), (220, 120, 150),
         (90, 160, 170), (200, 230, 60)]


class Capsules:
    """Thick rounded lines in a figure's own axes (x forward, y left, z up, metres)."""

    def __init__(self):
        self.starts, self.ends, self.first, self.second, self.colours = [], [], [], [], []

    def add(self, a, b, ra, rb, colour, shade=1.0):
        self.starts.append(a), self.ends.append(b), self.first.append(ra), self.second.append(rb)
        self.colours.append((colour[0] * shade, colour[1] * shade, colour[2] * shade))

    def placed(self, position, heading):
        """Starts [n, 3], ends [n, 3], radii [n], [n], colours [n, 3] in world axes."""
        c, s = np.cos(heading), np.sin(heading)
        turn = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
        origin = np.array([position[0], position[1], 0])
        return (np.array(self.starts, float) @ turn + origin, np.array(self.ends, float) @ turn + origin, np.array(self.first), np.array(self.second),
                np.clip(np.array(self.colours, float), 0, 255))


def _rotation(tilt, roll):
    """Of a whole body: `roll` about its long axis, then `tilt` forward about the hips; acts on row vectors."""
    c, s, cr, sr = np.cos(tilt), np.sin(tilt), np.cos(roll), np.sin(roll)
    return np.array([[cr, sr, 0], [-sr, cr, 0], [0, 0, 1]]) @ np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]])


def _limb(angle, out, side):
    return np.array([np.sin(angle), side * np.sin(out) * abs(np.cos(angle)), -np.cos(out) * np.cos(angle)])


def _unit(v):
    return v / (np.sqrt(v @ v) + 1e-9)


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
    arms: str = "swing"            # swing, pockets, hips, folded
    stride: float = 1.0
    phase: float = 0.0
    variant: float = 0.5           # 0...1, which form of a motion
    tempo: float = 1.0
    prop_colour: tuple = (120, 90, 60)

    @property
    def size(self):
        return self.tall

    def pose(self, travelled, gait, time):
        cycle = 0.0
        if gait in STEPPING:
            cycle = self.phase + 2 * np.pi * travelled / (0.85 * self.tall * self.stride * STEPPING[gait])
        return MOTIONS[gait](Moment(time, cycle, self.variant, self.tempo, self.phase, self.arms))

    def parts(self, position, heading, travelled, gait, time):
        """Capsules in world axes: starts [n, 3], ends [n, 3], radii [n], [n], colours [n, 3].

        `position` (x, y) metres, `heading` radians (0 = +x), `travelled` metres walked so far (drives the
        step cycle), `gait` a name of `poses.MOTIONS`, `time` seconds since the motion began.
        """
        pose, t, b = self.pose(travelled, gait, time), self.tall, self.build
        capsules = Capsules()
        up = np.array([np.sin(pose.lean), np.sin(pose.side), np.cos(pose.lean) * np.cos(pose.side)])
        forward = np.array([np.cos(pose.lean), 0, -np.sin(pose.lean)])
        left = np.array([0, np.cos(pose.side), -np.sin(pose.side)])
        trunk = np.stack([forward, left, up])
        hands = [None, None]
        segment = lambda a, c, ra, rb, colour, shade=1.0: capsules.add(a, c, ra * t * b, rb * t * b, colour, shade)

        def leg(i, side):
            hip = np.array([0, side * 0.05 * t, 0])
            knee = hip + 0.25 * t * _limb(pose.thighs[i], pose.spread[i], side)
            shin = pose.thighs[i] - pose.knees[i]
            foot = knee + 0.25 * t * _limb(shin, 0.7 * pose.spread[i], side)
            toe = np.array([np.cos(0.6 * shin), 0.15 * side, np.sin(0.6 * shin) - 0.1])
            shade = 0.88 if side > 0 else 1.0
            segment(hip, knee, 0.052, 0.038, self.legs, shade)
            segment(knee, foot, 0.036, 0.026, self.skin if self.skirt else self.legs, shade * 0.95)
            segment(foot, foot + 0.075 * t * toe, 0.024, 0.02, self.shoes)
            if self.skirt:
                segment(np.array([0, side * 0.04 * t, 0]), hip + 0.68 * (knee - hip), 0.065, 0.07, self.legs)
            if self.coat:
                segment(0.1 * t * up + (0, side * 0.05 * t, 0), hip + 0.75 * (knee - hip), 0.07, 0.07, self.top, 0.9)

        def arm(i, side):
            shoulder = 0.285 * t * up + side * 0.105 * t * b * left
            upper = _limb(pose.arms[i], pose.out[i], side)
            bend = pose.elbows[i]
            if pose.out[i] > 1.2:        # an arm raised sideways bends upwards
                fore = np.cos(bend) * upper + np.sin(bend) * np.array([0.2, -side * pose.inward[i], 1.0])
            else:
                fore = _limb(pose.arms[i] + bend, 0.6 * pose.out[i], side) - (0, side * pose.inward[i], 0)
            upper, fore = upper @ trunk, _unit(fore) @ trunk
            elbow = shoulder + 0.17 * t * upper
            hand = elbow + 0.16 * t * fore
            hands[i] = hand + 0.015 * t * fore
            shade = 0.9 if side > 0 else 1.05
            segment(shoulder, elbow, 0.036, 0.028, self.top, shade)
            segment(elbow, hand, 0.027, 0.021, self.skin if self.short_sleeves else self.top, shade)
            segment(hand, hand + 0.025 * t * fore, 0.02, 0.018, self.skin)

        leg(0, 1), leg(1, -1), arm(0, 1), arm(1, -1)
        for side in (1, -1):
            segment(0.02 * t * up + 0.045 * t * side * left, 0.26 * t * up + 0.065 * t * side * left, 0.062, 0.066, self.top, 0.93 if side > 0 else 1.0)
            if self.vest is not None:
                segment(0.08 * t * up + 0.045 * t * side * left + 0.01 * t * forward, 0.25 * t * up + 0.06 * t * side * left + 0.01 * t * forward, 0.066, 0.068, self.vest)
        if self.backpack is not None:
            segment(0.1 * t * up - 0.11 * t * forward, 0.24 * t * up - 0.1 * t * forward, 0.07, 0.065, self.backpack)
        face = _unit(forward * np.cos(pose.head) - up * np.sin(pose.head))
        crown = _unit(up * np.cos(pose.head) + forward * np.sin(pose.head))
        neck = 0.31 * t * up
        head = neck + 0.085 * t * crown + 0.015 * t * face
        segment(neck, head, 0.033, 0.035, self.skin)
        segment(head - 0.02 * t * crown, head + 0.02 * t * crown + 0.005 * t * face, 0.05 / b, 0.056 / b, self.skin)
        segment(head + 0.015 * t * crown - 0.02 * t * face, head + 0.035 * t * crown - 0.002 * t * face, 0.052 / b, 0.05 / b, self.hat if self.hat is not None else self.hair)
        if self.long_hair:
            segment(head - 0.035 * t * face, head - 0.05 * t * face - 0.12 * t * crown, 0.05, 0.045, self.hair)
        # Tilt the whole body, stand it on the ground, then put things into its hands.
        turn = _rotation(pose.tilt, pose.roll)
        starts, ends = np.array(capsules.starts) @ turn, np.array(capsules.ends) @ turn
        lowest = min((starts[:, 2] - capsules.first).min(), (ends[:, 2] - capsules.second).min())
        raised = np.array([0, 0, pose.lift * t - lowest])
        capsules.starts, capsules.ends = list(starts + raised), list(ends + raised)
        hands, hips = [hand @ turn + raised for hand in hands], raised
        props = pose.props
        if self.carried is not None and not props and gait in ("walk", "stand", "run"):
            props = ("handbag",)
        for name in props:
            equipment.add(capsules, name, hands, hips, t, self.carried if name == "handbag" else self.prop_colour, pose, time)
        return capsules.placed(position, heading + pose.twist)


def random_person(rng):
    pick = lambda palette: tuple(np.clip(np.array(palette[rng.integers(len(palette))]) + rng.normal(0, 10, 3), 5, 250))
    child = rng.random() < 0.08
    vest = None
    if rng.random() < 0.1:
        vest = [(250, 120, 20), (220, 240, 40)][rng.integers(2)]
    return Person(
        tall=float(rng.uniform(1.05, 1.4) if child else np.clip(rng.normal(1.72, 0.09), 1.45, 2.0)), build=float(np.clip(rng.normal(1.08, 0.16), 0.8, 1.6)),
        skin=pick(SKIN), hair=pick(HAIR), top=pick(CLOTH[:10] if rng.random() < 0.5 else CLOTH), legs=pick(CLOTH[:10] if rng.random() < 0.75 else CLOTH),
        shoes=pick(CLOTH[:6]), long_hair=rng.random() < 0.35, hat=pick(CLOTH) if rng.random() < 0.18 else None,
        coat=rng.random() < 0.25, skirt=rng.random() < 0.12, short_sleeves=rng.random() < 0.3, vest=vest,
        backpack=pick(CLOTH) if rng.random() < 0.15 else None, carried=pick(CLOTH) if rng.random() < 0.1 else None,
        arms=["swing", "pockets", "hips", "folded"][rng.choice(4, p=[0.65, 0.17, 0.09, 0.09])],
        stride=float(rng.uniform(0.85, 1.15)), phase=float(rng.uniform(0, 2 * np.pi)), variant=float(rng.random()), tempo=float(rng.uniform(0.75, 1.3)), prop_colour=pick(CLOTH))


SPECIES = {                      # height of the back (m), length, leg, neck, thickness, colours
    "dog": ((0.4, 0.75), 1.15, 0.55, 0.45, 0.2, [(110, 80, 50), (40, 36, 34), (190, 160, 120), (220, 214, 204), (150, 100, 60)]),
    "cat": ((0.26, 0.36), 1.4, 0.5, 0.35, 0.19, [(60, 56, 54), (170, 110, 60), (30, 28, 28), (200, 196, 190)]),
    "horse": ((1.4, 1.7), 1.15, 0.62, 0.7, 0.17, [(90, 56, 36), (50, 40, 36), (150, 110, 80), (210, 204, 196)]),
    "cow": ((1.25, 1.5), 1.25, 0.48, 0.35, 0.25, [(70, 50, 40), (230, 226, 220), (40, 36, 34), (160, 110, 70)]),
    "fox": ((0.38, 0.48), 1.4, 0.5, 0.4, 0.17, [(190, 100, 44), (160, 84, 40)]),
}


@dataclass
class Animal:
    """A quadruped, `tall` metres at its back. Motions: walk, run, stand, lie."""

    species: str = "dog"
    tall: float = 0.55
    colour: tuple = (110, 80, 50)
    phase: float = 0.0

    @property
    def size(self):
        return 1.15 * self.tall

    def parts(self, position, heading, travelled, gait, time):
        t = self.tall
        _, long, leg, neck, thick, _ = SPECIES[self.species]
        running = gait == "run"
        cycle = self.phase + 2 * np.pi * travelled / ((2.2 if running else 1.2) * t)
        capsules = Capsules()
        add = lambda a, b, ra, rb, shade=1.0: capsules.add(a, b, ra * t, rb * t, self.colour, shade)
        down = (leg - 0.12) * t if gait == "lie" else 0.05 * t * abs(np.sin(cycle)) * running
        down = -down if running else down
        half, hip = 0.5 * long * t, leg * t
        bound = 0.12 * np.sin(cycle) * running
        for x, side, offset in ((-1, 1, 0), (1, 1, np.pi), (-1, -1, np.pi), (1, -1, 0)):
            if running:
                offset = 0.25 * side + (0 if x > 0 else np.pi * 0.8)
            reach = (0.42 if running else 0.22) * t * np.sin(cycle + offset) if gait in ("walk", "run") else 0
            if gait == "lie":
                add((x * 0.9 * half, side * 0.16 * t, 0.12 * t), (x * 0.9 * half + 0.3 * t, side * 0.2 * t, 0.05 * t), 0.08, 0.05, 0.85)
                continue
            knee = (x * 0.85 * half + 0.55 * reach, side * 0.13 * t, 0.5 * hip)
            add((x * 0.85 * half, side * 0.13 * t, hip + 0.15 * t - down), knee, 0.6 * thick, 0.3 * thick, 0.85)
            add(knee, (x * 0.85 * half + reach, side * 0.13 * t, 0.04 * t + 0.12 * t * max(0, np.cos(cycle + offset)) * (reach != 0)), 0.3 * thick, 0.22 * thick, 0.8)
        back = (leg + 0.8 * (1 - leg)) * t - down
        add((-half, 0, back - 0.1 * t - bound * t), (half, 0, back - 0.1 * t + bound * t), thick, 1.1 * thick)
        nod = 0.05 * t * np.sin(0.5 * cycle + 1.3 * time)
        low = 0.75 * neck * t if (gait == "stand" and np.sin(0.4 * time + self.phase) > 0.5) else 0.0        # grazing, sniffing
        head = np.array((half + 0.65 * neck * t + 0.1 * t, 0, back + 0.6 * neck * t - 1.6 * low + nod))
        add((0.95 * half, 0, back), head, 0.65 * thick, 0.5 * thick)
        add(head, head + (0.5 * neck * t, 0, -0.16 * neck * t - 0.1 * low), 0.55 * thick, 0.35 * thick, 0.9)
        for side in (1, -1):
            add(head + (-0.02 * t, side * 0.4 * thick * t, 0.4 * thick * t), head + (-0.04 * t, side * 0.55 * thick * t, 0.85 * thick * t), 0.18 * thick, 0.1 * thick, 0.75)
        add((-1.05 * half, 0, back), (-1.05 * half - 0.3 * t, 0.1 * t * np.sin(5 * time), back + (0.2 * t if self.species in ("dog", "cat", "fox") else -0.35 * t)), 0.22 * thick, 0.14 * thick)
        return capsules.placed(position, heading)


def random_animal(rng, species=None):
    species = species or ["dog", "cat", "horse", "cow", "fox"][rng.choice(5, p=[0.55, 0.2, 0.1, 0.08, 0.07])]
    (low, high), *_, colours = SPECIES[species]
    return Animal(species, float(rng.uniform(low, high)), tuple(np.clip(np.array(colours[rng.integers(len(colours))]) + rng.normal(0, 8, 3), 5, 250)), float(rng.uniform(0, 6)))


@dataclass
class Cyclist:
    """A person on a bicycle or, with an `engine`, on a motorcycle: two wheels, a frame, and a rider whose feet turn with the way travelled."""

    rider: Person = field(default_factory=Person)
    frame: tuple = (40, 40, 44)
    engine: bool = False

    @property
    def size(self):
        return 1.0 * self.rider.tall

    def parts(self, position, heading, travelled, gait, time):
        capsules = Capsules()
        add = lambda a, b, radius, colour, end=None: capsules.add(np.array(a, float), np.array(b, float), radius, radius if end is None else end, colour)
        equipment.two_wheels(add, self.frame, self.engine)
        p, fallen = self.rider, gait == "lie"
        turn_of_pedals = p.phase + travelled / 0.8
        hip, shoulder, bars = (np.array((-0.22, 0, 0.86)), np.array((0.05, 0, 1.36)), (0.45, 0, 0.98)) if self.engine else (np.array((-0.18, 0, 0.98)), np.array((0.12, 0, 1.45)), (0.42, 0, 1.0))
        for side in (1, -1):
            a = turn_of_pedals + (0 if side > 0 else np.pi)
            foot = np.array((0.1, side * 0.18, 0.32)) if self.engine else np.array((-0.05 + 0.17 * np.cos(a), side * 0.1, 0.3 + 0.17 * np.sin(a)))
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
        cover = (30, 30, 34) if self.engine and p.hat is None else p.hat or p.hair
        add(shoulder + (0.03, 0, 0.08), head, 0.055, p.skin), add(head, head + (0, 0, 0.05), 0.095, p.skin)
        add(head + (-0.03, 0, 0.04), head + (0, 0, 0.07), 0.12 if self.engine else 0.095, cover)
        if fallen:                       # laid on the side
            for points in (capsules.starts, capsules.ends):
                for i, q in enumerate(points):
                    points[i] = np.array((q[0], -q[2] + 0.5, 0.16 + 0.5 * abs(q[1])))
        return capsules.placed(position, heading)


def draw_figure(canvas, camera, light, parts):
    """Draw a figure's capsules far to near, shaded by `light`."""
    starts, ends, first, second, colours = parts
    uv_a, depth_a = camera.project(starts)
    uv_b, depth_b = camera.project(ends)
    if min(depth_a.min(), depth_b.min()) < 0.4:
        return
    order = np.argsort(-(depth_a + depth_b), kind="stable")
    ra, rb = first * camera.focal / depth_a, second * camera.focal / depth_b
    # What lies high and faces the light is a little brighter than what hangs low.
    height = np.clip((starts[:, 2] + ends[:, 2]) / (2 * max(1e-3, ends[:, 2].max())), 0, 1)
    colours = colours * (0.86 + 0.16 * height)[:, None]
    canvas.capsules(uv_a[order], uv_b[order], ra[order], rb[order], light.shade(colours[order]))
    canvas.weave(uv_a, uv_b, float(max(ra.max(), rb.max())), light)


def shadow_figure(canvas, camera, light, parts, position, size):
    """The figure's shadow on the ground: its capsules laid flat away from the light, and a contact spot."""
    starts, ends, first, second, _ = parts
    middle = 0.5 * (starts[:, :2].mean(0) + position)
    spot = np.array([[np.cos(a), np.sin(a), 0] for a in np.linspace(0, 2 * np.pi, 10, endpoint=False)]) * 0.2 * size
    canvas.shadow_polygon(camera.project(spot + (middle[0], middle[1], 0))[0], 170)
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
