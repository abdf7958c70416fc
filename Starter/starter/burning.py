"""Fire and smoke: soft layers that change with time by formulas."""

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass
class Fire:
    """Flames of `size` metres on the ground."""

    size: float
    seed: int

    def draw(self, canvas, camera, position, time):
        rng = np.random.default_rng(self.seed)
        tongues = int(rng.integers(4, 9))
        offsets, heights = rng.uniform(-0.42, 0.42, tongues), rng.uniform(0.4, 1.0, tongues)
        widths = rng.uniform(0.1, 0.2, tongues)
        speeds, phases = rng.uniform(4, 9, tongues), rng.uniform(0, 6.28, tongues)
        noise = rng.normal(0, 1, (64, 16)).astype(np.float32)
        warmth = rng.uniform(0.8, 1.15)
        base, depth = camera.project(np.array([position[0], position[1], 0.0]))
        scale = self.size * camera.focal / float(depth)
        glow(canvas, base - (0, 0.4 * scale), 1.5 * scale * (1 + 0.08 * np.sin(9 * time)), np.array((100, 50, 12.0)))
        h, w = canvas.owner.shape
        x0, x1 = int(max(0, base[0] - 0.9 * scale)), int(min(w, base[0] + 0.9 * scale))
        y0, y1 = int(max(0, base[1] - 1.25 * scale)), int(min(h, base[1] + 0.1 * scale))
        if x1 - x0 < 2 or y1 - y0 < 2:
            return
        columns, rows = min(x1 - x0, 72), min(y1 - y0, 72)
        x = (np.linspace(x0, x1, columns) - base[0]) / scale
        up = (base[1] - np.linspace(y0, y1, rows)) / scale               # 0 at the ground, 1 at full height
        turbulence = cv2.resize(np.roll(noise, -int(14 * time), 0)[:24], (columns, rows), interpolation=cv2.INTER_CUBIC)
        heat = np.zeros((rows, columns), np.float32)
        for o, tall, wide, s, p in zip(offsets, heights, widths, speeds, phases):
            tall = tall * (0.8 + 0.2 * np.sin(s * time + p))
            level = np.clip(up / tall, 0, 1)[:, None]
            bend = 0.16 * np.sin(s * time + p + 4 * up)[:, None] * level
            heat += np.exp(-((x[None, :] - o * (1 - 0.3 * level) - bend) / (wide * (1.05 - level) + 0.015)) ** 2) * (1 - level ** 2) * np.clip((up + 0.09) / 0.12, 0, 1)[:, None]
        heat *= np.clip(1.15 - (np.abs(x) / 0.62) ** 4, 0, 1)[None, :]
        heat = np.clip(heat * (1 + 0.25 * turbulence) * np.clip(1.25 - 0.6 * up[:, None], 0, 2), 0, 1.6) * warmth
        stops = np.array([0.0, 0.3, 0.6, 0.95, 1.5])
        palette = np.array([(90, 20, 5), (205, 62, 14), (242, 128, 28), (254, 196, 72), (255, 242, 190)], np.float32)
        colour = np.stack([np.interp(heat, stops, palette[:, c]) for c in range(3)], -1).astype(np.float32)
        alpha = cv2.resize(np.clip((heat - 0.12) / 0.3, 0, 1).astype(np.float32), (x1 - x0, y1 - y0))
        colour = cv2.resize(colour, (x1 - x0, y1 - y0))
        part = canvas.colour[y0:y1, x0:x1]
        part[:] = (part * (1 - alpha[:, :, None]) + colour * alpha[:, :, None]).astype(np.uint8)
        if canvas.current:
            canvas.owner[y0:y1, x0:x1][alpha > 0.4] = canvas.current


