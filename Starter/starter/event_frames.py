"""Events for the describer: a few frames of a rendered event, which kind is where in them, and what is to be said."""

from dataclasses import dataclass
from itertools import count

import cv2
import numpy as np

from . import happenings
from .crops import KINDS, NUISANCES
from .layout import random_model, random_spot
from .look import brighten, random_look
from .place import random_place
from .scene import draw
from .telling import DIRECTIONS, MOTOR, STILL, WHERE, Facts, direction_of
from .tracks import Track, visible_span

FRAMES, SIDE, PATCHES = 4, 192, 16
SUBJECTS = ["nothing", "person", "cyclist", "motorcycle", "dog", "animal", "car", "van", "truck", "bag", "fire", "smoke", "steam", "puddle"]


@dataclass
class Sample:
    """`frames` uint8 [4, 192, 192, 3], evenly over the event; `patches` int8 [4, 16, 16] (kind of KINDS, -1 = none)."""

    frames: np.ndarray
    patches: np.ndarray
    facts: Facts


def main_tracks(happening):
    """What an event is about: a kind, and the tracks of that kind."""
    kinds = [track.kind for track in happening.tracks]
    wanted = [happening.truth["subject"]] if happening.truth else ["fire", "smoke", "steam", "person", "cyclist", "motorcycle", "truck", "van", "car", "dog", "animal", "bag", "puddle"]
    for kind in wanted:
        if kind in kinds:
            tracks = [track for track in happening.tracks if track.kind == kind]
            acting = [track for track in tracks if happening.truth and any(what == happening.truth["action"] for *_, what in track.doing)]
            return kind, acting or tracks
    return None, []


def action_of(kind, happening, tracks, direction, start, end):
    """The activity of an event."""
    if happening.truth:
        return happening.truth["action"]
    if kind in ("fire", "smoke", "steam", "bag", "puddle"):
        return {"bag": "bag alone", "puddle": "spill"}.get(kind, kind)
    if kind in MOTOR:
        return "park" if direction == "stays" else "drive"
    if kind in ("cyclist", "motorcycle"):
        return "ride a bicycle" if kind == "cyclist" else "ride a motorcycle"
    gaits = {}
    for time in np.linspace(start, end, 15):
        for track in tracks:
            actor = track.at(time)
            if actor is not None:
                gaits[actor.gait] = gaits.get(actor.gait, 0) + 1
    total = sum(gaits.values())
    if kind in ("dog", "animal"):
        return "animal runs" if gaits.get("run", 0) > 0.5 * total else "animal walks" if direction != "stays" else "animal stands"
    if any(track.kind == "bag" for track in happening.tracks):
        return "leave a bag"
    if gaits.get("lie", 0) > 0.15 * total:
        return "lie"
    if gaits.get("run", 0) > 0.3 * total:
        return "run"
    return "stand" if direction == "stays" and gaits.get("stand", 0) > 0.25 * total else "walk"


def facts_of(happening, place, start, end):
    """Facts of a happening between two times of its tracks; None when its subject is not seen then."""
    kind, tracks = main_tracks(happening)
    direction = direction_of(place.camera, tracks, start, end) if kind else None
    if direction is None:
        return None
    seen, share = 0, 0.0
    for track in tracks:
        middles = [track.at(t) for t in np.linspace(start, end, 7)]
        inside = [a for a in middles if a is not None and place.camera.inside(place.camera.project(np.array([*a.position, 0.5 * a.model.size]))[0])]
        if inside:
            seen += 1
            share = max(share, max(place.camera.share(a.position, a.model.size) for a in inside))
    if not seen:
        return None
    if kind in STILL:
        seen, direction = 1, "stays"
    vehicles = 0 if kind in MOTOR else sum(track.kind in MOTOR for track in happening.tracks + happening.scenery)
    action = action_of(kind, happening, tracks, direction, start, end)
    return Facts(kind, seen, direction, place.kind, action, place.light.time_of_day in ("night", "infrared"), float(min(share, 1.0)), vehicles)


