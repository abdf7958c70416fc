"""Training crops: looks that the foreground code cuts out of rendered pictures, with all that is known of each.

`records(seed, size, frames)` renders one scene (a place, several moments of it) and returns its crops as arrays, N of them:

    looks     uint8 [N, S, S, 3]      the look as the encoder sees it (background dimmed); all labels belong to it
    earlier   uint8 [N, F - 1, S, S, 3]   the same square in the pictures before, `STEP` seconds apart, oldest first
    plain     uint8 [N, S, S, 3]      the look undimmed
    patches   int8  [N, 8, 8]         index in KINDS of what takes most of each eighth of the look, -1 = none (an empty look), -2 = unknown
    counts    int8  [N, 19]           things clearly seen, by kind (order of KINDS)
    unclear   int8  [N, 19]           things of which so little is seen that they are neither there nor absent
    acts      int8  [N, A]            by activity (order of activities.NAMES): 1 somebody clearly seen does it, -1 only somebody
                                      hardly seen, 0 nobody. What follows from it for a sentence is in `sentences.truth_table`
    style     int8  [N]               index in STYLES: dimmed, plain, empty (nothing found), flooded (the whole picture changed)
    share     float32 [N]             height of the tallest thing clearly seen, as a share of the whole picture's height
    light     int8  [N]               index in LIGHTS
    captions  str   [N]               JSON: {"subject": kind or "nothing", "number": n, "direction": "left" | "right" | "towards" | "away" | "none",
                                      "where": "left" | "middle" | "right" (of the whole picture), "place": kind of place, "action": activity or "none",
                                      "others": {kind: n}, "light": time of day, "unsure": whether the only things there are hardly seen}; `captions.describe` makes sentences of it

`many(first_seed, scenes, processes, size, frames)` yields the same over several processes, in order of seeds; NumPy and
OpenCV alone are needed. `render` writes shards to disk. In a plain-style record `looks` is undimmed too.

Each scene is one place with several unrelated moments. The background picture comes from the empty place in another
moment (other exposure and noise, sometimes with a thing that is no longer there), so masks are as imperfect as in use.
"""

import json
from dataclasses import dataclass, replace
from itertools import count
from multiprocessing import get_context

import cv2
import numpy as np

from . import activities, foreground
from .layout import as_track, place_actor, random_arrangement, random_spot
from .look import brighten, random_look
from .place import random_place
from .scene import draw
from .things import random_foliage
from .tracks import Track

KINDS = ["person", "cyclist", "dog", "car", "van", "truck", "bag", "fire", "smoke", "lamp", "patch", "litter", "animal", "motorcycle", "steam", "puddle", "door", "fence", "arm"]
NUISANCES = ("lamp", "patch", "litter", "door", "fence", "arm")         # never asked for by themselves
THINGS = [KINDS.index(kind) for kind in KINDS if kind not in NUISANCES]
STYLES = ["dimmed", "plain", "empty", "flooded"]
LIGHTS = ["day", "overcast", "dusk", "night", "infrared", "indoor"]
SIZES = [(640, 360), (512, 288), (480, 270), (480, 360), (400, 300), (400, 224)]
LEAST = {"person": 8, "cyclist": 14, "dog": 9, "car": 24, "van": 24, "truck": 24, "bag": 8, "fire": 10, "smoke": 24, "animal": 9, "motorcycle": 14, "steam": 16, "puddle": 14}    # pixels of a look of 64 x 64
STEP = 0.4                       # seconds between the frames of a record
_WEIGHTS = np.array([share for *_, share in activities.ACTIVITIES.values()])
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


@dataclass
class Crop:
    """One record; see above. `looks` [F, S, S, 3], the present one last."""

    looks: np.ndarray
    plain: np.ndarray
    patches: np.ndarray
    counts: np.ndarray
    unclear: np.ndarray
    acts: np.ndarray
    style: str
    share: float
    light: str
    caption: dict

    @property
    def look(self):
        """The present look, [S, S, 3]."""
        return self.looks[-1]


def to_bytes(view):
    return np.clip(np.rint(view), 0, 255).astype(np.uint8)


