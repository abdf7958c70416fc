"""Cars, vans, trucks and buses as convex solids with windows, wheels and lamps."""

from dataclasses import dataclass

import cv2
import numpy as np

from .burning import glow

PAINT = [(20, 20, 22), (44, 46, 50), (90, 94, 98), (150, 154, 158), (196, 198, 200), (238, 238, 236), (130, 20, 24),
         (190, 30, 34), (24, 40, 90), (40, 80, 150), (20, 70, 50), (120, 110, 90), (200, 180, 60), (220, 110, 30), (90, 60, 40)]


@dataclass
class Vehicle:
    """`kind` = car, van or truck. Metres. Heading 0 drives towards +x."""

    kind: str
    length: float
    width: float
    tall: float
    paint: tuple
    second: tuple                  # colour of a truck's body
    bonnet: float = 0.25           # share of the length before the cabin
    boot: float = 0.12             # share behind it
    lamps: bool = False
    night_lamps: bool = False      # on after dark

    @property
    def size(self):
        return self.tall

    def shines(self, light):
        return self.lamps or (self.night_lamps and light.dark)

    def solids(self):
        """Solids back to front in drawing order: (eight corners [8, 3], colour, is it glass)."""
        l, w, h = self.length / 2, self.width / 2, self.tall

        def solid(x0, x1, z0, z1, top0=None, top1=None, inset=0.0, colour=self.paint, glass=False):
            top0, top1 = x0 if top0 is None else top0, x1 if top1 is None else top1
            wide, narrow = w, w - inset
            bottom = [(x0, -wide, z0), (x1, -wide, z0), (x1, wide, z0), (x0, wide, z0)]
            top = [(top0, -narrow, z1), (top1, -narrow, z1), (top1, narrow, z1), (top0, narrow, z1)]
            return np.array(bottom + top), colour, glass

        if self.kind == "car":
            belt = 0.62 * h
            return [solid(-l, l, 0.18 * h, belt, -l * 0.97, l * 0.93),
                    solid(-l + self.boot * 2 * l, l - self.bonnet * 2 * l, belt, h,
                          -l + (self.boot + 0.09) * 2 * l, l - (self.bonnet + 0.14) * 2 * l, 0.14 * w, self.paint, True)]
        if self.kind == "van":
            return [solid(-l, l, 0.13 * h, 0.5 * h, -l, l * 0.92), solid(-l, l * 0.9, 0.5 * h, h, -l, l * 0.62, 0.06 * w, self.paint, True)]
        cab = 0.24 * 2 * l
        return [solid(-l, l - cab * 1.06, 0.24 * h, h, colour=self.second),
                solid(l - cab, l, 0.12 * h, 0.5 * h), solid(l - cab, l, 0.5 * h, 0.82 * h, l - cab, l - 0.25 * cab, 0.05 * w, self.paint, True)]


def random_vehicle(rng, kind=None):
    kind = kind or ["car", "van", "truck"][rng.choice(3, p=[0.66, 0.2, 0.14])]
    pick = lambda: tuple(np.clip(np.array(PAINT[rng.integers(len(PAINT))]) + rng.normal(0, 10, 3), 8, 250))
    size = {"car": (4.3, 1.78, 1.48), "van": (5.2, 1.95, 2.2), "truck": (8.0, 2.4, 3.1)}[kind]
    stretch = rng.normal(1, 0.07, 3)
    tall = size[2] * stretch[2] * (1.15 if kind == "car" and rng.random() < 0.25 else 1)
    bonnet, boot = rng.uniform(0.2, 0.3), rng.choice([0.01, 0.04, 0.14, 0.18])
    second = pick() if rng.random() < 0.5 else (225, 225, 222)
    return Vehicle(kind, size[0] * stretch[0], size[1] * stretch[1], tall, pick(), second, float(bonnet), float(boot), bool(rng.random() < 0.25), bool(rng.random() < 0.7))


_FACES = [((0, 1, 5, 4), (0, -1, 0)), ((1, 2, 6, 5), (1, 0, 0.2)), ((2, 3, 7, 6), (0, 1, 0)), ((3, 0, 4, 7), (-1, 0, 0.2)), ((4, 5, 6, 7), (0, 0, 1))]


