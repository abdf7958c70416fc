"""Things: bags, suitcases, boxes, a ball, what blows about, doors, fences, puddles."""

from dataclasses import dataclass

import numpy as np


@dataclass
class Bag:
    """`shape` = bag, suitcase or box; sizes in metres."""

    shape: str
    size: float
    colour: tuple
    turn: float

    def draw(self, canvas, camera, light, position):
        s = self.size
        wide, deep, tall = {"bag": (1.1 * s, 0.55 * s, 0.6 * s), "suitcase": (0.7 * s, 0.4 * s, 1.15 * s), "box": (s, 0.8 * s, 0.7 * s)}[self.shape]
        c, d = np.cos(self.turn), np.sin(self.turn)
        base = np.array([(-wide, -deep), (wide, -deep), (wide, deep), (-wide, deep)]) / 2 @ np.array([[c, d], [-d, c]]) + position
        inset = 0.8 if self.shape == "bag" else 1.0
        centre = base.mean(0)
        low, high = np.c_[base, np.full(4, 0.02)], np.c_[centre + (base - centre) * inset, np.full(4, tall)]
        sides = sorted(range(4), key=lambda i: -np.hypot(*base[[i, (i + 1) % 4]].mean(0)))
        for order, i in enumerate(sides):
            j = (i + 1) % 4
            shade = (0.55, 0.65, 0.75, 0.9)[order]
            canvas.polygon(camera.project(np.array([low[i], low[j], high[j], high[i]]))[0], light.shade(np.array(self.colour) * shade))
        canvas.polygon(camera.project(high)[0], light.shade(np.array(self.colour)))
        if self.shape != "box":
            uv, depth = camera.project(np.array([(*centre, tall), (*(centre + (0.12 * s, 0)), tall + 0.22 * s)]))
            radius = 0.04 * s * camera.focal / depth
            canvas.capsules(uv[:1], uv[1:], radius[:1], radius[1:], [light.shade(np.array(self.colour) * 0.5)])

    def shadow(self, canvas, camera, position):
        ring = np.linspace(0, 2 * np.pi, 10, endpoint=False)
        spot = np.stack([np.cos(ring), np.sin(ring), 0 * ring], 1) * 0.65 * self.size + (position[0], position[1], 0)
        canvas.shadow_polygon(camera.project(spot)[0], 190)


@dataclass
class Litter:
    """A ball, bird or sheet that moves; a distractor."""

    size: float
    colour: tuple
    above: float                 # metres over the ground

    def draw(self, canvas, camera, light, position, time):
        z = self.above + 0.5 * self.size
        uv, depth = camera.project(np.array([[position[0], position[1], z], [position[0] + 0.6 * self.size, position[1], z + 0.3 * self.size * np.sin(7 * time)]]))
        radius = 0.5 * self.size * camera.focal / depth
        canvas.capsules(uv[:1], uv[1:], radius[:1], 0.6 * radius[1:], [light.shade(np.array(self.colour))])


@dataclass
class Foliage:
    """Leaves of a bush or branch, `size` metres across, that sway; a distractor."""

    size: float
    seed: int
    above: float
    sway: float                  # metres

    def draw(self, canvas, camera, light, position, time):
        rng = np.random.default_rng(self.seed)
        count = int(rng.integers(50, 110))
        green = np.array((70, 96, 48)) + rng.normal(0, 18, 3)
        at = rng.normal(0, 0.3 * self.size, (count, 3)) * (1, 0.6, 0.8) + (position[0], position[1], self.above + 0.6 * self.size)
        phase, pace = rng.uniform(0, 6.28, count), rng.uniform(0.8, 3, count)
        at[:, 0] += self.sway * (np.sin(1.1 * time) + 0.6 * np.sin(pace * time + phase))
        at[:, 2] += 0.5 * self.sway * np.sin(1.7 * pace * time + phase)
        radius = rng.uniform(0.04, 0.12, count) * self.size
        colours = np.clip(green * rng.uniform(0.45, 1.5, (count, 1)), 0, 255)
        uv, depth = camera.project(at)
        radius = radius * camera.focal / depth
        canvas.capsules(uv, uv + np.stack([0.8 * radius * np.cos(phase), 0.8 * radius * np.sin(phase)], 1), radius, 0.6 * radius, light.shade(colours))


