"""Where actors can stand in a place, and random arrangements of them for still pictures."""

import numpy as np

from .burning import Fire, Lamp, LightPatch, Smoke
from .figures import CLOTH, SKIN, Cyclist, random_animal, random_person
from .scene import Actor, kind_of
from .things import Arm, Litter, Vessel, random_bag
from .tracks import Track
from .vehicles import PAINT, random_vehicle


def random_spot(rng, place, size, smallest, largest, edge=0.06):
    """A ground point (x, y) at which `size` metres take between `smallest` and `largest` of the picture's height;
    None when the place has none. Shares are drawn evenly on a logarithmic scale."""
    camera = place.camera
    wanted = np.exp(rng.uniform(np.log(smallest), np.log(largest)))
    best, lowest = None, 1.4 if largest > 0.5 and rng.random() < 0.2 else 1.02      # sometimes the feet are out of sight
    for _ in range(60):
        uv = np.array([rng.uniform(edge, 1 - edge) * camera.width, rng.uniform(0.12, lowest) * camera.height])
        x, y = camera.ground(uv)
        if y > 80 or not place.holds(x, y):
            continue
        share = camera.share((x, y), size)
        if not smallest <= share <= largest:
            continue
        miss = abs(np.log(share / wanted))
        if best is None or miss < best[0]:
            best = (miss, (float(x), float(y)))
    return best and best[1]


def random_model(rng, kind):
    """A random thing of a kind, or of the family `vehicle`."""
    if kind == "person":
        return random_person(rng)
    if kind == "cyclist":
        return Cyclist(random_person(rng), PAINT[rng.integers(len(PAINT))])
    if kind == "dog":
        return random_animal(rng, "dog")
    if kind == "animal":
        return random_animal(rng, ["cat", "horse", "cow", "fox"][rng.integers(4)])
    if kind == "motorcycle":
        return Cyclist(random_person(rng), PAINT[rng.integers(len(PAINT))], True)
    if kind == "vehicle":
        return random_vehicle(rng)
    if kind in ("car", "van", "truck"):
        return random_vehicle(rng, kind)
    if kind == "bag":
        return random_bag(rng)
    if kind == "fire":
        return Fire(float(rng.uniform(0.6, 2.2)), int(rng.integers(1 << 30)))
    if kind in ("smoke", "steam"):
        return Smoke(float(rng.uniform(1.6, 5)) * (0.5 if kind == "steam" else 1), int(rng.integers(1 << 30)), kind == "steam")
    if kind == "lamp":
        colours = [(250, 150, 40), (250, 220, 160), (255, 110, 40), (240, 240, 250), (250, 60, 40)]
        return Lamp(float(rng.uniform(0.4, 1.4)), colours[rng.integers(len(colours))])
    if kind == "patch":
        tint = (1, 1, 1) if rng.random() < 0.5 else (1.15, 0.95, 0.7)
        return LightPatch(float(rng.uniform(0.6, 3.5)), float(rng.choice([rng.uniform(0.45, 0.8), rng.uniform(1.25, 1.9)])), tint)
    if kind == "vessel":
        return Vessel(float(rng.uniform(0.12, 0.35)), tuple(rng.uniform(20, 240, 3)), float(rng.uniform(0.14, 0.4)))
    if kind == "arm":
        return Arm(SKIN[rng.integers(len(SKIN))], CLOTH[rng.integers(len(CLOTH))], float(rng.choice([-1, 1])), float(rng.uniform(0.1, 1.0)))
    if kind == "litter":
        return Litter(float(rng.uniform(0.12, 0.4)), tuple(rng.uniform(20, 250, 3)), float(rng.uniform(0, 2.5)))
    raise ValueError(kind)


SHARES = {"person": (0.045, 0.9), "cyclist": (0.06, 0.75), "motorcycle": (0.06, 0.6), "dog": (0.04, 0.3), "animal": (0.05, 0.5), "steam": (0.06, 0.4), "car": (0.07, 0.5), "van": (0.09, 0.55), "truck": (0.11, 0.6),
          "bag": (0.035, 0.22), "fire": (0.06, 0.5), "smoke": (0.12, 0.7), "lamp": (0.04, 0.3), "patch": (0.05, 0.5), "litter": (0.02, 0.45), "arm": (0.15, 0.8)}


def place_actor(rng, place, kind, identity, near=None):
    """One actor of a kind at a random spot, or within a few metres of `near`; None when there is no room."""
    model = random_model(rng, kind)
    kind = kind_of(model)
    spot = None
    if near is not None:
        for _ in range(12):
            candidate = (near[0] + rng.normal(0, 1.3), near[1] + rng.normal(0, 1.1))
            inside = place.camera.inside(place.camera.project(np.array([[*candidate, 0.1], [*candidate, model.size]]))[0], 0.05 * place.camera.height)
            if inside and place.holds(*candidate):
                spot = candidate
                break
    else:
        spot = random_spot(rng, place, model.size, *SHARES[kind], edge=0.02)
    if spot is None:
        return None
    gait = ["walk", "stand", "run"][rng.choice(3, p=[0.55, 0.33, 0.12])]
    if kind in ("car", "van", "truck"):
        gait = "stand" if rng.random() < 0.4 else "walk"
    return Actor(kind, model, spot, float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(0, 5)), gait, identity)


