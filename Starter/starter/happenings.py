"""What can happen in a clip: each happening makes tracks and says what is then true."""

from dataclasses import dataclass, field

import numpy as np

from . import activities, captions
from .burning import Fire, Smoke
from .figures import Cyclist, random_person
from .layout import random_model, random_spot
from .things import random_bag
from .tracks import Track, way_across, with_stop
from .vehicles import PAINT, random_vehicle


@dataclass
class Happening:
    """`tracks` begin at second 0. `facts` are [(tracks seen, meaning, grade)]: the meaning holds while any of these is in the picture
    and, for an activity (`does …`), does it. `text` describes it for people. `scenery` are tracks of things that stand there all the
    time. `truth` says the same in parts: subject (a kind), number, action (an activity)."""

    name: str
    text: str
    tracks: list
    facts: list = field(default_factory=list)
    scenery: list = field(default_factory=list)
    truth: dict = field(default_factory=dict)

    @property
    def end(self):
        return max(track.end for track in self.tracks)


PEOPLE_SHARE, VEHICLE_SHARE = (0.05, 0.4), (0.05, 0.4)


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
    if place.kind == "room":
        return None
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


SUBJECT = {"person": 1.7, "car": 1.5, "cyclist": 1.7, "motorcycle": 1.6, "bag": 0.5, "fire": 1.3, "smoke": 3.0, "steam": 1.5, "puddle": 1.0, "dog": 0.55, "animal": 1.0}
COARSE = {"person": "person", "cyclist": "bicycle", "motorcycle": "motorcycle", "dog": "dog", "animal": "animal", "bag": "bag", "fire": "fire", "smoke": "smoke"}
FIXED, MOTORS = ("door", "fence"), ("car", "van", "truck")


def does(rng, place, ids, name):
    """An activity with its comings and goings: people walk in from a side, do it, and walk out again."""
    _, first, reach, _ = activities.ACTIVITIES[name]
    if place.kind == "room" and (first in ("car", "motorcycle") or name in ("look into a car", "vandalise", "run for the bus")):
        return None
    low, high = VEHICLE_SHARE if first == "car" else (0.07, 0.3) if first in ("bag", "dog", "animal", "puddle") else PEOPLE_SHARE
    for _ in range(8):
        spot = random_spot(rng, place, SUBJECT[first], low, high / max(1.0, 0.4 * reach), 0.15)
        if spot is None:
            return None
        if camera_misses(place.camera, spot, SUBJECT[first]):
            continue
        # Across the picture rather than along it, so that the way out of sight is short.
        facing = float(rng.choice([0, np.pi]) + rng.normal(0, 0.35))
        tracks = activities.make(rng, ids, name, spot, facing, float(rng.uniform(5, 9)))
        scenery = [track for track in tracks if track.kind in FIXED or track.kind in MOTORS and track.length < 0.5]
        rest = [track for track in tracks if track not in scenery]
        if _with_ways(rng, place, rest):
            for track in scenery:
                track.moved(rest[0].delay)
            break
    else:
        return None
    kinds = [track.kind for track in rest if any(what == name for *_, what in track.doing)]
    subject = "person" if "person" in kinds else max(sorted(set(kinds)), key=kinds.count)
    facts = [(rest, "does " + name, "activity")]
    people = [track for track in rest if track.kind == "person"]
    if people:
        facts.append((people, "person", "coarse"))
    if len(people) >= 3:
        facts.append((people, "several people", "coarse"))
    motors = [track for track in rest if track.kind in MOTORS]
    if motors:
        facts.append((motors, "vehicle", "coarse"))
    for kind in sorted({track.kind for track in rest} & (set(COARSE) - {"person"})):
        facts.append(([track for track in rest if track.kind == kind], COARSE[kind], "coarse"))
    text = captions.describe({"subject": subject, "number": kinds.count(subject), "action": name, "direction": "none", "where": "middle", "place": place.kind, "others": {}})
    return Happening(name, text.replace(", in the middle", ""), rest, facts, scenery, {"subject": subject, "number": kinds.count(subject), "action": name})


def camera_misses(camera, spot, size):
    """Whether the head of something `size` metres tall is out of sight."""
    return not camera.inside(camera.project(np.array([[*spot, size]]))[0])