def quick_average(picture, rows, columns):
    """`foreground.area_average` by OpenCV; the same up to rounding."""
    h, w = picture.shape[:2]
    if h >= rows and w >= columns:
        return cv2.resize(np.asarray(picture, np.float32), (columns, rows), interpolation=cv2.INTER_AREA)
    return foreground.area_average(picture, rows, columns)


@dataclass
class Shown:
    """What one region's look holds of the actors."""

    counts: np.ndarray
    unclear: np.ndarray
    acts: np.ndarray
    clear: list                      # actors clearly seen

    @property
    def something(self):
        return self.counts[THINGS].sum() + self.unclear[THINGS].sum() > 0


def seen(actors, owner, lit, square, visible):
    """What is seen in a square (x, y, side) of the owner picture. `lit` and `visible` are
    boolean pictures [H, W]; what is visible but not lit does not count."""
    x, y, side = square
    window = (slice(max(y, 0), y + side), slice(max(x, 0), x + side))
    inside, shown = owner[window], lit[window]
    scale = (64.0 / side) ** 2
    whole, own, bright = (np.bincount(values, minlength=256) for values in (owner.ravel(), inside.ravel(), inside[shown]))
    result = Shown(np.zeros(len(KINDS), np.int16), np.zeros(len(KINDS), np.int16), np.zeros(len(activities.NAMES), np.int8), [])
    for actor in actors:
        kind, i = KINDS.index(actor.kind), actor.identity
        if actor.kind in NUISANCES:
            result.counts[kind] += 1
            continue
        if whole[i] and bright[i] >= 0.45 * whole[i] and bright[i] * scale >= LEAST[actor.kind]:
            result.counts[kind] += 1
            result.clear.append(actor)
            for name in actor.doing:
                result.acts[activities.NAMES.index(name)] = 1
        elif bright[i] * scale >= 4 or (visible and own[i] * scale >= LEAST[actor.kind]):
            result.unclear[kind] += 1
            for name in actor.doing:
                index = activities.NAMES.index(name)
                result.acts[index] = result.acts[index] or -1
    return result


def patch_kinds(actors, owner, lit, square):
    """int8 [8, 8]: the kind of which most is seen in each patch of a square's look, -1 where under a fifth is covered."""
    kind_of_owner = np.full(256, -1, np.int8)
    for actor in actors:
        kind_of_owner[actor.identity] = KINDS.index(actor.kind)
    x, y, side = square
    height, width = owner.shape
    steps = ((np.arange(32) + 0.5) * side / 32).astype(int)
    ys, xs = y + steps, x + steps
    inside = ((ys >= 0) & (ys < height))[:, None] & ((xs >= 0) & (xs < width))[None, :]
    at = (np.clip(ys, 0, height - 1)[:, None], np.clip(xs, 0, width - 1)[None, :])
    kinds = np.where(inside & lit[at], kind_of_owner[owner[at]], -1).reshape(8, 4, 8, 4).transpose(0, 2, 1, 3).reshape(64, 16)
    votes = (kinds[:, :, None] == np.arange(len(KINDS))).sum(1)
    return np.where(votes.max(1) >= 3, votes.argmax(1), -1).astype(np.int8).reshape(8, 8)


def _moment(rng, place, ids):
    """Tracks around second 0: an activity, an arrangement of unrelated things, or both."""
    tracks = []
    kind = rng.random()
    if kind < 0.68:
        name = activities.NAMES[rng.choice(len(_WEIGHTS), p=_WEIGHTS)]
        _, first, _, _ = activities.ACTIVITIES[name]
        tracks += _activity(rng, place, ids, name, first)
    if kind >= 0.58 or not tracks:
        for actor in random_arrangement(rng, place):
            actor.identity = next(ids)
            tracks.append(as_track(rng, actor))
    return tracks


SIZE_OF = {"person": (1.7, 0.05, 0.75), "car": (1.5, 0.06, 0.5), "cyclist": (1.7, 0.06, 0.7), "motorcycle": (1.6, 0.06, 0.6), "bag": (0.5, 0.035, 0.22), "fire": (1.3, 0.06, 0.5), "smoke": (3.0, 0.12, 0.7),
           "steam": (1.5, 0.08, 0.4), "puddle": (1.0, 0.06, 0.4), "dog": (0.55, 0.045, 0.35), "animal": (1.2, 0.06, 0.45)}


