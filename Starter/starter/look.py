"""What camera and recorder do to a picture: exposure, grey night mode, blur, noise, compression, overlay."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np


@lru_cache(maxsize=1)
def _noise_table():
    return np.random.default_rng(7).standard_normal(1 << 22, np.float32)


def noise(rng, height, width):
    """Normal noise [height, width, 1]: a stretch of one fixed table from a random place on, which is much quicker than drawing it."""
    table, number = _noise_table(), height * width
    if number > len(table) // 2:
        return rng.standard_normal((height, width, 1), np.float32)
    start = int(rng.integers(len(table) - number))
    return table[start:start + number].reshape(height, width, 1)


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

    def apply(self, picture, rng, time=0.0, exposure=1.0):
        """uint8 [H, W, 3] -> uint8 [H, W, 3]. `exposure` multiplies the gain (drift)."""
        p = picture.astype(np.float32)
        if self.haze:
            p = p * (1 - self.haze) + 200 * self.haze
        table = np.clip(255 * (np.arange(256) / 255.0) ** self.gamma * self.gain * exposure, 0, 255).astype(np.float32)
        p = table[np.clip(p, 0, 255).astype(np.uint8)]
        if self.grey:
            p = p * (1 - self.grey) + (p @ np.array([0.3, 0.59, 0.11], np.float32))[:, :, None] * self.grey
        if self.blur > 0.3:
            p = cv2.GaussianBlur(p, (0, 0), self.blur)
        if self.sharpen:
            p = p + self.sharpen * (p - cv2.GaussianBlur(p, (0, 0), 1.5))
        if self.noise:
            h, w = p.shape[:2]
            p += noise(rng, h, w) * self.noise
            if self.grey < 1:
                p += noise(rng, h, 3 * w).reshape(h, w, 3) * (0.5 * self.noise * (1 - self.grey))
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
        jpeg=int(rng.uniform(25, 92)), clock=rng.random() < 0.4, haze=float(rng.uniform(0, 0.25)) if rng.random() < 0.2 else 0.0,
        sharpen=float(rng.uniform(0.3, 1.2)) if rng.random() < 0.3 else 0.0)
