"""What camera and recorder do to a picture: exposure, grey night mode, blur, noise, compression, overlay."""

from dataclasses import dataclass

import cv2
import numpy as np


_POOL = np.random.default_rng(11).standard_normal(1 << 21, np.float32)


def _noise(rng, count):
    """`count` normal deviates: a stretch of a fixed pool, from a random place on."""
    start = int(rng.integers(len(_POOL) - count))
    return _POOL[start:start + count]


@dataclass
class Look:
    gain: float
    gamma: float
    grey: float                  # 1 = grey-scale
    blur: float                  # pixels
    noise: float                 # levels
    jpeg: int                    # quality; 0 = none
    clock: bool
    haze: float
    sharpen: float
    rain: int = 0                # streaks
    coarse: float = 1.0          # the sensor's lines for each line of the picture; below 1 it was enlarged
    chroma: float = 0.0          # pixels by which colours lag behind (old analogue cameras)

    def apply(self, picture, rng, time=0.0, exposure=1.0):
        """uint8 [H, W, 3] -> uint8 [H, W, 3]. `exposure` multiplies the gain (drift)."""
        p = picture.astype(np.float32)
        if self.haze:
            p = p * (1 - self.haze) + 200 * self.haze
        table = np.clip(255 * (np.arange(256) / 255.0) ** self.gamma * self.gain * exposure, 0, 255).astype(np.float32)
        p = table[np.clip(p, 0, 255).astype(np.uint8)]
        if self.grey:
            p = p * (1 - self.grey) + (p @ np.array([0.3, 0.59, 0.11], np.float32))[:, :, None] * self.grey
        if self.rain:
            h, w = p.shape[:2]
            at, long = rng.uniform(0, 1, (self.rain, 2)) * (w, h), rng.uniform(0.02, 0.07, self.rain) * h
            layer = np.zeros((h, w), np.uint8)
            for (x, y), length in zip(at.tolist(), long.tolist()):
                cv2.line(layer, (int(x), int(y)), (int(x + 0.15 * length), int(y + length)), int(20 + 900 * length / h), 1, cv2.LINE_AA)
            p += layer[:, :, None].astype(np.float32)
        if self.coarse < 1:
            h, w = p.shape[:2]
            p = cv2.resize(cv2.resize(p, None, fx=self.coarse, fy=self.coarse, interpolation=cv2.INTER_AREA), (w, h), interpolation=cv2.INTER_LINEAR)
        if self.chroma:
            grey = p.mean(2, keepdims=True)
            p = grey + np.roll(cv2.blur(p - grey, (2 * int(self.chroma) + 3, 3)), int(self.chroma), 1)
        if self.blur > 0.3:
            p = cv2.GaussianBlur(p, (0, 0), self.blur)
        if self.sharpen:
            p = p + self.sharpen * (p - cv2.GaussianBlur(p, (0, 0), 1.5))
        if self.noise:
            h, w = p.shape[:2]
            p += _noise(rng, h * w).reshape(h, w, 1) * self.noise
            if self.grey < 1:
                p += _noise(rng, 3 * h * w).reshape(h, w, 3) * (0.5 * self.noise * (1 - self.grey))
        p = np.clip(p, 0, 255).astype(np.uint8)
        if self.clock:
            s = int(time) % 86400
            text = f"2024-05-12 {s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}"
            scale = p.shape[0] / 720
            cv2.putText(p, text, (8, int(28 * scale) + 4), cv2.FONT_HERSHEY_SIMPLEX, scale, (255, 255, 255), 1, cv2.LINE_AA)
        if self.jpeg:
            data = cv2.imencode(".jpg", p, [cv2.IMWRITE_JPEG_QUALITY, self.jpeg])[1]
            p = cv2.imdecode(data, cv2.IMREAD_COLOR)
        return p


def random_look(rng, light):
    dark = light.time_of_day in ("night", "infrared")
    return Look(
        gain=float(rng.uniform(0.85, 1.2) * (1.2 if dark else 1)), gamma=float(rng.uniform(0.75, 1.2)),
        grey=1.0 if light.time_of_day == "infrared" or rng.random() < 0.06 else float(rng.random() < 0.3) * rng.uniform(0, 0.6),
        blur=float(rng.choice([0, 0, rng.uniform(0.4, 1.4)])), noise=float(rng.uniform(0.5, 4) * (1.7 if dark else 1)),
        jpeg=int(rng.uniform(16, 60) if rng.random() < 0.4 else rng.uniform(40, 92)), clock=rng.random() < 0.4, haze=float(rng.uniform(0, 0.25)) if rng.random() < 0.2 else 0.0,
        sharpen=float(rng.uniform(0.3, 1.2)) if rng.random() < 0.3 else 0.0,
        rain=int(rng.uniform(60, 320)) if light.time_of_day in ("overcast", "night", "infrared") and rng.random() < 0.16 else 0,
        coarse=float(rng.uniform(0.4, 0.85)) if rng.random() < 0.25 else 1.0, chroma=float(rng.integers(1, 4)) if rng.random() < 0.15 else 0.0)


def brighten(look, empty, least=42):
    """Raise the gain until the empty picture has a mean of `least` levels: a camera's automatic exposure at night."""
    mean = float((255 * (empty[::4, ::4] / 255.0) ** look.gamma).mean()) * look.gain
    if mean < least:
        look.gain *= min(least / max(mean, 4.0), 4.0)
    return look
