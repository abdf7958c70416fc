"""A clip's plot: a place, a look, and happenings one after the other with empty time between them."""

from dataclasses import asdict, dataclass, field
from itertools import count

import numpy as np

from . import habits, happenings, queries
from .event_frames import facts_of
from .layout import random_model, random_spot
from .look import brighten, random_look
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
    events: list = field(default_factory=list)       # {"start", "end", "text", "anomalous", "kind", "grade", "height_share"}
    facts: list = field(default_factory=list)        # (meaning, start, end, grade)
    drift: tuple = (0.03, 40.0, 0.0)                 # exposure: amplitude, period in seconds, phase
    noise_seed: int = 0
    start_of_day: float = 36000.0                    # seconds, for the overlay clock
    slow: tuple = (0.0, 3000.0)                      # light that comes and goes over minutes: amplitude, period in seconds
    standing: list = field(default_factory=list)     # kinds of things that stand there all the time
    shares: dict = field(default_factory=dict)       # (meaning, start) -> height of the largest actor half way, as a share of the picture's
    unusual: bool = False                            # whether something unusual is meant to happen

    def add(self, happening, at, anomalous=False, kind=None):
        """Put a happening in at second `at`; `kind` says what it is where its name does not. False when it is seen for under 2 or over 20
        seconds."""
        for track in happening.tracks + happening.scenery:
            track.moved(at)
        span = visible_span(self.place.camera, happening.tracks, self.duration)
        if span is None or not 2 <= span[1] - span[0] <= 20:
            return False
        self.tracks += happening.tracks
        for track in happening.scenery:
            (_, x, y), *_ = track.points
            track.points = [(0.0, x, y), (self.duration, x, y)]
            self.tracks.append(track)
            self.standing.append(track.kind)
        kind = kind or happening.name
        acts = kind == "person falls" or any(meaning.startswith("does ") for _, meaning, _ in happening.facts)
        event = {"start": span[0], "end": span[1], "text": happening.text, "anomalous": anomalous, "kind": kind,
                 "grade": "activity" if acts else "coarse", "height_share": self._share(happening.tracks, 0.5 * (span[0] + span[1]))}
        if happening.truth:
            event["truth"] = happening.truth
        facts = facts_of(happening, self.place, *span)
        if facts:                            # what a describer should say of it, judged by `telling.judge`
            event["facts"] = asdict(facts)
        self.events.append(event)
        for tracks, meaning, grade in happening.facts:
            span = visible_span(self.place.camera, tracks, self.duration, doing=meaning[5:] if meaning.startswith("does ") else None)
            if span:
                self.facts.append((meaning, *span, grade))
                self.shares[meaning, span[0]] = self._share(tracks, 0.5 * (span[0] + span[1]))
        return True

    def _share(self, tracks, time):
        actors = [actor for actor in (track.at(time) for track in tracks) if actor is not None]
        return round(max((self.place.camera.share(actor.position, actor.model.size) for actor in actors), default=0.0), 3)

    def shown(self, time, rng):
        """The picture uint8 [H, W, 3] at a time, whose pixels are whose (`scene.draw`), and the actors. Noise is drawn from `rng`."""
        actors = [actor for actor in (track.at(time) for track in self.tracks) if actor is not None]
        amplitude, period, phase = self.drift
        exposure = 1 + amplitude * np.sin(2 * np.pi * time / period + phase) + self.slow[0] * np.sin(2 * np.pi * time / self.slow[1] + phase)
        picture, owner = draw(self.place, actors, time)
        return self.look.apply(picture, rng, self.start_of_day + time, exposure), owner, actors

    def picture(self, time, rng):
        """uint8 [H, W, 3] at a time."""
        return self.shown(time, rng)[0]

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
                present.append({"query": queries.word(rng, meaning), "start": start, "end": end, "grade": grade, "height_share": self.shares[meaning, start]})
        missing = [str(meaning) for meaning in rng.permutation(queries.absent({fact[0] for fact in self.facts}, self.standing))]
        count = max(1, round(0.75 * len(present)))
        # Of what is missing, as many activities as are asked for among what is there.
        acts = [meaning for meaning in missing if queries.grade(meaning) == "activity"]
        wanted = round(count * sum(row["grade"] == "activity" for row in present) / max(1, len(present)))
        chosen = (acts[:wanted] + [meaning for meaning in missing if meaning not in acts])[:count]
        absent = [{"query": queries.word(rng, meaning), "grade": queries.grade(meaning)} for meaning in chosen]
        return present, absent