@dataclass
class Door:
    """A free-standing frame with a leaf that turns about its left post from one opening to another (radians, 0 = closed)
    between two times of its own. Metres, seconds."""

    colour: tuple
    wide: float = 1.0
    tall: float = 2.1
    swing: tuple = (0.0, 0.0)
    times: tuple = (0.0, 1.0)
    gate: bool = False             # bars in place of a leaf

    @property
    def size(self):
        return self.tall

    def draw(self, canvas, camera, light, position, heading, time):
        share = np.clip((time - self.times[0]) / (self.times[1] - self.times[0]), 0, 1)
        opening = self.swing[0] + share * (self.swing[1] - self.swing[0])
        x, y = position
        along = np.array([-np.sin(heading), np.cos(heading)])
        ahead = np.array([np.cos(heading), np.sin(heading)])
        hinge, far = np.array([x, y]) - 0.5 * self.wide * along, np.array([x, y]) + 0.5 * self.wide * along
        tip = hinge + self.wide * (np.cos(opening) * along + np.sin(opening) * ahead)

        def panel(a, b, z0, z1, colour):
            quad = np.array([(*a, z0), (*b, z0), (*b, z1), (*a, z1)])
            uv, depth = camera.project(quad)
            if depth.min() > 0.5:
                canvas.polygon(uv, light.shade(np.array(colour)))

        dark = np.array(self.colour) * 0.35
        if not self.gate:
            panel(hinge, far, 0, self.tall, dark if opening > 0.1 else self.colour)
        for a in (hinge, far):
            panel(a - 0.06 * along, a + 0.06 * along, 0, self.tall + 0.1, (150, 146, 138))
        if self.gate:
            for share in np.linspace(0, 1, 7):
                p = hinge + share * (tip - hinge)
                panel(p - 0.025 * along - 0.01 * ahead, p + 0.025 * along + 0.01 * ahead, 0.1, 0.75 * self.tall, self.colour)
            for z in (0.15, 0.7 * self.tall):
                panel(hinge, tip, z, z + 0.06, self.colour)
            return
        panel(hinge - 0.06 * along, far + 0.06 * along, self.tall, self.tall + 0.1, (150, 146, 138))
        panel(hinge, tip, 0.02, self.tall, np.array(self.colour) * (1.0 - 0.2 * np.sin(opening)))
        knob = hinge + 0.88 * (tip - hinge)
        panel(knob - 0.04 * along, knob + 0.04 * along, 1.0, 1.08, (200, 196, 170))


@dataclass
class Fence:
    """A stretch of fence, `wide` metres; a ladder's or climber's neighbour, no actor by itself."""

    colour: tuple
    wide: float = 3.0
    tall: float = 1.5

    @property
    def size(self):
        return self.tall

    def draw(self, canvas, camera, light, position, heading):
        along = np.array([-np.sin(heading), np.cos(heading)])
        xy = np.array(position) + np.linspace(-0.5, 0.5, int(self.wide / 0.22))[:, None] * self.wide * along
        low, high = np.c_[xy, np.full(len(xy), 0.05)], np.c_[xy, np.full(len(xy), self.tall)]
        rails = [(np.r_[xy[0], z * self.tall], np.r_[xy[-1], z * self.tall]) for z in (0.25, 0.85)]
        a, b = np.concatenate([low, [r[0] for r in rails]]), np.concatenate([high, [r[1] for r in rails]])
        uv_a, depth_a = camera.project(a)
        uv_b, depth_b = camera.project(b)
        if min(depth_a.min(), depth_b.min()) > 0.5:
            canvas.capsules(uv_a, uv_b, 0.025 * camera.focal / depth_a, 0.025 * camera.focal / depth_b, [light.shade(np.array(self.colour))] * len(a))


