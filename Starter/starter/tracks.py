"""Ways of actors through a place over time."""

from dataclasses import dataclass, field

import numpy as np

from .scene import Actor


@dataclass
class Track:
    """`points` [(seconds, x, y)] in order; between two points the way is straight and even; two points at one place
    are a stop. The actor exists from the first to the last of them."""

    kind: str
    model: object
    identity: int
    points: list
    moving: str = "walk"         # motion while moving
    still: str = "stand"
    heading: float = None        # fixed, or None = the way ahead
    moves: list = field(default_factory=list)    # [(start, end, motion)] in place of these
    turns: list = field(default_factory=list)    # [(start, end, heading)] in place of the way ahead
    doing: list = field(default_factory=list)    # [(start, end, activity)]
    clock: float = None          # when its own time is 0; None = the clip's
    delay: float = 0.0           # seconds that ways in have added before what it does

    @property
    def start(self):
        return self.points[0][0]

    @property
    def end(self):
        return self.points[-1][0]

    @property
    def length(self):
        """Metres from its first to its last point."""
        return float(np.hypot(self.points[-1][1] - self.points[0][1], self.points[-1][2] - self.points[0][2]))

    def at(self, time):
        """The actor at a time, or None."""
        if not self.start <= time <= self.end:
            return None
        travelled, heading, place, stepping = 0.0, None, self.points[-1][1:], False
        for (t0, x0, y0), (t1, x1, y1) in zip(self.points, self.points[1:]):
            length = float(np.hypot(x1 - x0, y1 - y0))
            if length > 1e-6:
                heading = float(np.arctan2(y1 - y0, x1 - x0))
            if time <= t1:
                share = (time - t0) / max(t1 - t0, 1e-6)
                place, stepping = (x0 + share * (x1 - x0), y0 + share * (y1 - y0)), length > 1e-6
                travelled += share * length
                break
            travelled += length
        if self.heading is not None:
            heading = self.heading
        heading = next((h for start, end, h in self.turns if start <= time < end), heading)
        gait, since = self.moving if stepping else self.still, time - (self.clock or 0.0)
        for start, end, motion in self.moves:
            if start <= time < end:
                gait, since = motion, time - start
        doing = frozenset(name for start, end, name in self.doing if start <= time < end)
        return Actor(self.kind, self.model, place, heading or 0.0, travelled, gait, self.identity, since, doing)

    def moved(self, seconds):
        """The same some seconds later."""
        self.points = [(t + seconds, x, y) for t, x, y in self.points]
        if self.clock is not None:
            self.clock += seconds
        for name in ("moves", "turns", "doing"):
            setattr(self, name, [(start + seconds, end + seconds, value) for start, end, value in getattr(self, name)])
        return self

def visible_span(camera, tracks, duration, step=0.1, doing=None):
    """First and last time at which the middle of any of the tracks' bodies is inside the picture (and it does `doing`), or None."""
    if not tracks:
        return None
    begin, end = max(0.0, min(track.start for track in tracks)), min(duration, max(track.end for track in tracks) + step)
    seen = lambda actor: _visible(camera, actor) and (doing is None or doing in actor.doing)
    times = [t for t in np.arange(np.floor(begin / step) * step, end, step) if any(seen(track.at(t)) for track in tracks)]
    return (round(float(times[0]), 2), round(float(min(times[-1] + step, duration)), 2)) if times else None


def _visible(camera, actor):
    if actor is None:
        return False
    uv, depth = camera.project(np.array([*actor.position, 0.5 * actor.model.size]))
    return bool(depth > 0.4 and camera.inside(uv))


def way_across(rng, place, size, body, smallest, largest, speed, longest=18.0, shortest=2.5):
    """A straight way from one side of the picture to the other, out of sight at both ends: (duration, [(t, x, y)]).

    `size` metres of height take smallest...largest of the picture half way; `body` metres are its half length;
    `speed` m/s (low, high). None when the place has no such way."""
    camera = place.camera
    for attempt in range(400):
        v = rng.uniform(0.2, 1.0, 2) * camera.height
        v[1] = np.clip(v[0] + rng.normal(0, 0.15) * camera.height, 0.15 * camera.height, camera.height)
        edge = 0.02 * camera.width
        ends = camera.ground(np.array([(-edge, v[0]), (camera.width + edge, v[1])]))
        if rng.random() < 0.5:
            ends = ends[::-1]
        direction = ends[1] - ends[0]
        length = np.linalg.norm(direction)
        if ends[:, 1].max() > 70 or length < 2:
            continue
        direction = direction / length
        share = camera.share(0.5 * (ends[0] + ends[1]), size)
        if not smallest <= share <= largest:
            continue
        if not camera.inside(camera.project(np.array([[*(0.5 * (ends[0] + ends[1])), size]]))[0]):
            continue
        inner = ends[0] + np.linspace(0.05, 0.95, 8)[:, None] * (ends[1] - ends[0])
        if not all(place.holds(*point, 0.6) for point in inner):
            continue
        a, b = ends[0] - body * direction, ends[1] + body * direction
        pace = rng.uniform(*speed)
        time = (length + 2 * body) / pace
        if not shortest <= time <= longest:
            continue
        return time, [(0.0, *map(float, a)), (float(time), *map(float, b))]
    return None


def with_stop(way, seconds, share=0.5):
    """The same way with a stop of `seconds` after a share of it."""
    time, ((t0, x0, y0), (t1, x1, y1)) = way
    x, y, t = x0 + share * (x1 - x0), y0 + share * (y1 - y0), share * t1
    return time + seconds, [(t0, x0, y0), (t, x, y), (t + seconds, x, y), (t1 + seconds, x1, y1)]