def _place(points, position, heading):
    c, s = np.cos(heading), np.sin(heading)
    return points @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) + (position[0], position[1], 0)


def draw_vehicle(canvas, camera, light, vehicle, position, heading, doors=False):
    """Draw a vehicle; `doors` = with the front door of its right side open."""
    eye = np.array([0, 0, camera.lens_height])
    corners = _place(vehicle.solids()[0][0], position, heading)
    if camera.project(corners)[1].min() < 0.5:
        return
    solids = vehicle.solids()
    middle = [np.linalg.norm(_place(points, position, heading).mean(0)[:2]) for points, _, _ in solids]
    low = [i for i, (points, _, _) in enumerate(solids) if points[:, 2].min() < 0.3 * vehicle.tall]
    high = [i for i in range(len(solids)) if i not in low]
    order = sorted(low, key=lambda i: -middle[i]) + high
    wheels_drawn = False
    for index in order:
        points, colour, glass = solids[index]
        if index in high and not wheels_drawn:
            _draw_wheels(canvas, camera, light, vehicle, position, heading)
            wheels_drawn = True
        world = _place(points, position, heading)
        for face, _ in _FACES:
            quad = world[list(face)]
            normal = np.cross(quad[1] - quad[0], quad[3] - quad[0])
            normal = normal / (np.linalg.norm(normal) + 1e-9)
            if normal @ (quad.mean(0) - world.mean(0)) < 0:
                normal = -normal
            if normal @ (eye - quad.mean(0)) <= 0:
                continue
            shade = 0.62 + 0.38 * max(0.0, float(normal @ light.direction))
            canvas.polygon(camera.project(quad)[0], light.shade(np.array(colour) * shade))
            if glass and abs(normal[2]) < 0.9:
                _draw_glass(canvas, camera, light, quad, normal, vehicle, heading)
    if not wheels_drawn:
        _draw_wheels(canvas, camera, light, vehicle, position, heading)
    if doors:
        _draw_door(canvas, camera, light, vehicle, position, heading)
    _draw_lamps(canvas, camera, light, vehicle, position, heading)


def _draw_door(canvas, camera, light, vehicle, position, heading):
    x, y, long = 0.16 * vehicle.length, -0.5 * vehicle.width, min(0.24 * vehicle.length, 1.1)
    end = (x - 0.45 * long, y - 0.9 * long)
    z0, z1, z2 = 0.2 * vehicle.tall, 0.6 * vehicle.tall, 0.95 * vehicle.tall
    for low, high, colour in ((z0, z1, np.array(vehicle.paint) * 0.8), (z1, z2, np.array([60, 68, 76]))):
        quad = np.array([(x, y, low), (*end, low), (*end, high), (x, y, high)])
        canvas.polygon(camera.project(_place(quad, position, heading))[0], light.shade(colour))


def _draw_glass(canvas, camera, light, quad, normal, vehicle, heading):
    """Windows inset in one side of the cabin; a van has glass in its front part alone."""
    def sub(u0, u1, v0, v1):
        lerp = lambda u, v: (quad[0] * (1 - u) + quad[1] * u) * (1 - v) + (quad[3] * (1 - u) + quad[2] * u) * v
        return np.array([lerp(u0, v0), lerp(u1, v0), lerp(u1, v1), lerp(u0, v1)])

    glass = light.shade(np.array([46, 54, 62]))
    forward = np.array([np.cos(heading), np.sin(heading), 0])
    facing = float(normal @ forward)
    if abs(facing) > 0.5:
        if vehicle.kind == "truck" and facing < 0:
            return
        canvas.polygon(camera.project(sub(0.08, 0.92, 0.12, 0.9))[0], glass)
        return
    along = float((quad[1] - quad[0]) @ forward)
    spans = [(0.06, 0.47), (0.53, 0.94)] if vehicle.kind == "car" else [(0.68, 0.94)]
    if along < 0:
        spans = [(1 - b, 1 - a) for a, b in spans]
    for u0, u1 in spans:
        canvas.polygon(camera.project(sub(u0, u1, 0.14, 0.86))[0], glass)