@dataclass
class Smoke:
    """A plume of puffs `size` metres high that rises and drifts; `steam` is white, thin and gone soon."""

    size: float
    seed: int
    steam: bool = False

    def draw(self, canvas, camera, position, time):
        rng = np.random.default_rng(self.seed)
        count = 26
        offset, phase, spread = rng.normal(0, 0.07, count), rng.uniform(0, 1, count), rng.uniform(0.6, 1.4, count)
        drift, grey, rate = rng.uniform(-0.5, 0.5), rng.uniform(35, 150), rng.uniform(0.1, 0.25)
        if self.steam:
            grey, rate, spread = rng.uniform(225, 250), 2.5 * rate, 0.55 * spread
        colour = np.clip(grey + rng.normal(0, 4, 3), 0, 255) * np.clip(np.mean(canvas.colour) / 110, 0.45, 1.0)
        base, depth = camera.project(np.array([position[0], position[1], 0.0]))
        scale = self.size * camera.focal / float(depth)
        age = (phase + rate * time) % 1
        cx = base[0] + scale * (offset + drift * age ** 1.5 + 0.03 * np.sin(2 * time + 9 * phase))
        cy = base[1] - scale * age
        radius = scale * (0.07 + 0.2 * age) * spread
        strength = (0.5 if self.steam else 0.75) * np.clip(6 * age, 0, 1) * (1 - age) ** (1.8 if self.steam else 0.7)
        h, w = canvas.owner.shape
        x0, x1 = int(max(0, (cx - 2 * radius).min())), int(min(w, (cx + 2 * radius).max()))
        y0, y1 = int(max(0, (cy - 2 * radius).min())), int(min(h, (cy + 2 * radius).max()))
        if x1 - x0 < 3 or y1 - y0 < 3:
            return
        step = max(1, int((x1 - x0) / 90))
        xs, ys = np.arange(x0, x1, step) + 0.5 * step, np.arange(y0, y1, step) + 0.5 * step
        clear = np.ones((len(ys), len(xs)), np.float32)
        for x, y, r, a in zip(cx, cy, radius, strength):
            clear *= 1 - a * np.outer(np.exp(-((ys - y) / r) ** 2), np.exp(-((xs - x) / r) ** 2)).astype(np.float32)
        ripple = 1 + 0.12 * np.sin(xs / (0.06 * scale + 1) + 3 * time)[None, :] * np.sin(ys / (0.05 * scale + 1) + 4 * time)[:, None]
        alpha = cv2.resize(np.clip((1 - clear) * ripple, 0, 0.95).astype(np.float32), (x1 - x0, y1 - y0))
        part = canvas.colour[y0:y1, x0:x1]
        part[:] = (part * (1 - alpha[:, :, None]) + colour * alpha[:, :, None]).astype(np.uint8)
        if canvas.current:
            canvas.owner[y0:y1, x0:x1][alpha > 0.3] = canvas.current


@dataclass
class Lamp:
    """A lamp that is switched on: a coloured glow. A distractor that is no fire."""

    size: float
    colour: tuple

    def draw(self, canvas, camera, position, time):
        base, depth = camera.project(np.array([position[0], position[1], 0.6 * self.size]))
        scale = self.size * camera.focal / float(depth)
        glow(canvas, base, 1.4 * scale, 0.5 * np.array(self.colour))
        ring = np.linspace(0, 2 * np.pi, 12, endpoint=False)
        canvas.polygon(base + 0.12 * scale * np.stack([np.cos(ring), np.sin(ring)], 1), np.clip(np.array(self.colour) + 60, 0, 255))


@dataclass
class LightPatch:
    """A patch of ground that becomes lighter or darker (sun through a gap, head lamps, a cloud's shadow)."""

    size: float
    gain: float
    tint: tuple = (1, 1, 1)

    def draw(self, canvas, camera, position, time):
        base, depth = camera.project(np.array([position[0], position[1], 0.0]))
        scale = self.size * camera.focal / float(depth)
        mask = np.zeros(canvas.owner.shape, np.uint8)
        hard = int(1000 * self.size) % 2     # half of them have straight, sharp edges
        if hard:
            angle = np.array([0.3, 1.7, 3.3, 4.9]) + 0.5 * np.sin(self.size * np.array([11.0, 17.0, 23.0, 31.0]))
            outline = base + scale * np.stack([np.cos(angle), 0.6 * np.sin(angle)], 1)
            cv2.fillConvexPoly(mask, np.rint(np.clip(outline, -4000, 4000)).astype(np.int32), 255)
        else:
            cv2.ellipse(mask, (int(base[0]), int(base[1])), (int(scale) + 1, int(0.45 * scale) + 1), 20 * np.sin(self.size * 7), 0, 360, 255, -1)
        soft = cv2.GaussianBlur(mask, (0, 0), 0.8 if hard else 0.08 * scale + 1).astype(np.float32)[:, :, None] / 255
        canvas.colour[:] = np.clip(canvas.colour * (1 + soft * (self.gain * np.array(self.tint, np.float32) - 1)), 0, 255).astype(np.uint8)


def glow(canvas, centre, radius, colour):
    """Add `colour` with a Gaussian fall-off around a pixel."""
    h, w = canvas.owner.shape
    reach = 2 * radius
    x0, x1 = int(max(0, centre[0] - reach)), int(min(w, centre[0] + reach))
    y0, y1 = int(max(0, centre[1] - reach)), int(min(h, centre[1] + reach))
    if x1 <= x0 or y1 <= y0:
        return
    fall = np.outer(np.exp(-((np.arange(y0, y1) - centre[1]) / radius) ** 2), np.exp(-((np.arange(x0, x1) - centre[0]) / radius) ** 2))
    part = canvas.colour[y0:y1, x0:x1]
    part[:] = np.clip(part + fall[:, :, None] * colour, 0, 255).astype(np.uint8)
