"""Drawing surface: colour, which object each pixel belongs to, and a soft shadow layer. Antialiased with OpenCV."""

import cv2
import numpy as np

SHIFT = 4                      # fractional bits of OpenCV coordinates
_ARC = np.linspace(-np.pi / 2, np.pi / 2, 6)
_CLOTH = cv2.GaussianBlur(np.random.default_rng(5).normal(0, 1, (320, 320)).astype(np.float32), (0, 0), 2.2)
_CLOTH = 1 + 0.05 * _CLOTH / _CLOTH.std()      # folds and stains, a factor around 1


class Canvas:
    """`colour` uint8 [H, W, 3] RGB, `owner` uint8 [H, W] (0 = background), `shadow` uint8 [H, W] (255 = darkest)."""

    def __init__(self, colour):
        self.colour = colour.copy()
        self.owner = np.zeros(colour.shape[:2], np.uint8)
        self.shadow = None
        self.current = 0
        self.limit = 8.0 * max(colour.shape)

    def polygon(self, points, colour):
        """Convex polygon, points [n, 2] in pixels."""
        points = np.clip(points, -self.limit, self.limit)
        fixed = np.rint(points * (1 << SHIFT)).astype(np.int32)
        cv2.fillConvexPoly(self.colour, fixed, tuple(float(c) for c in colour), cv2.LINE_AA, SHIFT)
        if self.current:
            cv2.fillConvexPoly(self.owner, fixed, self.current, cv2.LINE_8, SHIFT)

    def capsules(self, starts, ends, start_radii, end_radii, colours):
        """Thick rounded lines: [n, 2], [n, 2], [n], [n] in pixels, colours [n, 3]; drawn in order."""
        for outline, colour in zip(capsule_outlines(starts, ends, start_radii, end_radii), colours):
            self.polygon(outline, colour)

    def weave(self, uv_a, uv_b, radius, light):
        """Folds on what the current owner shows around the points [n, 2], and its side away from the light darker."""
        low, high = np.minimum(uv_a.min(0), uv_b.min(0)) - radius, np.maximum(uv_a.max(0), uv_b.max(0)) + radius
        height, width = self.owner.shape
        x0, y0, x1, y1 = int(max(low[0], 0)), int(max(low[1], 0)), int(min(high[0], width)), int(min(high[1], height))
        if min(x1 - x0, y1 - y0) < 6 or max(x1 - x0, y1 - y0) < 24 or not self.current:
            return
        own = self.owner[y0:y1, x0:x1] == self.current
        shift = 37 * self.current % 97
        cloth = np.resize(_CLOTH, (y1 - y0, x1 - x0)) if max(x1 - x0, y1 - y0) > 220 else _CLOTH[shift:shift + y1 - y0, shift:shift + x1 - x0]
        slope = np.linspace(-0.09, 0.09, x1 - x0, dtype=np.float32) * np.float32(light.direction[0])
        part = self.colour[y0:y1, x0:x1]
        part[own] = np.clip(part[own] * (cloth * (1 + slope[None, :]))[own][:, None], 0, 255).astype(np.uint8)

    def shadow_polygon(self, points, strength=255):
        if self.shadow is None:
            self.shadow = np.zeros(self.colour.shape[:2], np.uint8)
        points = np.clip(points, -self.limit, self.limit)
        cv2.fillConvexPoly(self.shadow, np.rint(points * (1 << SHIFT)).astype(np.int32), strength, cv2.LINE_AA, SHIFT)

    def settle_shadow(self, darkness, blur):
        """Darken what the shadow layer covers by `darkness` (0...1), its edge softened by `blur` pixels."""
        if self.shadow is None:
            return
        x, y, w, h = cv2.boundingRect(self.shadow)
        if w and h:
            pad = int(3 * blur) + 2
            x0, y0 = max(x - pad, 0), max(y - pad, 0)
            x1, y1 = min(x + w + pad, self.shadow.shape[1]), min(y + h + pad, self.shadow.shape[0])
            soft = cv2.GaussianBlur(self.shadow[y0:y1, x0:x1], (0, 0), max(blur, 0.3)).astype(np.float32) / 255
            part = self.colour[y0:y1, x0:x1]
            part[:] = (part * (1 - darkness * soft)[:, :, None]).astype(np.uint8)
        self.shadow = None


def capsule_outlines(starts, ends, start_radii, end_radii):
    """Outlines [n, 12, 2] of thick rounded lines."""
    starts, ends = np.asarray(starts, float), np.asarray(ends, float)
    direction = ends - starts
    angle = np.arctan2(direction[:, 1], direction[:, 0])
    front = angle[:, None] + _ARC
    back = front + np.pi
    a = ends[:, None] + np.asarray(end_radii)[:, None, None] * np.stack([np.cos(front), np.sin(front)], -1)
    b = starts[:, None] + np.asarray(start_radii)[:, None, None] * np.stack([np.cos(back), np.sin(back)], -1)
    return np.concatenate([a, b], 1)