@dataclass
class Puddle:
    """Something spilt: a dark, shiny or coloured stain that grows to `size` metres within a few seconds."""

    size: float
    colour: tuple
    seed: int

    def draw(self, canvas, camera, position, time):
        rng = np.random.default_rng(self.seed)
        ring = np.linspace(0, 2 * np.pi, 18, endpoint=False)
        reach = 0.5 * self.size * min(1.0, 0.25 + 0.25 * time)
        centre, small = rng.normal(0, 0.2, (3, 2)) * self.size, rng.uniform(0.6, 1.0, 3)
        for (dx, dy), share in zip(centre, small):
            edge = reach * share * (1 + 0.12 * np.sin(3 * ring + rng.uniform(0, 6)))
            points = np.stack([position[0] + dx + edge * np.cos(ring), position[1] + dy + edge * np.sin(ring), 0 * ring + 0.005], 1)
            canvas.polygon(camera.project(points)[0], self.colour)


@dataclass
class Vessel:
    """A bottle, cup or jar, `tall` metres; a distractor."""

    tall: float
    colour: tuple
    slim: float                  # half width as a share of the height

    @property
    def size(self):
        return self.tall

    def draw(self, canvas, camera, light, position, time):
        x, y = position
        t, r = self.tall, self.slim * self.tall
        a = np.array([(x, y, r), (x, y, 0.6 * t), (x, y, 0.75 * t)])
        b = np.array([(x, y, 0.55 * t), (x, y, 0.75 * t), (x, y, t)])
        radii = np.array([(r, r), (r, 0.4 * r), (0.4 * r, 0.42 * r)])
        (uv_a, depth_a), (uv_b, depth_b) = camera.project(a), camera.project(b)
        if min(depth_a.min(), depth_b.min()) < 0.2:
            return
        colours = [light.shade(np.array(self.colour) * f) for f in (0.9, 1.0, 1.15)]
        canvas.capsules(uv_a, uv_b, radii[:, 0] * camera.focal / depth_a, radii[:, 1] * camera.focal / depth_b, colours)


@dataclass
class Arm:
    """A bare or sleeved arm that reaches into the picture from outside; neither a person nor none."""

    skin: tuple
    sleeve: tuple
    side: float                  # from which side, -1 or 1
    above: float

    @property
    def size(self):
        return 0.7

    def draw(self, canvas, camera, light, position, time):
        x, y = position
        hand, elbow = np.array((x, y, self.above)), np.array((x + 0.4 * self.side, y - 0.12, self.above + 0.06))
        far = elbow + 1.5 * (elbow - hand) + (0, -0.3, 0.2)
        parts = [(far, elbow, 0.075, 0.055, self.sleeve), (elbow, hand, 0.05, 0.035, self.skin), (hand, hand - (0.07 * self.side, 0, 0.02), 0.045, 0.03, self.skin)]
        for a, b, ra, rb, colour in parts:
            uv, depth = camera.project(np.array([a, b]))
            if depth.min() > 0.2:
                canvas.capsules(uv[:1], uv[1:], [ra * camera.focal / depth[0]], [rb * camera.focal / depth[1]], [light.shade(np.array(colour))])


def random_foliage(rng):
    return Foliage(float(rng.uniform(0.8, 2.5)), int(rng.integers(1 << 30)), float(rng.choice([0.0, rng.uniform(0.5, 2.5)])), float(rng.uniform(0.03, 0.14)))


def random_bag(rng):
    shape = ["bag", "suitcase", "box"][rng.choice(3, p=[0.45, 0.35, 0.2])]
    colours = [(22, 22, 26), (50, 40, 36), (120, 30, 34), (30, 50, 100), (60, 80, 60), (140, 110, 80), (180, 150, 110), (200, 60, 90), (90, 94, 100)]
    colour = np.clip(np.array(colours[rng.integers(len(colours))]) + rng.normal(0, 10, 3), 5, 245)
    return Bag(shape, float(rng.uniform(0.35, 0.75)), tuple(colour), float(rng.uniform(0, np.pi)))
