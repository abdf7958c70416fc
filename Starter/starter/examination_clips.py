"""Clips of the examination: nine seconds of one meaning, the first two of them empty, with distractors.

`SMALL` items have actors of 4 to 10 % of the picture's height, the others of 10 to 40 %.
"""

from itertools import count
from multiprocessing import get_context

import cv2
import numpy as np

from . import activities, examination, sentences, video
from .crops import KINDS, NUISANCES, SIZE_OF
from .layout import as_track, place_actor, random_spot
from .look import brighten, random_look
from .place import random_place
from .scene import Actor
from .story import HEIGHT, WIDTH, Story, add_distractors

EMPTY, SECONDS, FPS, LABELLED = 2.0, 9.0, 5.0, 2.0          # seconds, seconds, frames a second, labelled frames a second
USUAL, SMALL = (0.10, 0.40), (0.04, 0.10)
_FIRST = {"person": "person", "several people": "person", "crowd": "person", "car": "car", "van": "van", "truck": "truck", "bicycle": "cyclist", "motorcycle": "motorcycle", "dog": "dog", "bag": "bag",
          "fire": "fire", "smoke": "smoke"}
_COUNT = {"several people": (3, 5), "crowd": (7, 12)}


def _tracks(rng, place, ids, meaning, band):
    """Tracks from second 0 on that show a meaning; None when there is no room."""
    if meaning.startswith("does "):
        name = meaning[5:]
        first = activities.ACTIVITIES[name][1]
        if place.kind == "room" and first in ("car", "motorcycle"):
            return None
        spot = random_spot(rng, place, SIZE_OF[first][0], *band, 0.15)
        return spot and activities.make(rng, ids, name, spot, seconds=SECONDS - EMPTY)
    kind = _FIRST[meaning]
    if place.kind == "room" and kind in ("car", "van", "truck", "motorcycle"):
        return None
    size = SIZE_OF.get(kind, SIZE_OF["car"])[0]
    spot = random_spot(rng, place, size, *band, 0.15)
    if spot is None:
        return None
    low, high = _COUNT.get(meaning, (1, 1))
    tracks = []
    for _ in range(int(rng.integers(low, high + 1))):
        actor = place_actor(rng, place, kind, next(ids), spot)
        if actor is None:
            return None
        actor.gait = "stand" if kind not in ("cyclist", "motorcycle") and rng.random() < 0.5 else "walk"
        if low == 1:
            actor.position = spot
        tracks.append(as_track(rng, actor, 0.5 * (SECONDS - EMPTY)).moved(0.5 * (SECONDS - EMPTY)))
    return tracks


def item(seed, meaning, small=False):
    """A story of one meaning."""
    number = examination.MEANINGS.index(meaning)
    for attempt in range(200):
        rng = np.random.default_rng([seed, number, int(small), attempt])
        place = random_place(rng, WIDTH, HEIGHT)
        look = brighten(random_look(rng, place.light), place.empty)
        look.jpeg = 0
        story = Story(place, look, SECONDS, FPS, drift=(float(rng.uniform(0, 0.04)), float(rng.uniform(20, 90)), 0.0), noise_seed=int(rng.integers(1 << 31)), start_of_day=float(rng.uniform(0, 86000)))
        ids = (1 + i % 250 for i in count())
        if meaning != "nothing":
            tracks = _tracks(rng, place, ids, meaning, SMALL if small else USUAL)
            if tracks is None:
                continue
            story.tracks = [track.moved(EMPTY) for track in tracks]
        wanted = {track.identity for track in story.tracks}
        if wanted and len(_labels(story, wanted)[0]) < 4:
            continue
        add_distractors(rng, story, ids)
        return story
    raise ValueError(f"seed {seed}: no place for {meaning}")


