"""A clip's plot: a place, a look, and happenings one after the other with empty time between them."""

from dataclasses import dataclass, field
from itertools import count

import numpy as np

from . import happenings, queries
from .layout import random_model, random_spot
from .look import random_look
from .place import random_place
from .scene import draw
from .things import random_foliage
from .tracks import Track, visible_span

WIDTH, HEIGHT = 640, 360


@dataclass
class Story:
    place: object
    look: object
    duration: float
    fps: float
    tracks: list = field(default_factory=list)
    events: list = field(default_factory=list)       # {"start", "end", "text", "anomalous"}
    facts: list = field(default_factory=list)        # (meaning, start, end, grade)
    drift: tuple = (0.03, 40.0, 0.0)                 # exposure: amplitude, period in seconds, phase
    noise_seed: int = 0
    start_of_day: float = 36000.0                    # seconds, for the overlay clock

    def add(self, happening, at, anomalous=False):
        """Put a happening in at second `at`. False when it is seen for under 2 or over 20 seconds."""
        for track in happening.tracks:
            track.moved(at)
        span = visible_span(self.place.camera, happening.tracks, self.duration)
        if span is None or not 2 <= span[1] - span[0] <= 20:
            return False
        self.tracks += happening.tracks
        self.events.append({"start": span[0], "end": span[1], "text": happening.text, "anomalous": anomalous})
        for tracks, meaning, grade in happening.facts:
            span = visible_span(self.place.camera, tracks, self.duration)
            if span:
                self.facts.append((meaning, *span, grade))
        return True

    def picture(self, time, rng):
        """uint8 [H, W, 3] at a time. Noise is drawn from `rng`."""
        actors = [actor for actor in (track.at(time) for track in self.tracks) if actor is not None]
        amplitude, period, phase = self.drift
        exposure = 1 + amplitude * np.sin(2 * np.pi * time / period + phase)
        return self.look.apply(draw(self.place, actors, time)[0], rng, self.start_of_day + time, exposure)

    def pictures(self):
        rng = np.random.default_rng(self.noise_seed)
        for index in range(int(round(self.duration * self.fps))):
            yield self.picture(index / self.fps, rng)

    def manifest_queries(self, rng):
        """(present, absent): a query with its span for every meaning that holds exactly once, and three for every four of these
        (at least one) for what the clip does not hold."""
        present = []
        for meaning in dict.fromkeys(fact[0] for fact in self.facts):
            spans = [fact for fact in self.facts if fact[0] == meaning]
            if len(spans) == 1:
                _, start, end, grade = spans[0]
                present.append({"query": queries.word(rng, meaning), "start": start, "end": end, "grade": grade})
        families = {queries.FAMILIES[fact[0]] for fact in self.facts}
        if "bicycles" in families:
            families.add("people")           # a rider is a person
        missing = [meaning for meaning, family in queries.FAMILIES.items() if family not in families]
        absent = [{"query": queries.word(rng, str(meaning)), "grade": "activity" if meaning in queries.ACTIVITIES else "coarse"}
                  for meaning in rng.permutation(missing)[:max(1, round(0.75 * len(present)))]]
        return present, absent


def _distractors(rng, story, ids):
    """Two or more things that are never asked for: lamps, patches of light, litter, swaying leaves."""
    spot = random_spot(rng, story.place, 1.7, 0.1, 0.4) if rng.random() < 0.3 else None
    if spot:
        story.tracks.append(Track("litter", random_foliage(rng), next(ids), [(0.0, *spot), (story.duration, *spot)], heading=0.0))
    for _ in range(int(rng.integers(2, 5))):
        kind = str(rng.choice(["lamp", "patch", "litter", "patch"]))
        spot = random_spot(rng, story.place, 1.0, 0.03, 0.3)
        if spot is None:
            continue
        begin = float(rng.uniform(0, story.duration - 3))
        length = float(rng.uniform(2, 8) if kind != "litter" else rng.uniform(2, 4))
        drift = rng.normal(0, 1.5, 2) if kind == "litter" else (0, 0)
        story.tracks.append(Track(kind, random_model(rng, kind), next(ids), [(begin, *spot), (begin + length, spot[0] + drift[0], spot[1] + drift[1])], heading=0.0))


def random_story(seed, kind):
    """The plot of one clip. `kind` = grounding (35-65 s, two to four happenings), anomaly (70-110 s, ordinary
    life and in six clips of ten one unusual thing late) or long (as anomaly, 8-12 min)."""
    for attempt in range(100):
        story = _attempt(np.random.default_rng([seed, attempt]), kind)
        if story is not None:
            return story
    raise ValueError(f"seed {seed}: no place in which anything can happen")


def _attempt(rng, kind):
    place = random_place(rng, WIDTH, HEIGHT)
    duration = {"grounding": rng.uniform(35, 65), "anomaly": rng.uniform(80, 120), "long": rng.uniform(480, 720)}[kind]
    look = random_look(rng, place.light)
    look.jpeg = 0                            # the video codec does it
    story = Story(place, look, float(round(duration)), 12.5, drift=(float(rng.uniform(0, 0.05)), float(rng.uniform(20, 90)), float(rng.uniform(0, 6))),
                  noise_seed=int(rng.integers(1 << 31)), start_of_day=float(rng.uniform(0, 86000)))
    ids = (1 + i % 250 for i in count())
    names = list(happenings.ORDINARY)
    if kind == "grounding":
        wanted = [str(n) for n in rng.permutation(names + ["vehicle", "people", "fire", "smoke"])[:7]]
    else:
        usual = [str(n) for n in rng.permutation(["person", "vehicle", "people", "cyclist", "waits"])[:3]]
        wanted = [usual[rng.integers(3)] for _ in range(int(duration / 14))]
    unusual = kind != "grounding" and rng.random() < 0.6
    time, done, most = float(rng.uniform(4, 8)), 0, int(rng.integers(2, 5))
    limit = story.duration - (28 if unusual else 3)
    for name in wanted:
        make = happenings.ORDINARY.get(name) or happenings.UNUSUAL[name]
        if kind == "grounding" and done == most:
            break
        happening = make(rng, place, ids)
        if happening is None or time + happening.end > limit:
            continue
        if story.add(happening, time, name in happenings.UNUSUAL):
            done += 1
            time = max(story.events[-1]["end"], time) + float(rng.uniform(4, 9))
    if done < (2 if kind == "grounding" else 3):
        return None
    if unusual:
        happening = happenings.UNUSUAL[str(rng.choice(list(happenings.UNUSUAL)))](rng, place, ids)
        if happening is None or not story.add(happening, max(time, story.duration - 27), True):
            return None
    _distractors(rng, story, ids)
    return story