def _with_ways(rng, place, tracks):
    """Add ways in and out of the picture to people, riders, animals and vehicles, and let all begin together. False when a way is too long."""
    camera = place.camera

    def outside(x, y, model, towards):
        """The ground point beside (x, y) that is out of sight on the nearer side, or the one `towards` (-1, 1)."""
        uv, _ = camera.project(np.array([x, y, 0.0]))
        margin = 0.03 * camera.width + 0.6 * getattr(model, "length", 1.0) * camera.focal / max(camera.project(np.array([x, y, 0.0]))[1], 0.5)
        return camera.ground(np.array([-margin if towards < 0 else camera.width + margin, uv[1]]))

    ins, outs = [], []
    moving = [track for track in tracks if track.kind in ("person", "cyclist", "motorcycle", "dog", "animal", *MOTORS)]
    for track in moving:
        speed = {"person": 1.4, "cyclist": 3.0, "motorcycle": 4.5, "dog": 1.6, "animal": 1.5}.get(track.kind, 4.0)
        (t0, x0, y0), (t1, x1, y1) = track.points[0], track.points[-1]
        middle = camera.project(np.array([x0, y0, 0.0]))[0][0] - 0.5 * camera.width
        side = -1 if middle < 0 else 1
        ahead = np.hypot(x1 - x0, y1 - y0) > 1.0
        if ahead:                            # it goes somewhere: let it come from behind and go on
            speed = np.hypot(x1 - x0, y1 - y0) / (t1 - t0)
            side = -1 if camera.project(np.array([x1, y1, 0.0]))[0][0] > camera.project(np.array([x0, y0, 0.0]))[0][0] else 1
        back = -side if ahead else (side if rng.random() < 0.5 or abs(middle) > 0.3 * camera.width else -side)
        a, b = outside(x0, y0, track.model, side), outside(x1, y1, track.model, back)
        gait = "run" if track.moving == "run" else "walk"
        if gait == "run" and not ahead:
            speed = 2.8
        ins.append((float(np.hypot(*(a - (x0, y0))) / speed), a, gait)), outs.append((float(np.hypot(*(b - (x1, y1))) / speed), b, gait))
    longest = max((seconds for seconds, *_ in ins), default=0.0)
    if longest > 9 or any(seconds > 9 for seconds, *_ in outs):
        return False
    for track in tracks:
        track.moved(longest)
        track.delay = longest
    for track, (before, a, gait), (after, b, _) in zip(moving, ins, outs):
        start, end = track.start, track.end
        walk = gait if track.moving in ("run", "walk") else "walk"
        track.points = [(start - before, float(a[0]), float(a[1])), *track.points, (end + after, float(b[0]), float(b[1]))]
        if track.kind == "person" and walk != track.moving:
            track.moves = [(start - before, start, walk), *track.moves, (end, end + after, walk)]
        if track.heading is not None:        # a fixed heading holds for the doing alone
            track.turns, track.heading = [(start, end, track.heading)], None
    return True


def activity(name):
    return lambda rng, place, ids: does(rng, place, ids, name)


ORDINARY = {"person": person_crosses, "waits": person_waits, "people": people_cross, "vehicle": vehicle_passes, "cyclist": cyclist_passes, "dog": dog_passes,
            "runs": lambda r, p, i: person_crosses(r, p, i, "run"), "bag": bag_left}
ORDINARY |= {name: activity(name) for name in ("carry", "push a cart", "pull a suitcase", "talk", "hug", "shake hands", "phone", "sit", "walk together", "walk the dog", "ride a motorcycle", "push a bicycle", "sweep",
                                               "dig", "stand in a circle", "queue", "dance", "exercise", "jump", "wave", "point", "umbrella", "open a door", "load a car", "get into a car", "get out of a car",
                                               "play ball", "steam", "pick up", "climb a ladder", "march", "animal runs", "carry together", "stretch", "crouch", "photograph", "loiter", "run for the bus")}
UNUSUAL = {"fire": fire, "smoke": smoke, "rush": lambda r, p, i: people_cross(r, p, i, "run", int(r.integers(5, 9))), "falls": person_falls}
UNUSUAL |= {name: activity(name) for name in ("fight", "attack", "first aid", "crash", "break in", "vandalise", "flee", "climb a fence", "chase", "car burns", "aim", "crawl", "fall off a bicycle", "spill", "hands up",
                                              "take a bag", "drag", "sneak")}
