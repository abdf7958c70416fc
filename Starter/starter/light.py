"""Light of a scene: what it does to surface colours, and which way shadows fall."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Light:
    """`direction` unit vector towards the light; `sun` = shadow offset on the ground per metre of height
    (x, y), None under an overcast sky; `tint` multiplies RGB; `darkness` of shadows 0...1."""

    time_of_day: str                    # day, overcast, dusk, night, infrared, indoor
    direction: np.ndarray
    sun: np.ndarray
    tint: np.ndarray
    darkness: float

    @property
    def dark(self):
        return self.time_of_day in ("night", "infrared")

    def shade(self, colour):
        """Surface colour(s) [..., 3] (0...255) as lit here."""
        return np.clip(np.asarray(colour, dtype=np.float64) * self.tint, 0, 255)


def random_light(rng, indoor=False, time_of_day=None):
    kinds = ["day", "overcast", "dusk", "night", "infrared"]
    kind = time_of_day or ("indoor" if indoor else kinds[rng.choice(5, p=[0.38, 0.3, 0.12, 0.1, 0.1])])
    angle = rng.uniform(0, 2 * np.pi)
    height = rng.uniform(0.5, 1.3)
    direction = np.array([np.cos(angle) * np.cos(height), np.sin(angle) * np.cos(height), np.sin(height)])
    sun = -direction[:2] / np.tan(height) if kind in ("day", "dusk") and rng.random() < 0.75 else None
    if sun is not None:
        sun = sun / max(np.linalg.norm(sun), 1e-6) * min(np.linalg.norm(sun), 1.6)
    tint = {"day": np.array([1.02, 1.0, 0.95]), "overcast": np.array([0.9, 0.93, 0.96]), "dusk": np.array([0.86, 0.74, 0.68]),
            "night": np.array([0.68, 0.64, 0.56]), "infrared": np.array([0.85, 0.85, 0.85]), "indoor": np.array([0.95, 0.92, 0.86])}[kind]
    tint = tint * rng.uniform(*((0.5, 1.05) if kind in ("night", "infrared") else (0.85, 1.08))) * np.clip(rng.normal(1, 0.03, 3), 0.9, 1.1)
    darkness = {"day": 0.55, "overcast": 0.3, "dusk": 0.45, "night": 0.35, "infrared": 0.3, "indoor": 0.25}[kind] * rng.uniform(0.7, 1.15)
    return Light(kind, direction, sun, tint, float(darkness))