def _activity(rng, place, ids, name, first):
    """An activity's tracks, moved in time so that second 0 lies inside it; none when there is no room."""
    size, low, high = SIZE_OF[first]
    reach = activities.ACTIVITIES[name][2]
    for _ in range(4):
        spot = random_spot(rng, place, size, low, high / max(1.0, 0.5 * reach), edge=0.04)
        if spot is None:
            return []
        seconds = float(rng.uniform(4, 8))
        tracks = activities.make(rng, ids, name, spot, seconds=seconds)
        spans = [(start, end) for track in tracks for start, end, what in track.doing if what == name]
        if not spans:
            continue
        start, end = max(s for s, _ in spans), min(e for _, e in spans)
        middle = float(rng.uniform(start + 0.05 * (end - start), end - 0.02 * (end - start))) if end > start else 0.5 * (start + end)
        tracks = [track.moved(-middle) for track in tracks]
        feet = [actor.position for actor in (track.at(0.0) for track in tracks) if actor]
        if all(place.holds(*foot, 0.1) for foot in feet):
            return tracks
    return []


def scene_crops(seed, size=None, frames=1, moments=8):
    """All crops of one scene; `size` None = the size that the product's encoder takes."""
    size = size or foreground.Settings().look
    rng = np.random.default_rng(seed)
    width, height = SIZES[rng.integers(len(SIZES))]
    place = random_place(rng, width, height)
    look = brighten(random_look(rng, place.light), place.empty)
    settings = foreground.Settings(look=size)
    shake = rng.uniform(0, 1.6) if rng.random() < 0.2 else 0.0
    light = place.light.time_of_day
    empty = look.apply(place.empty, rng, 1000)
    zeros = np.zeros(len(KINDS), np.int16)
    nobody = {"subject": "nothing", "number": 0, "direction": "none", "where": "middle", "place": place.kind, "action": "none", "others": {}, "light": light, "unsure": False}
    view = lambda picture, found: foreground.looks(picture, found, settings)[0]
    quiet = to_bytes(view(look.apply(place.empty, rng, 1000, float(rng.normal(1, 0.03))), foreground.Foreground([], False, 0.0)))       # most frames of most cameras
    result = [Crop(np.stack([quiet] * frames), quiet, np.full((8, 8), -1, np.int8), zeros, zeros, np.zeros(len(activities.NAMES), np.int8), "empty", 0.0, light, nobody)]
    spot = random_spot(rng, place, 1.7, 0.12, 0.6) if rng.random() < 0.4 else None
    leaves = [Track("litter", random_foliage(rng), 250, [(-9, *spot), (9, *spot)], heading=0.0)] if spot else []
    for index in range(moments):
        ids = (1 + i % 240 for i in count())
        ghosts = []
        if rng.random() < 0.2:
            ghost = place_actor(rng, place, str(rng.choice(["person", "car", "van", "bag", "person"])), 1)
            ghosts = [ghost] if ghost else []
        before = ghosts + [track.at(0.0) for track in leaves]
        behind = look.apply(draw(place, before, float(rng.uniform(0, 30)))[0], rng, 1000) if before else empty
        background = foreground.Background(settings, average=quick_average)
        background.advance(behind)
        tracks, clock = _moment(rng, place, ids) + leaves, float(rng.uniform(0, 30))
        exposure = float(rng.normal(1, 0.13 if rng.random() < 0.25 else 0.03))
        stay, shown = float(rng.uniform(1, 14)) if rng.random() < 0.25 else 0.0, []
        for frame in range(frames):
            time = (frame - frames + 1) * STEP
            actors = [actor for actor in (track.at(time) for track in tracks) if actor]
            picture, owner = draw(place, actors, clock + time)
            if shake:
                move = np.float32([[1, 0, rng.normal(0, shake)], [0, 1, rng.normal(0, shake)]])
                picture = cv2.warpAffine(picture, move, (width, height), borderMode=cv2.BORDER_REPLICATE)
            picture = look.apply(picture, rng, 1000 + 7 * index + time, exposure)
            state = replace(background)
            if stay:                         # the background has taken in a little of what stays
                grid = quick_average(picture, *state.grid.shape[:2])
                state.grid = state.grid + np.clip(grid - state.grid, -stay, stay)
            found = state.advance(picture)
            shown.append((picture, owner, actors, found))
        result += _crops_of(rng, place, shown, tracks, settings, nobody)
    return result