def _approach(rng, place, ids):
    """One or two people, or a vehicle, towards or away from the camera."""
    kind = str(rng.choice(["person", "person", "car", "van", "cyclist"]))
    model = random_model(rng, kind)
    camera = place.camera
    for _ in range(60):
        u0 = rng.uniform(0.15, 0.85)
        u1 = np.clip(u0 + rng.uniform(-0.12, 0.12), 0.05, 0.95)
        v0, v1 = rng.uniform(0.15, 0.55), rng.uniform(0.6, 0.95)
        far, near = camera.ground(np.array([(u0 * camera.width, v0 * camera.height), (u1 * camera.width, v1 * camera.height)]))
        length = float(np.hypot(*(near - far)))
        if not 1.5 < length < 25 or not place.holds(*far) or not place.holds(*near) or not 0.07 < camera.share(near, model.size) < 0.6 or camera.share(far, model.size) < 0.05:
            continue
        a, b = (far, near) if rng.random() < 0.5 else (near, far)
        seconds = float(np.clip(length / rng.uniform(0.9, 2.0) / (2.5 if kind not in ("person",) else 1), 2, 18))
        tracks = [Track(kind, model, next(ids), [(0.0, *map(float, a)), (seconds, *map(float, b))])]
        if kind == "person" and rng.random() < 0.3:
            dx = float(rng.choice([-0.9, 0.9]))
            tracks.append(Track(kind, random_model(rng, kind), next(ids), [(0.0, a[0] + dx, float(a[1])), (seconds, b[0] + dx, float(b[1]))]))
        return happenings.Happening("approach", "", tracks)
    return None


def _standing(rng, place, ids):
    """One to five people, or a vehicle, in one spot."""
    kind = str(rng.choice(["person", "person", "person", "car", "van", "truck", "dog", "bag"]))
    first = random_spot(rng, place, 1.7 if kind == "person" else 1.5 if kind == "car" else 0.6 if kind in ("dog", "bag") else 2.3, *((0.1, 0.45) if kind not in ("dog", "bag") else (0.05, 0.2)))
    if first is None:
        return None
    tracks = []
    for index in range(int(rng.integers(1, 6)) if kind == "person" else 1):
        spot = first if index == 0 else (first[0] + float(rng.normal(0, 1.2)), first[1] + float(rng.normal(0, 0.9)))
        if place.holds(*spot):
            tracks.append(Track(kind, random_model(rng, kind), next(ids), [(0.0, *spot), (9.0, *spot)], heading=float(rng.uniform(0, 6.28))))
    return happenings.Happening("standing", "", tracks) if tracks else None


def _happening(rng, place, ids):
    choice = rng.random()
    if choice < 0.06:
        return happenings.Happening("nothing", "", [])
    if choice < 0.2:
        return _approach(rng, place, ids)
    if choice < 0.3:
        return _standing(rng, place, ids)
    if choice < 0.42:
        kind = str(rng.choice(["car", "van", "truck"]))
        return happenings.vehicle_passes(rng, place, ids, kind)
    if choice < 0.5:
        return happenings.ORDINARY[str(rng.choice(["person", "waits", "runs", "cyclist", "dog", "bag"]))](rng, place, ids)
    if choice < 0.6:
        return happenings.people_cross(rng, place, ids, "run" if rng.random() < 0.15 else "walk", int(rng.integers(2, 7)))
    table = happenings.UNUSUAL if rng.random() < 0.4 else happenings.ORDINARY
    return table[str(rng.choice(list(table)))](rng, place, ids)


def _nuisances(rng, place, ids, end):
    tracks = []
    for _ in range(int(rng.choice(4, p=[0.35, 0.3, 0.2, 0.15]))):
        kind = str(rng.choice(["lamp", "patch", "litter", "patch"]))
        spot = random_spot(rng, place, 1.0, 0.03, 0.3)
        if spot:
            begin = float(rng.uniform(-4, end))
            tracks.append(Track(kind, random_model(rng, kind), next(ids), [(begin, *spot), (begin + float(rng.uniform(2, 9)), *spot)], heading=0.0))
    return tracks


