"""A place seen by a fixed camera: its empty picture and the standing things that may hide what moves."""

from dataclasses import dataclass

import cv2
import numpy as np

from . import surfaces
from .camera import random_camera
from .canvas import Canvas
from .light import random_light

KINDS = {                        # likely grounds
    "yard": ["concrete", "tiles", "gravel", "bricks", "asphalt"], "street": ["asphalt"], "car park": ["asphalt", "concrete"],
    "path": ["tiles", "gravel", "grass", "asphalt"], "lawn": ["grass"], "room": ["planks", "tiles", "carpet", "concrete"],
}


@dataclass
class Place:
    kind: str
    camera: object
    light: object
    empty: np.ndarray            # uint8 [H, W, 3]: lit, without sensor noise
    standing: list               # [(distance in metres, boolean mask [H, W])] of things that hide what is behind them
    walls: tuple                 # (distance of the back wall on the axis, its slope, x of the side wall or None)

    def holds(self, x, y, margin=0.6):
        """Whether ground point (x, y) lies in front of the walls."""
        back, slope, side = self.walls
        if y > back + slope * x - margin:
            return False
        return side is None or (side - x) * np.sign(side) > margin


def random_place(rng, width, height, kind=None, camera=None, time_of_day=None):
    kind = kind or ["yard", "street", "car park", "path", "lawn", "room"][rng.choice(6, p=[0.28, 0.18, 0.16, 0.14, 0.08, 0.16])]
    indoor = kind == "room"
    camera = camera or random_camera(rng, width, height, indoor)
    light = random_light(rng, indoor, time_of_day)
    picture = _ground_picture(rng, camera, light, kind)
    canvas = Canvas(picture)
    walls = _walls(rng, canvas, camera, light, indoor)
    standing = _distractors(rng, canvas, camera, light, kind)
    _patches_of_light(rng, canvas, light)
    return Place(kind, camera, light, canvas.colour, standing, walls)


def _ground_picture(rng, camera, light, kind):
    grid = np.stack(np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5), -1)
    xy = camera.ground(grid)
    rays = camera.rays(grid)
    texture = surfaces.ground_texture(rng, rng.choice(KINDS[kind]))
    angle = rng.uniform(0, np.pi) if rng.random() < 0.4 else 0.0
    c, s = np.cos(angle), np.sin(angle)
    scale = surfaces.TILE / 8
    x, y = (c * xy[..., 0] - s * xy[..., 1]) * scale, (s * xy[..., 0] + c * xy[..., 1]) * scale
    near = cv2.remap(texture, np.float32(x % surfaces.TILE), np.float32(y % surfaces.TILE), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP).astype(np.float32)
    # Far ground: the texture's mean, so that it does not flicker between pixels.
    distance = np.hypot(xy[..., 0], xy[..., 1])
    blend = np.clip((distance - 10) / 25, 0, 1)[..., None]
    picture = near * (1 - blend) + texture.reshape(-1, 3).mean(0) * blend
    if kind in ("street", "car park") or (kind == "yard" and rng.random() < 0.3):
        _markings(rng, picture, xy, kind)
    elif rng.random() < 0.5 and kind != "room":
        other = np.array(surfaces.GROUNDS[rng.choice(["asphalt", "grass", "concrete", "tiles"])][0], np.float32)
        edge = rng.uniform(-6, 6)
        slope = rng.uniform(-0.5, 0.5)
        side = xy[..., 0] + slope * xy[..., 1] > edge
        picture = np.where(side[..., None], 0.25 * picture + 0.75 * other, picture)
    picture = picture * light.tint
    sky = rays[..., 2] >= -1e-3
    if sky.any():
        top = {"night": (12, 14, 22), "infrared": (14, 14, 14), "dusk": (190, 130, 110), "day": (150, 190, 230)}.get(light.time_of_day, (205, 210, 216))
        picture[sky] = np.array(top) * rng.uniform(0.8, 1.05)
    return np.clip(picture, 0, 255).astype(np.uint8)