def _mask(found, width, height, settings):
    """Cells [rows, columns] of the components of all regions."""
    rows = foreground.grid_rows(height, width, settings.columns)
    return np.logical_or.reduce([region.mask for region in found.regions]) if found.regions else np.zeros((rows, settings.columns), bool)


def _crops_of(rng, place, shown, tracks, settings, nobody):
    picture, owner, actors, found = shown[-1]
    height, width, _ = picture.shape
    light, everywhere = nobody["light"], np.ones((height, width), bool)
    nothing = np.full((8, 8), -1, np.int8)
    if not found.regions:
        whole = to_bytes(foreground.looks(picture, found, settings)[0])
        what = seen(actors, owner, everywhere, (0, 0, max(width, height)), True)
        looks = np.stack([to_bytes(foreground.looks(p, replace(f, regions=[]), settings)[0]) for p, _, _, f in shown])
        if found.flooded:
            return [Crop(looks, whole, nothing - 1, what.counts, what.unclear, what.acts, "flooded", tallest(what.clear, owner), light, caption(place, what, tracks, nobody, 0.5))]
        if what.something or what.counts.sum():
            return []                        # something is there that was not found
        return [Crop(looks, whole, nothing, what.counts * 0, what.unclear, what.acts, "empty", 0.0, light, nobody)]
    rows = found.regions[0].mask.shape[0]
    row_of, column_of = np.arange(height) * rows // height, np.arange(width) * settings.columns // width
    boxes = np.array([region.box for region in found.regions])
    union = (*boxes[:, :2].min(0).tolist(), *boxes[:, 2:].max(0).tolist())
    all_masks = [_mask(f, width, height, settings) for _, _, _, f in shown]
    entries = [(union, all_masks[-1])] + [(region.box, region.mask) for region in found.regions] * (len(found.regions) > 1)
    crops = []
    for number, (box, mask) in enumerate(entries):
        lit = mask[row_of[:, None], column_of[None, :]]
        square = foreground.crop_square(box, width, height, rows, settings)
        what = seen(actors, owner, lit, square, number == 0)
        if number and not what.something and rng.random() < 0.5:
            continue                         # enough patches of mere ground already
        cut = lambda p, m: to_bytes(foreground.crop(p, box, m, settings, quick_average))
        plain = cut(picture, np.ones_like(mask))
        where = (square[0] + 0.5 * square[2]) / width
        if number == 0 and rng.random() < 0.2:       # works without a background as well
            what = seen(actors, owner, everywhere, square, True)
            looks = np.stack([cut(p, np.ones_like(mask)) for p, *_ in shown[:-1]] + [plain])
            style, lit = "plain", everywhere
        else:
            looks = np.stack([cut(p, m) for (p, *_), m in zip(shown[:-1], all_masks)] + [cut(picture, mask)])
            style = "dimmed"
        crops.append(Crop(looks, plain, patch_kinds(actors, owner, lit, square), what.counts, what.unclear, what.acts, style, tallest(what.clear, owner), light,
                          caption(place, what, tracks, nobody, where)))
    return crops


def tallest(clear, owner):
    """Height of the tallest of some actors as a share of the owner picture's."""
    heights = [0.0]
    for actor in clear:
        lines = np.flatnonzero((owner == actor.identity).any(1))
        heights.append((lines[-1] - lines[0] + 1) / len(owner) if len(lines) else 0.0)
    return float(max(heights))


COMMON = {"walk", "stand", "run", "drive", "park", "animal walks", "animal stands", "fire", "smoke", "lie"}     # named only when nothing more exact is