def patch_map(owner, tracks):
    """int8 [16, 16]: the kind that is most in each patch, -1 where under a tenth of it is covered."""
    kinds = np.full(256, -1, np.int8)
    for track in tracks:
        kinds[track.identity] = KINDS.index(track.kind)
    height, width = owner.shape
    ys, xs = ((np.arange(96) + 0.5) * height / 96).astype(int), ((np.arange(96) + 0.5) * width / 96).astype(int)
    small = kinds[owner[ys[:, None], xs[None, :]]].reshape(16, 6, 16, 6).transpose(0, 2, 1, 3).reshape(256, 36)
    best, most = np.full(256, -1, np.int8), np.full(256, 3)
    for kind in range(len(KINDS)):
        if KINDS[kind] in NUISANCES:
            continue
        votes = (small == kind).sum(1)
        best = np.where(votes > most, kind, best)
        most = np.maximum(votes, most)
    return best.astype(np.int8).reshape(16, 16)


def scene_events(seed, wanted=5):
    """Some events of one place."""
    rng = np.random.default_rng([seed, 77])
    width, height = [(320, 180), (352, 198), (480, 270), (320, 240)][rng.choice(4, p=[0.5, 0.25, 0.15, 0.1])]
    place = random_place(rng, width, height)
    look = brighten(random_look(rng, place.light), place.empty)
    look.noise *= 0.6 * width / 480
    look.blur *= 0.6
    look.jpeg = int(rng.uniform(45, 95))
    samples = []
    for attempt in range(3 * wanted):
        if len(samples) == wanted:
            break
        ids = (1 + i % 250 for i in count())
        happening = _happening(rng, place, ids)
        if happening is None:
            continue
        if not happening.tracks:
            start, end = 0.0, float(rng.uniform(3, 12))
            facts = Facts("nothing", 0, "stays", place.kind, "nothing", place.light.time_of_day in ("night", "infrared"), 0.0)
        else:
            span = visible_span(place.camera, main_tracks(happening)[1], 40.0, 0.2)
            if span is None or span[1] - span[0] < 1.5:
                continue
            start, end = span[0] + 0.05, span[1] - 0.05
            doing = [(a, b) for track in happening.tracks for a, b, what in track.doing if happening.truth and what == happening.truth["action"]]
            if rng.random() < 0.4 and doing:             # what was found is the doing, without all of the coming and going
                start, end = max(start, min(a for a, _ in doing) - float(rng.uniform(0, 2))), min(end, max(b for _, b in doing) + float(rng.uniform(0, 2)))
            elif rng.random() < 0.3 and end - start > 4 and not doing:
                a, b = sorted(rng.uniform(start, end, 2))
                if b - a > 2.5:
                    start, end = float(a), float(b)
            if end - start < 1:
                continue
            end = min(end, start + 20)
            facts = facts_of(happening, place, start, end)
            if facts is None or facts.share < 0.05:
                continue
        tracks = happening.tracks + happening.scenery + _nuisances(rng, place, ids, end)
        margin = rng.uniform(0.02, 0.1) * (end - start)
        times = np.linspace(start + margin, end - margin, FRAMES) + rng.normal(0, 0.02 * (end - start), FRAMES)
        frames, patches = np.empty((FRAMES, SIDE, SIDE, 3), np.uint8), np.empty((FRAMES, PATCHES, PATCHES), np.int8)
        for index, time in enumerate(np.clip(times, start, end)):
            actors = [actor for actor in (track.at(float(time)) for track in tracks) if actor is not None]
            picture, owner = draw(place, actors, float(time))
            picture = look.apply(picture, rng, 36000 + float(time), float(rng.normal(1, 0.02)))
            frames[index] = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
            patches[index] = patch_map(owner, tracks)
        samples.append(Sample(frames, patches, facts))
    return samples


def arrays(samples):
    """Samples as arrays: frames, patches, facts [N, 7] (subject, number, direction, place, dark, share in percent, vehicles), actions (names)."""
    rows = [(SUBJECTS.index(s.facts.subject), s.facts.number, list(DIRECTIONS).index(s.facts.direction), list(WHERE).index(s.facts.place), int(s.facts.dark),
             int(round(100 * s.facts.share)), s.facts.vehicles) for s in samples]
    return {"frames": np.stack([s.frames for s in samples]), "patches": np.stack([s.patches for s in samples]), "facts": np.array(rows, np.int16),
            "actions": np.array([s.facts.action for s in samples])}


def facts_at(data, row):
    subject, number, direction, place, dark, share, vehicles = map(int, data["facts"][row])
    return Facts(SUBJECTS[subject], number, list(DIRECTIONS)[direction], list(WHERE)[place], str(data["actions"][row]), bool(dark), share / 100, vehicles)