def add_distractors(rng, story, ids):
    """Two or more things that are never asked for: lamps, patches of light, litter, swaying leaves."""
    spot = random_spot(rng, story.place, 1.7, 0.1, 0.4) if rng.random() < 0.3 else None
    if spot:
        story.tracks.append(Track("litter", random_foliage(rng), next(ids), [(0.0, *spot), (story.duration, *spot)], heading=0.0))
    for _ in range(int(rng.integers(2, 5) if story.duration < 200 else story.duration / 60)):
        kind = str(rng.choice(["lamp", "patch", "litter", "patch"]))
        spot = random_spot(rng, story.place, 1.0, 0.03, 0.3)
        if spot is None:
            continue
        begin = float(rng.uniform(0, story.duration - 3))
        length = float(rng.uniform(2, 8) if kind != "litter" else rng.uniform(2, 4))
        drift = rng.normal(0, 1.5, 2) if kind == "litter" else (0, 0)
        story.tracks.append(Track(kind, random_model(rng, kind), next(ids), [(begin, *spot), (begin + length, spot[0] + drift[0], spot[1] + drift[1])], heading=0.0))


def random_story(seed, kind):
    """The plot of one clip. `kind` = grounding (35-65 s, two to four happenings), anomaly (80-120 s, ordinary
    life, in half of the places of one habit (`habits`), and in six clips of ten one unusual thing late) or long (one to two hours of ordinary life at 2 frames a second, with
    unusual things strewn in)."""
    for attempt in range(100):
        story = _attempt(np.random.default_rng([seed, attempt]), kind)
        if story is not None:
            return story
    raise ValueError(f"seed {seed}: no place in which anything can happen")


BASIC = ["person", "vehicle", "people", "cyclist", "waits"]          # half of ordinary life


def _fill(rng, story, ids, kind):
    """Put happenings into a story, one after the other."""
    if kind == "anomaly" and rng.random() < 0.5:
        habits.fill(rng, story, ids)
        return
    unusual_things, ordinary = list(happenings.UNUSUAL), list(happenings.ORDINARY)
    if kind == "grounding":
        everything = ordinary + unusual_things
        wanted = [str(rng.choice(BASIC + ["bag", "dog", "fire", "smoke"] if rng.random() < 0.45 else everything)) for _ in range(9)]
        story.unusual = False
    else:
        usual = [str(n) for n in rng.permutation(BASIC)[:3]] + [str(n) for n in rng.permutation(ordinary)[:4]]
        gap = 14 if kind == "anomaly" else 45
        wanted = [usual[rng.integers(3) if rng.random() < 0.6 else rng.integers(len(usual))] for _ in range(int(story.duration / gap))]
        story.unusual = rng.random() < 0.6
    time, most = float(rng.uniform(4, 8)), int(rng.integers(2, 5)) if kind == "grounding" else 1 << 30
    limit = story.duration - (28 if story.unusual and kind == "anomaly" else 3)
    next_unusual = float(rng.uniform(400, 1500)) if kind == "long" else np.inf
    for name in wanted:
        if len(story.events) == most:
            break
        if time > next_unusual:
            name, next_unusual = str(rng.choice(unusual_things)), time + float(rng.uniform(600, 2400))
        make = happenings.ORDINARY.get(name) or happenings.UNUSUAL[name]
        happening = make(rng, story.place, ids)
        if happening is None or time + happening.end > limit:
            continue
        if kind != "grounding" and happening.scenery and rng.random() < 0.7:
            continue                         # a place does not fill up with doors and parked cars
        if story.add(happening, time, name in happenings.UNUSUAL):
            pause = rng.uniform(4, 9) if kind != "long" else rng.exponential(30) + 4
            time = max(story.events[-1]["end"], time) + float(pause)
    if story.unusual and kind == "anomaly":
        for _ in range(6):
            happening = happenings.UNUSUAL[str(rng.choice(unusual_things))](rng, story.place, ids)
            if happening and story.add(happening, max(time, story.duration - 27), True):
                break


def _attempt(rng, kind):
    place = random_place(rng, WIDTH, HEIGHT)
    duration = {"grounding": rng.uniform(35, 65), "anomaly": rng.uniform(80, 120), "long": rng.uniform(3600, 7200)}[kind]
    look = brighten(random_look(rng, place.light), place.empty)
    look.jpeg = 0                            # the video codec does it
    story = Story(place, look, float(round(duration)), 2.0 if kind == "long" else 12.5, drift=(float(rng.uniform(0, 0.05)), float(rng.uniform(20, 90)), float(rng.uniform(0, 6))),
                  noise_seed=int(rng.integers(1 << 31)), start_of_day=float(rng.uniform(0, 86000)))
    if kind == "long":
        story.slow = (float(rng.uniform(0.05, 0.2)), float(rng.uniform(1500, 6000)))
    ids = (1 + i % 250 for i in count())
    _fill(rng, story, ids, kind)
    enough = 2 if kind == "grounding" else 3
    if len(story.events) < enough or (kind == "anomaly" and story.unusual and not any(event["anomalous"] for event in story.events)):
        return None
    add_distractors(rng, story, ids)
    return story
