"""Training crops: looks that the foreground code cuts out of rendered pictures, with what is seen in each.

Each scene is one place with several unrelated pictures. The background picture comes from the empty place in another
moment (other exposure and noise, sometimes with a thing that is no longer there), so masks are as imperfect as in use.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from . import foreground
from .layout import place_actor, random_arrangement, random_spot
from .look import random_look
from .place import random_place
from .scene import Actor, draw
from .things import random_foliage

KINDS = ["person", "cyclist", "dog", "car", "van", "truck", "bag", "fire", "smoke", "lamp", "patch", "litter"]
SIZES = [(640, 360), (512, 288), (480, 270), (480, 360), (400, 300), (400, 224)]
LEAST = {"person": 16, "cyclist": 24, "dog": 16, "car": 40, "van": 40, "truck": 40, "bag": 12, "fire": 16, "smoke": 40}


@dataclass
class Crop:
    """`look` uint8 [96, 96, 3]; `patches` int8 [8, 8] the kind that takes most of each patch (-1 = none); `counts` [12] seen things by kind (order of KINDS); `unclear` [12] things of which so little is
    seen that they are neither there nor absent; `style` = dimmed, plain (undimmed), empty (nothing found) or flooded."""

    look: np.ndarray
    patches: np.ndarray
    counts: np.ndarray
    unclear: np.ndarray
    style: str


def to_bytes(view):
    return np.clip(np.rint(view), 0, 255).astype(np.uint8)


def seen(actors, owner, lit, square, visible):
    """Counts and unclear counts of the actors in a square (x, y, side) of the owner picture. `lit` and `visible` are
    boolean pictures [H, W]; what is visible but not lit does not count."""
    x, y, side = square
    window = (slice(max(y, 0), y + side), slice(max(x, 0), x + side))
    inside, shown = owner[window], lit[window]
    scale = (64.0 / side) ** 2
    counts, unclear = np.zeros(len(KINDS), np.int16), np.zeros(len(KINDS), np.int16)
    for actor in actors:
        own = inside == actor.identity
        whole = int((owner == actor.identity).sum())
        bright = int((own & shown).sum())
        kind = KINDS.index(actor.kind)
        if actor.kind in ("lamp", "patch", "litter"):
            counts[kind] += 1
            continue
        if whole and bright >= 0.45 * whole and bright * scale >= LEAST[actor.kind]:
            counts[kind] += 1
        elif bright * scale >= 4 or (visible and own.sum() * scale >= LEAST[actor.kind]):
            unclear[kind] += 1
    return counts, unclear


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
    votes = np.stack([(kinds == k).sum(1) for k in range(len(KINDS))], 1)
    return np.where(votes.max(1) >= 3, votes.argmax(1), -1).astype(np.int8).reshape(8, 8)


def scene_crops(seed, pictures=10):
    """All crops of one scene."""
    rng = np.random.default_rng(seed)
    width, height = SIZES[rng.integers(len(SIZES))]
    place = random_place(rng, width, height)
    look = random_look(rng, place.light)
    settings = foreground.Settings()
    shake = rng.uniform(0, 1.6) if rng.random() < 0.2 else 0.0
    result = []
    empty = look.apply(place.empty, rng, 1000)
    for _ in range(2):                       # nothing moves: most frames of most cameras
        quiet = look.apply(place.empty, rng, 1000, float(rng.normal(1, 0.03)))
        view = foreground.looks(quiet, foreground.Foreground([], False, 0.0), settings)[0]
        zeros = np.zeros(len(KINDS), np.int16)
        result.append(Crop(to_bytes(view), np.full((8, 8), -1, np.int8), zeros, zeros, "empty"))
    spot = random_spot(rng, place, 1.7, 0.12, 0.6) if rng.random() < 0.4 else None
    leaves = [Actor("litter", random_foliage(rng), spot, identity=250)] if spot else []
    for index in range(pictures):
        ghosts = []
        if rng.random() < 0.2:
            ghost = place_actor(rng, place, str(rng.choice(["person", "car", "van", "bag", "person"])), 1)
            ghosts = [ghost] if ghost else []
        behind = look.apply(draw(place, ghosts + leaves, float(rng.uniform(0, 30)))[0], rng, 1000) if ghosts or leaves else empty
        background = foreground.Background(settings)
        background.advance(behind)
        actors = random_arrangement(rng, place) + leaves
        picture, owner = draw(place, actors, float(rng.uniform(0, 30)))
        if shake:
            dx, dy = rng.normal(0, shake, 2)
            move = np.float32([[1, 0, dx], [0, 1, dy]])
            picture = cv2.warpAffine(picture, move, (width, height), borderMode=cv2.BORDER_REPLICATE)
        picture = look.apply(picture, rng, 1000 + 7 * index, float(rng.normal(1, 0.13 if rng.random() < 0.25 else 0.03)))
        found = background.advance(picture)
        result += _crops_of(rng, picture, owner, actors, found, settings)
    return result


def _crops_of(rng, picture, owner, actors, found, settings):
    height, width, _ = picture.shape
    whole = (0, 0, max(width, height))
    everywhere = np.ones((height, width), bool)
    nothing = np.full((8, 8), -1, np.int8)
    views = foreground.looks(picture, found, settings)
    if not found.regions:
        counts, unclear = seen(actors, owner, everywhere, whole, True)
        nuisances = counts[9:].sum()
        if found.flooded:
            return [Crop(to_bytes(views[0]), nothing, counts, unclear, "flooded")]
        if counts[:9].sum() or unclear[:9].sum() or nuisances:
            return []                        # something is there that was not found
        return [Crop(to_bytes(views[0]), nothing, counts * 0, unclear, "empty")]
    rows = found.regions[0].mask.shape[0]
    row_of, column_of = np.arange(height) * rows // height, np.arange(width) * settings.columns // width
    boxes = np.array([region.box for region in found.regions])
    union = (*boxes[:, :2].min(0).tolist(), *boxes[:, 2:].max(0).tolist())
    all_masks = np.logical_or.reduce([region.mask for region in found.regions])
    entries = [(union, all_masks, views[0])] + [(region.box, region.mask, view) for region, view in zip(found.regions, views[1:])]
    crops = []
    for number, (box, mask, view) in enumerate(entries):
        lit = mask[row_of[:, None], column_of[None, :]]
        square = foreground.crop_square(box, width, height, rows, settings)
        counts, unclear = seen(actors, owner, lit, square, number == 0)
        if number and not counts[:9].sum() and not unclear[:9].sum() and rng.random() < 0.35:
            continue                         # enough patches of mere ground already
        crops.append(Crop(to_bytes(view), patch_kinds(actors, owner, lit, square), counts, unclear, "dimmed"))
    if rng.random() < 0.25:
        plain = foreground.crop(picture, union, np.ones_like(all_masks), settings)
        square = foreground.crop_square(union, width, height, rows, settings)
        counts, unclear = seen(actors, owner, everywhere, square, True)
        crops.append(Crop(to_bytes(plain), patch_kinds(actors, owner, everywhere, square), counts, unclear, "plain"))
    return crops


STYLES = ["dimmed", "plain", "empty", "flooded"]


def arrays(crops):
    """Crops as arrays: looks [N, 96, 96, 3], patches [N, 8, 8], counts [N, 12], unclear [N, 12], style [N]."""
    return {"looks": np.stack([c.look for c in crops]), "patches": np.stack([c.patches for c in crops]), "counts": np.stack([c.counts for c in crops]).astype(np.int8),
            "unclear": np.stack([c.unclear for c in crops]).astype(np.int8), "style": np.array([STYLES.index(c.style) for c in crops], np.int8)}


def render(directory, first_seed, scenes, shard=100, report=print):
    """Render scenes `first_seed`... into shards of `shard` scenes each; shards already there are kept."""
    directory.mkdir(parents=True, exist_ok=True)
    for start in range(first_seed, first_seed + scenes, shard):
        target = directory / f"{start:08d}.npz"
        if target.exists():
            continue
        crops = []
        for seed in range(start, min(start + shard, first_seed + scenes)):
            crops += scene_crops(seed)
        temporary = directory / f".{start:08d}.tmp.npz"
        np.savez(temporary, **arrays(crops))
        temporary.rename(target)
        report(f"{target.name}: {len(crops)} crops")