def _labels(story, identities=None):
    """Times at which something is clearly seen, and the truth of every meaning then, int8 [times, meanings]. With `identities` only a quick
    look at whether these are in the picture."""
    times, rows = [], []
    for time in np.arange(EMPTY + 0.5, SECONDS - 0.01, 1 / LABELLED):
        actors = [actor for actor in (track.at(float(time)) for track in story.tracks) if actor is not None]
        if identities is not None:
            first = next((actor for actor in actors if actor.identity in identities and actor.kind not in NUISANCES), None)
            if first and story.place.camera.inside(story.place.camera.project(np.array([[*first.position, z * first.model.size] for z in (0.1, 0.9)]))[0]):
                times.append(float(time))
            continue
        _, owner, actors = story.shown(float(time), np.random.default_rng(0))
        counts, unclear, acts = np.zeros((1, len(KINDS)), np.int8), np.zeros((1, len(KINDS)), np.int8), np.zeros((1, len(activities.NAMES)), np.int8)
        pixels = np.bincount(owner.ravel(), minlength=256)
        for actor in actors:
            kind, clear = KINDS.index(actor.kind), _clear(story.place.camera, actor, pixels[actor.identity])
            (counts if clear else unclear)[0, kind] += 1 if actor.kind in NUISANCES or clear or pixels[actor.identity] > 8 else 0
            for name in actor.doing:
                index = activities.NAMES.index(name)
                acts[0, index] = 1 if clear or acts[0, index] == 1 else -1
        times.append(float(time)), rows.append(sentences.truth_table(counts, unclear, acts)[0])
    return times, rows


def _clear(camera, actor: Actor, pixels):
    """Whether at least a tenth of the square of its height is seen of an actor, and 40 pixels."""
    tall = camera.share(actor.position, actor.model.size) * camera.height
    return bool(pixels >= max(40, 0.08 * tall * tall * (0.5 if actor.kind in ("bag", "puddle") else 1)))


def describe(story, meaning):
    """What is true in a clip: {"meaning", "times" at which it is asked, "true": meanings, "false": meanings of the examination}, or None
    when the meaning is hardly ever clearly seen."""
    columns = [sentences.NAMES.index(name) for name in examination.MEANINGS]
    times, rows = _labels(story)
    rows = np.array(rows)[:, columns]
    own = examination.MEANINGS.index(meaning)
    if meaning == "nothing":
        false = [name for name in examination.MEANINGS if name != meaning]
        return {"meaning": meaning, "times": times, "true": [meaning], "false": false}
    asked = rows[:, own] == 1
    if asked.sum() < 3:
        return None
    rows = rows[asked]
    return {"meaning": meaning, "times": [time for time, keep in zip(times, asked) if keep], "true": [name for i, name in enumerate(examination.MEANINGS) if (rows[:, i] == 1).all()],
            "false": [name for i, name in enumerate(examination.MEANINGS) if (rows[:, i] == 0).all()]}


def _tallest(story, times):
    """Median over times of the tallest actor's share of the height, nuisances left out."""
    shares = [max((story.place.camera.share(a.position, a.model.size) for a in (t.at(time) for t in story.tracks) if a and a.kind not in NUISANCES), default=0.0) for time in times]
    return round(float(np.median(shares)), 3)


def render(task):
    """Write one clip; its entry for the list of items. `task` = (seed, meaning, small, path)."""
    seed, meaning, small, path = task
    cv2.setNumThreads(1)
    for step in range(50):                       # until what is asked for can be seen
        story = item(seed + 7919 * step, meaning, small)
        truth = describe(story, meaning)
        if truth:
            break
    else:
        raise ValueError(f"seed {seed}: {meaning} is never seen")
    rng = np.random.default_rng([seed, 7])
    frames = video.write(path, story.pictures(), story.fps, int(rng.integers(24, 32)))
    return {"file": path.name, "frames": frames, "small": small, "share": _tallest(story, truth["times"]), "light": story.place.light.time_of_day, "place": story.place.kind, **truth}


def render_all(folder, seed, items, small_items, processes):
    """Clips of every meaning in a folder; the list of items."""
    folder.mkdir(parents=True, exist_ok=True)
    tasks = []
    for number, meaning in enumerate(examination.MEANINGS):
        for k in range(items + (small_items if meaning != "nothing" else 0)):
            small = k >= items
            tasks.append((seed + k, meaning, small, folder / f"{number:02d}-{k:02d}{'-small' if small else ''}.mp4"))
    if processes <= 1:
        return list(map(render, tasks))
    with get_context("spawn").Pool(processes) as pool:
        return list(pool.imap(render, tasks, chunksize=4))