def _markings(rng, picture, xy, kind):
    white = np.array((205, 205, 200), np.float32) if rng.random() < 0.8 else np.array((200, 170, 60), np.float32)
    u, v = (xy[..., 0], xy[..., 1]) if rng.random() < 0.5 else (xy[..., 1], xy[..., 0])
    if kind == "car park":
        line = (np.abs(((u + rng.uniform(0, 2.6)) % 2.6) - 1.3) < 0.06) & (v > rng.uniform(2, 8)) & (v < rng.uniform(10, 16))
    else:
        centre = rng.uniform(-3, 9)
        line = (np.abs(u - centre) < 0.08) & ((v % 4) < rng.uniform(1.5, 4))
        line |= np.abs(np.abs(u - centre) - rng.uniform(2.7, 3.6)) < 0.07
    far = np.hypot(xy[..., 0], xy[..., 1]) > 60
    picture[line & ~far] = 0.3 * picture[line & ~far] + 0.7 * white


def _warp(canvas, camera, light, texture, corners):
    """A rectangle of texture onto four world corners (top left, top right, bottom right, bottom left as seen)."""
    uv, depth = camera.project(np.array(corners))
    if depth.min() < 0.3:
        return None
    h, w = texture.shape[:2]
    matrix = cv2.getPerspectiveTransform(np.float32([[0, 0], [w, 0], [w, h], [0, h]]), np.clip(uv, -8000, 8000).astype(np.float32))
    size = (camera.width, camera.height)
    mask = cv2.warpPerspective(np.full((h, w), 255, np.uint8), matrix, size)
    lit = np.clip(texture * light.tint, 0, 255).astype(np.uint8)
    picture = cv2.warpPerspective(lit, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    on = mask > 127
    canvas.colour[on] = picture[on]
    return on


def _walls(rng, canvas, camera, light, indoor):
    tall = rng.uniform(2.4, 3.2) if indoor else rng.uniform(2.2, 7)
    back = rng.uniform(4, 8) if indoor else rng.uniform(8, 40)
    far, slope, x = 90.0, 0.0, None
    if indoor or rng.random() < 0.75:
        far = back
        half = rng.uniform(6, 12) if indoor else rng.uniform(8, 30)
        slope = rng.uniform(-0.3, 0.3)
        texture = surfaces.wall_texture(rng, min(2 * half, 40), tall)
        y0, y1 = back - slope * half, back + slope * half
        _warp(canvas, camera, light, texture, [(-half, y0, tall), (half, y1, tall), (half, y1, 0), (-half, y0, 0)])
    if rng.random() < (0.5 if indoor else 0.35):
        side = rng.choice([-1, 1])
        x = side * rng.uniform(2.5, 7)
        texture = surfaces.wall_texture(rng, 14, tall)
        ends = (2.5, back) if side < 0 else (back, 2.5)
        _warp(canvas, camera, light, texture, [(x, ends[0], tall), (x, ends[1], tall), (x, ends[1], 0), (x, ends[0], 0)])
    return far, slope, x


def _distractors(rng, canvas, camera, light, kind):
    """Two to eight standing things. Returns their distances and masks."""
    things = []
    for _ in range(int(rng.integers(2, 9))):
        u, v = rng.uniform(0, camera.width), rng.uniform(0.35, 1.0) * camera.height
        x, y = camera.ground(np.array([u, v]))
        distance = float(np.hypot(x, y))
        if 2.0 < distance < 40:
            things.append((distance, float(x), float(y)))
    standing = []
    names = ["table", "chair", "pot", "cupboard", "bin", "box"] if kind == "room" else ["pole", "tree", "bin", "box", "fence", "bush", "bollard", "sign"]
    for distance, x, y in sorted(things, reverse=True):
        canvas.current = 0
        before = canvas.colour.copy()
        canvas.owner[:] = 0
        canvas.current = 255
        _thing(rng, canvas, camera, light, str(rng.choice(names)), x, y)
        mask = canvas.owner == 255
        if mask.mean() > 0.12:               # would hide too much
            canvas.colour[:] = before
            continue
        if mask.any():
            standing.append((distance, mask))
    canvas.owner[:] = 0
    canvas.current = 0
    return standing


def _thing(rng, canvas, camera, light, name, x, y):
    def stick(a, b, ra, rb, colour):
        uv, depth = camera.project(np.array([a, b], float))
        if depth.min() > 0.5:
            canvas.capsules(uv[:1], uv[1:], [ra * camera.focal / depth[0]], [rb * camera.focal / depth[1]], [light.shade(np.array(colour))])

    def box(w, d, h, colour, z=0.0):
        turn = rng.uniform(0, np.pi)
        c, s = np.cos(turn), np.sin(turn)
        base = np.array([(-w, -d), (w, -d), (w, d), (-w, d)]) / 2 @ np.array([[c, s], [-s, c]]) + (x, y)
        low, high = np.c_[base, np.full(4, z)], np.c_[base, np.full(4, z + h)]
        for i in np.argsort([-np.hypot(*base[[i, (i + 1) % 4]].mean(0)) for i in range(4)]):
            j = (i + 1) % 4
            canvas.polygon(camera.project(np.array([low[i], low[j], high[j], high[i]]))[0], light.shade(np.array(colour) * rng.uniform(0.6, 1.0)))
        canvas.polygon(camera.project(high)[0], light.shade(np.array(colour)))

    colour = rng.uniform(30, 200) + rng.normal(0, 11 if rng.random() < 0.75 else 55, 3)      # mostly dull
    colour = np.clip(colour, 15, 235)
    if name in ("pole", "sign", "bollard"):
        tall = 0.9 if name == "bollard" else rng.uniform(2.5, 6)
        stick((x, y, 0), (x, y, tall), 0.06, 0.05, colour * 0.6 + 30)
        if name == "sign":
            box(0.7, 0.05, 0.7, rng.uniform(40, 240, 3), 2.0)
    elif name in ("tree", "bush", "pot"):
        tall = {"tree": rng.uniform(3, 6), "bush": 0.8, "pot": 1.2}[name]
        if name == "tree":
            stick((x, y, 0), (x, y, 0.6 * tall), 0.14, 0.1, (84, 64, 46))
        green = np.array((64, 92, 48)) + rng.normal(0, 14, 3)
        for _ in range(14):
            offset = rng.normal(0, 0.16 * tall, 3) * (1, 1, 0.8)
            at = np.array((x, y, (0.75 if name == "tree" else 0.5) * tall)) + offset
            stick(at, at + (0, 0, 0.05), 0.12 * tall, 0.12 * tall, np.clip(green * rng.uniform(0.7, 1.25), 0, 255))
    elif name == "fence":
        tall = rng.uniform(0.9, 1.8)
        for i in range(9):
            stick((x + 0.35 * (i - 4), y, 0), (x + 0.35 * (i - 4), y, tall), 0.03, 0.03, colour)
        for z in (0.2, 0.9):
            stick((x - 1.5, y, z * tall), (x + 1.5, y, z * tall), 0.03, 0.03, colour)
    elif name == "chair":
        box(0.45, 0.45, 0.06, colour, 0.42)
        for dx, dy in ((-0.2, -0.2), (0.2, -0.2), (-0.2, 0.2), (0.2, 0.2)):
            stick((x + dx, y + dy, 0), (x + dx, y + dy, 0.45), 0.02, 0.02, colour * 0.7)
        stick((x, y + 0.2, 0.5), (x, y + 0.2, 0.9), 0.2, 0.2, colour)
    elif name == "table":
        box(rng.uniform(0.7, 1.6), 0.8, 0.06, colour, 0.7)
        stick((x, y, 0), (x, y, 0.7), 0.05, 0.05, colour * 0.6)
    else:
        size = {"bin": (0.5, 0.5, 1.0), "box": (0.8, 0.6, 0.6), "cupboard": (1.2, 0.5, 1.9)}[name]
        box(*(np.array(size) * rng.uniform(0.7, 1.3)), colour)


def _patches_of_light(rng, canvas, light):
    """Large soft differences of brightness, and at night pools of lamp light."""
    h, w = canvas.colour.shape[:2]
    field = cv2.resize(rng.normal(1, 0.07, (3, 4)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
    if light.time_of_day in ("night", "infrared"):
        yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
        pool = np.zeros((h, w), np.float32)
        for _ in range(int(rng.integers(1, 3))):
            cx, cy, r = rng.uniform(0.2, 0.8) * w, rng.uniform(0.3, 0.9) * h, rng.uniform(0.4, 0.8) * w
            pool = np.maximum(pool, np.exp(-((xx - cx) ** 2 + 2 * (yy - cy) ** 2) / (r * r)))
        field = field * (0.7 + 0.55 * pool)
    canvas.colour[:] = np.clip(canvas.colour * field[:, :, None], 0, 255).astype(np.uint8)