def caption(place, what, tracks, nobody, where):
    """What is said of a look in one sentence."""
    result = dict(nobody, where=["left", "middle", "right"][min(2, int(3 * np.clip(where, 0, 0.99)))])
    clear = what.clear
    if not clear:
        return dict(result, unsure=bool(what.unclear.any()))
    names = [name for actor in clear for name in actor.doing]
    exact = [name for name in names if name not in COMMON] or names
    action = max(sorted(set(exact)), key=exact.count) if exact else "none"
    doers = [actor for actor in clear if action in actor.doing] or clear
    kinds = [actor.kind for actor in doers]
    subject = "person" if "person" in kinds else max(sorted(set(kinds)), key=kinds.count)
    others = {}
    for actor in clear:
        if not (actor.kind == subject and (actor in doers or action == "none")):
            others[actor.kind] = others.get(actor.kind, 0) + 1
    doers = [actor for actor in doers if actor.kind == subject]
    return dict(result, subject=subject, number=len(doers), action=action, others=others, direction=_direction(place.camera, doers, tracks))


def _direction(camera, doers, tracks):
    """Where most of some actors go, as seen in the picture."""
    steps = []
    for actor in doers:
        track = next(t for t in tracks if t.identity == actor.identity and t.kind == actor.kind)
        earlier = track.at(-STEP)
        if earlier is None:
            continue
        now, then = (camera.project(np.array([*a.position, 0.5 * a.model.size])) for a in (actor, earlier))
        pixels = (now[0] - then[0]) / (actor.model.size * camera.focal / now[1])     # in sizes of the actor
        steps.append((pixels[0], (now[1] - then[1]) / actor.model.size))
    if not steps:
        return "none"
    across, away = np.mean(steps, 0)
    if max(abs(across), abs(away)) < 0.06:
        return "none"
    if abs(across) >= 0.6 * abs(away):
        return "right" if across > 0 else "left"
    return "away" if away > 0 else "towards"


def arrays(crops):
    """Crops as the arrays of a record, see above."""
    stack = lambda name, kind: np.stack([getattr(c, name) for c in crops]).astype(kind)
    looks = stack("looks", np.uint8)
    return {"looks": looks[:, -1], "earlier": looks[:, :-1], "plain": stack("plain", np.uint8), "patches": stack("patches", np.int8), "counts": stack("counts", np.int8), "unclear": stack("unclear", np.int8),
            "acts": stack("acts", np.int8), "style": np.array([STYLES.index(c.style) for c in crops], np.int8), "share": np.array([c.share for c in crops], np.float32),
            "light": np.array([LIGHTS.index(c.light) for c in crops], np.int8), "captions": np.array([json.dumps(c.caption) for c in crops])}


def records(seed, size=None, frames=1, moments=8):
    """The arrays of one scene."""
    return arrays(scene_crops(seed, size, frames, moments))


def joined(parts):
    """Several scenes' arrays as one."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _records(task):
    cv2.setNumThreads(1)
    return records(*task)


def many(first_seed, scenes, processes, size=None, frames=1, moments=8):
    """The arrays of scene after scene, rendered by several processes. The caller's main module must be importable (`if __name__ == "__main__"`)."""
    tasks = ((seed, size, frames, moments) for seed in range(first_seed, first_seed + scenes))
    if processes <= 1:
        yield from map(_records, tasks)
        return
    with get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(_records, tasks, chunksize=4)


def render(directory, first_seed, scenes, shard=100, report=print, processes=1, size=None, frames=1):
    """Render scenes `first_seed`... into shards of `shard` scenes each; shards already there are kept."""
    directory.mkdir(parents=True, exist_ok=True)
    for start in range(first_seed, first_seed + scenes, shard):
        target = directory / f"{start:08d}.npz"
        if target.exists():
            continue
        part = joined(list(many(start, min(shard, first_seed + scenes - start), processes, size, frames)))
        temporary = directory / f".{start:08d}.tmp.npz"
        np.savez(temporary, **part)
        temporary.rename(target)
        report(f"{target.name}: {len(part['style'])} crops")