def _draw_wheels(canvas, camera, light, vehicle, position, heading):
    radius = 0.22 * vehicle.tall if vehicle.kind == "car" else (0.34 if vehicle.kind == "van" else 0.48)
    ring = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    eye = np.array([0, 0, camera.lens_height])
    for side in (-1, 1):
        normal = _place(np.array([[0, side, 0.0]]), (0, 0), heading)[0]
        if normal @ (eye - (position[0], position[1], 0)) <= 0:
            continue
        for x in (-0.31, 0.31):
            disc = np.stack([x * vehicle.length + radius * np.cos(ring), np.full(14, side * vehicle.width * 0.505), radius + radius * np.sin(ring)], 1)
            canvas.polygon(camera.project(_place(disc, position, heading))[0], light.shade(np.array([22, 22, 24])))
            hub = disc.copy()
            hub[:, 0] = x * vehicle.length + 0.5 * radius * np.cos(ring)
            hub[:, 2] = radius + 0.5 * radius * np.sin(ring)
            canvas.polygon(camera.project(_place(hub, position, heading))[0], light.shade(np.array([120, 122, 126])))


def _draw_lamps(canvas, camera, light, vehicle, position, heading):
    eye = np.array([0, 0, camera.lens_height])
    for end, lit, dull in ((1, (255, 250, 225), (205, 208, 205)), (-1, (240, 40, 30), (120, 20, 20))):
        normal = _place(np.array([[end, 0, 0.0]]), (0, 0), heading)[0]
        if normal @ (eye - (position[0], position[1], 0)) <= 0:
            continue
        x, z = end * vehicle.length / 2 * 0.985, (0.42 if vehicle.kind == "car" else 0.28) * vehicle.tall
        for y in (-0.36, 0.36):
            lamp = np.array([(x, y * vehicle.width + dy, z + dz) for dy, dz in ((-0.17, -0.07), (0.17, -0.07), (0.17, 0.08), (-0.17, 0.08))])
            colour = np.array(lit) if vehicle.shines(light) else light.shade(np.array(dull))
            uv, depth = camera.project(_place(lamp, position, heading))
            canvas.polygon(uv, colour)
            if light.dark and vehicle.shines(light):
                glow(canvas, uv.mean(0), (0.7 if end > 0 else 0.35) * camera.focal / depth[0], (0.75 if end > 0 else 0.4) * np.array(lit))


def beam_vehicle(canvas, camera, light, vehicle, position, heading):
    """What the head lamps of a vehicle light up on the ground before it, after dark."""
    if not (light.dark and vehicle.shines(light)):
        return
    front, reach = vehicle.length / 2, 9.0
    outline = _place(np.array([(front, -0.7, 0.0), (front + reach, -2.6, 0), (front + reach, 2.6, 0), (front, 0.7, 0)]), position, heading)
    uv, depth = camera.project(outline)
    if depth.min() < 0.6:
        return
    mask = np.zeros(canvas.owner.shape, np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.rint(np.clip(uv, -3000, 3000)).astype(np.int32)), 255)
    small = cv2.resize(mask, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    soft = cv2.resize(cv2.GaussianBlur(small, (0, 0), max(1.0, 0.12 * camera.focal / float(depth.mean()))), mask.shape[::-1])
    canvas.colour[:] = cv2.add(cv2.multiply(canvas.colour, cv2.merge([soft] * 3), scale=1.1 / 255), canvas.colour)


def shadow_vehicle(canvas, camera, light, vehicle, position, heading):
    l, w = vehicle.length / 2, vehicle.width / 2
    base = _place(np.array([(-l, -w, 0), (l, -w, 0), (l, w, 0), (-l, w, 0)]) * 1.04, position, heading)
    canvas.shadow_polygon(camera.project(base)[0], 220)
    if light.sun is not None:
        top = base + np.append(light.sun * vehicle.tall * 0.8, 0)
        hull = np.concatenate([base, top])
        if hull[:, 1].min() > 0.5:
            uv = camera.project(hull)[0].astype(np.float32)
            canvas.shadow_polygon(cv2.convexHull(uv).reshape(-1, 2))
