"""What can happen in a clip: each happening makes tracks and says what is then true."""

from dataclasses import dataclass, field

from .burning import Fire, Smoke
from .figures import Cyclist, random_person
from .layout import random_model, random_spot
from .things import random_bag
from .tracks import Track, way_across, with_stop
from .vehicles import PAINT, random_vehicle


@dataclass
class Happening:
    """`tracks` begin at second 0. `facts` are [(tracks seen, meaning, grade)]: the meaning holds while any of these is in the picture.
    `text` describes it for people."""

    name: str
    text: str
    tracks: list
    facts: list = field(default_factory=list)

    @property
    def end(self):
        return max(track.end for track in self.tracks)


PEOPLE_SHARE, VEHICLE_SHARE = (0.11, 0.42), (0.09, 0.4)


def person_crosses(rng, place, ids, gait="walk"):
    person = random_person(rng)
    speed = (2.4, 4.0) if gait == "run" else (0.9, 1.7)
    way = way_across(rng, place, person.size, 0.5, *PEOPLE_SHARE, speed)
    if way is None:
        return None
    track = Track("person", person, next(ids), way[1], gait)
    word = "runs" if gait == "run" else "walks"
    facts = [([track], "person", "coarse")] + ([([track], "person runs", "activity")] if gait == "run" else [])
    return Happening("person " + word, f"A person {word} through the picture.", [track], facts)


def person_waits(rng, place, ids):
    person = random_person(rng)
    way = way_across(rng, place, person.size, 0.5, *PEOPLE_SHARE, (0.9, 1.7), longest=13)
    if way is None:
        return None
    track = Track("person", person, next(ids), with_stop(way, float(rng.uniform(3, 6)), float(rng.uniform(0.35, 0.65)))[1])
    return Happening("person waits", "A person comes, stands for a while and goes on.", [track], [([track], "person", "coarse"), ([track], "person waits", "activity")])


def people_cross(rng, place, ids, gait="walk", count=None):
    count = count or int(rng.integers(3, 6))
    way = way_across(rng, place, 1.7, 1.5, *PEOPLE_SHARE, (2.4, 3.6) if gait == "run" else (0.9, 1.5))
    if way is None:
        return None
    (t0, x0, y0), (t1, x1, y1) = way[1]
    tracks = []
    for i in range(count):
        dx, dy = rng.uniform(-1.6, 1.6), rng.uniform(-1.0, 1.0)
        lag = float(rng.uniform(0, 1.2))
        tracks.append(Track("person", random_person(rng), next(ids), [(t0 + lag, x0 + dx, y0 + dy), (t1 + lag, x1 + dx, y1 + dy)], gait))
    facts = [(tracks, "person", "coarse"), (tracks, "several people", "coarse")] + ([(tracks, "people run", "activity")] if gait == "run" else [])
    return Happening("people " + gait, f"{count} people {gait} through the picture together.", tracks, facts)


def vehicle_passes(rng, place, ids, kind=None):
    vehicle = random_vehicle(rng, kind)
    way = way_across(rng, place, vehicle.size, 0.6 * vehicle.length, *VEHICLE_SHARE, (1.8, 6.5), shortest=5.0)
    if way is None:
        return None
    if rng.random() < 0.4:
        way = with_stop(way, float(rng.uniform(3, 6)))
    track = Track(vehicle.kind, vehicle, next(ids), way[1])
    return Happening("vehicle passes", f"A {vehicle.kind} drives through the picture.", [track], [([track], "vehicle", "coarse"), ([track], vehicle.kind, "coarse")])


def cyclist_passes(rng, place, ids):
    cyclist = Cyclist(random_person(rng), PAINT[rng.integers(len(PAINT))])
    way = way_across(rng, place, cyclist.size, 1.0, *PEOPLE_SHARE, (1.8, 4.0), shortest=4.0)
    if way is None:
        return None
    track = Track("cyclist", cyclist, next(ids), way[1])
    return Happening("cyclist passes", "A cyclist rides through the picture.", [track], [([track], "bicycle", "coarse")])


def dog_passes(rng, place, ids):
    dog = random_model(rng, "dog")
    way = way_across(rng, place, dog.size, 0.8, 0.05, 0.25, (0.8, 2.5), shortest=4.0)
    if way is None:
        return None
    track = Track("dog", dog, next(ids), way[1])
    return Happening("dog passes", "A dog runs through the picture.", [track], [([track], "dog", "coarse")])


def bag_left(rng, place, ids, stays=None):
    person = random_person(rng)
    way = way_across(rng, place, person.size, 0.5, *PEOPLE_SHARE, (0.9, 1.7), longest=13)
    if way is None:
        return None
    stop = float(rng.uniform(1.5, 3))
    time, points = with_stop(way, stop, float(rng.uniform(0.35, 0.65)))
    walker = Track("person", person, next(ids), points)
    put, x, y = points[2]
    bag = Track("bag", random_bag(rng), next(ids), [(put - 0.5 * stop, x + 0.25, y), (time + (stays or float(rng.uniform(8, 14))), x + 0.25, y)], heading=0.0)
    return Happening("bag left", "A person puts a bag down and goes away without it.", [walker, bag], [([walker], "person", "coarse"), ([bag], "bag", "coarse")])


def _burning(rng, place, ids, kinds, seconds):
    spot = random_spot(rng, place, 1.5, 0.12, 0.4, 0.15)
    if spot is None:
        return None
    tracks = []
    for kind in kinds:
        seed = int(rng.integers(1 << 30))
        model = Fire(float(rng.uniform(1.0, 1.9)), seed) if kind == "fire" else Smoke(float(rng.uniform(3.0, 5.0)), seed)
        begin = 0.0 if kind == kinds[0] else float(rng.uniform(0, 1.5))
        tracks.append(Track(kind, model, next(ids), [(begin, *spot), (seconds, *spot)], heading=0.0))
    return tracks


def fire(rng, place, ids, seconds=None):
    tracks = _burning(rng, place, ids, ["fire", "smoke"], seconds or float(rng.uniform(9, 16)))
    return tracks and Happening("fire", "Something burns, with flames and smoke.", tracks, [([tracks[0]], "fire", "coarse"), (tracks, "burning", "coarse")])


def smoke(rng, place, ids, seconds=None):
    tracks = _burning(rng, place, ids, ["smoke"], seconds or float(rng.uniform(9, 16)))
    return tracks and Happening("smoke", "Smoke rises from one place.", tracks, [(tracks, "smoke", "coarse")])


def person_falls(rng, place, ids):
    person = random_person(rng)
    way = way_across(rng, place, person.size, 0.5, *PEOPLE_SHARE, (0.9, 1.7), longest=13)
    if way is None:
        return None
    track = Track("person", person, next(ids), with_stop(way, float(rng.uniform(6, 10)))[1], still="lie")
    return Happening("person falls", "A person falls, lies on the ground and goes on after a while.", [track], [([track], "person", "coarse"), ([track], "person lies", "activity")])


ORDINARY = {"person": person_crosses, "waits": person_waits, "people": people_cross, "vehicle": vehicle_passes, "cyclist": cyclist_passes, "dog": dog_passes,
            "runs": lambda r, p, i: person_crosses(r, p, i, "run"), "bag": bag_left}
UNUSUAL = {"fire": fire, "smoke": smoke, "rush": lambda r, p, i: people_cross(r, p, i, "run", int(r.integers(5, 9))), "falls": person_falls}