PACES = {"person": {"walk": 1.2, "run": 3.0}, "cyclist": {"walk": 2.8, "run": 4.5}, "motorcycle": {"walk": 4.0, "run": 7.0}, "dog": {"walk": 0.9, "run": 2.8}, "animal": {"walk": 0.9, "run": 3.0}}
_DOING = {"person": {}, "cyclist": {"walk": "ride a bicycle", "run": "ride a bicycle"}, "motorcycle": {"walk": "ride a motorcycle", "run": "ride a motorcycle"},
          "car": {"walk": "drive", "stand": "park"}, "dog": {"walk": "animal walks", "run": "animal runs", "stand": "animal stands"}, "fire": {g: "fire" for g in ("walk", "run", "stand")},
          "smoke": {g: "smoke" for g in ("walk", "run", "stand")}, "steam": {g: "steam" for g in ("walk", "run", "stand")}, "bag": {g: "bag alone" for g in ("walk", "run", "stand")}}
_DOING["van"] = _DOING["truck"] = _DOING["car"]
_DOING["animal"] = _DOING["dog"]


def as_track(rng, actor, seconds=5.0):
    """An actor of a still arrangement as a track from -`seconds` to +`seconds`: it stands or moves straight on through its place."""
    pace = 0.0 if actor.gait == "stand" else PACES.get(actor.kind, {"walk": 3.5, "run": 3.5} if actor.kind in ("car", "van", "truck") else {}).get(actor.gait, 0.0) * rng.uniform(0.8, 1.2)
    step = seconds * pace * np.array([np.cos(actor.heading), np.sin(actor.heading)])
    a, b = np.array(actor.position) - step, np.array(actor.position) + step
    doing = _DOING.get(actor.kind, {}).get(actor.gait) if actor.kind != "person" else actor.gait
    return Track(actor.kind, actor.model, actor.identity, [(-seconds, *map(float, a)), (seconds, *map(float, b))], moving=actor.gait, still=actor.gait if pace == 0 else "stand",
                 heading=actor.heading, doing=[(-seconds, seconds, doing)] if doing else [])


MIXTURES = [                     # (share, kinds that are all present)
    (0.05, []), (0.22, ["person"]), (0.05, ["person", "person"]), (0.10, ["group"]), (0.05, ["crowd"]), (0.13, ["car"]), (0.05, ["van"]),
    (0.05, ["truck"]), (0.04, ["vehicle", "vehicle"]), (0.06, ["person", "vehicle"]), (0.03, ["person", "person", "vehicle"]),
    (0.07, ["cyclist"]), (0.05, ["bag"]), (0.02, ["person", "bag"]), (0.045, ["fire"]), (0.045, ["smoke"]), (0.04, ["fire", "smoke"]),
    (0.02, ["person", "fire"]), (0.03, ["dog"]), (0.02, ["dog", "person"]), (0.025, ["animal"]), (0.03, ["motorcycle"]), (0.02, ["steam"]), (0.05, ["lamp"]), (0.05, ["patch"]), (0.02, ["litter"]), (0.03, ["vessel"]), (0.015, ["vessel", "arm"]), (0.01, ["arm"]),
]
_WEIGHTS = np.array([share for share, _ in MIXTURES]) / sum(share for share, _ in MIXTURES)


def random_arrangement(rng, place):
    """Actors for one still picture."""
    kinds = list(MIXTURES[rng.choice(len(MIXTURES), p=_WEIGHTS)][1])
    if rng.random() < 0.25:
        kinds.append(str(rng.choice(["patch", "lamp", "litter", "vessel"])))
    actors = []

    def add(kind, near=None):
        actor = place_actor(rng, place, kind, len(actors) + 1, near)
        if actor is not None:
            actors.append(actor)
        return actor

    for kind in kinds:
        if kind in ("group", "crowd"):
            first = add("person")
            count = int(rng.integers(3, 6) if kind == "group" else rng.integers(6, 15))
            together = rng.random() < 0.7
            for _ in range(count - 1):
                add("person", first.position if first and together else None)
        elif kind in ("smoke", "fire") and actors and actors[-1].kind == "fire":
            actor = add(kind)
            if actor:
                actor.position = actors[-2].position
        else:
            near = actors[0].position if actors and rng.random() < 0.5 and kind in ("person", "bag") else None
            add(kind, near)
    return actors
