"""Pinhole camera over a flat ground.

World axes: x right, y away from the camera, z up, metres; the camera stands at (0, 0, height) and looks along +y,
pitched down. Pixels: u right, v down.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True)
class Camera:
    width: int
    height: int
    lens_height: float      # metres above the ground
    pitch: float            # radians below the horizon
    field_of_view: float    # horizontal, radians
    roll: float = 0.0       # radians

    @cached_property
    def focal(self):
        """Focal length in pixels."""
        return 0.5 * self.width / np.tan(0.5 * self.field_of_view)

    @cached_property
    def axes(self):
        """Rows: camera right, down, forward in world axes."""
        s, c = np.sin(self.pitch), np.cos(self.pitch)
        right, down, forward = np.array([1, 0, 0.0]), np.array([0, -s, -c]), np.array([0, c, -s])
        sr, cr = np.sin(self.roll), np.cos(self.roll)
        return np.stack([cr * right + sr * down, -sr * right + cr * down, forward])

    def project(self, points):
        """World points [..., 3] -> pixels [..., 2] and depth [...] along the optical axis (metres)."""
        local = (np.asarray(points, dtype=np.float64) - (0, 0, self.lens_height)) @ self.axes.T
        depth = np.maximum(local[..., 2], 0.05)
        uv = local[..., :2] / depth[..., None] * self.focal + (0.5 * self.width, 0.5 * self.height)
        return uv, depth

    def rays(self, uv):
        """Pixels [..., 2] -> directions in world axes [..., 3]."""
        uv = np.asarray(uv, dtype=np.float64)
        local = np.concatenate([(uv - (0.5 * self.width, 0.5 * self.height)) / self.focal, np.ones(uv.shape[:-1] + (1,))], -1)
        return local @ self.axes

    def ground(self, uv, z=0.0):
        """Pixels [..., 2] -> where their rays meet the plane at height z, [..., 2]; behind the horizon: very far."""
        ray = self.rays(uv)
        down = np.maximum(-ray[..., 2], 1e-4)
        scale = (self.lens_height - z) / down
        return ray[..., :2] * scale[..., None]

    def share(self, point, size):
        """How much of the picture's height `size` metres take at ground point (x, y)."""
        _, depth = self.project(np.array([point[0], point[1], 0.5 * size]))
        return float(size * self.focal / depth / self.height)

    def inside(self, uv, margin=0.0):
        uv = np.asarray(uv)
        return bool(np.all(uv >= -margin) and uv[..., 0].max() < self.width + margin and uv[..., 1].max() < self.height + margin)


def random_camera(rng, width, height, indoor=False):
    """Heights, pitches and lenses of usual surveillance cameras."""
    lens = rng.uniform(1.9, 3.2) if indoor else float(np.exp(rng.uniform(np.log(2.2), np.log(8))))
    field = np.radians(rng.uniform(45, 90) if indoor else rng.uniform(32, 82))
    # Aim at a ground distance, so that the picture holds ground and not sky alone.
    aim = rng.uniform(2.5, 6) if indoor else rng.uniform(1.0, 3.2) * lens + rng.uniform(1, 5)
    pitch = float(np.clip(np.arctan2(lens - rng.uniform(0, 1.2), aim), np.radians(5), np.radians(52)))
    return Camera(width, height, float(lens), pitch, float(field), float(np.radians(rng.normal(0, 1.5))))
