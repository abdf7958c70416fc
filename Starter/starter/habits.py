"""Places with one habit, and what breaks it: walkers of one kind on one strip in one direction, then somebody where nobody comes, the
wrong way, a vehicle, a crowd, or a thing that is left behind."""

import numpy as np

from . import happenings
from .figures import random_person
from .happenings import Happening
from .tracks import Track, way_across

PATHS = ((0.10, 0.17), (0.24, 0.40))     # strips, as a walker's share of the picture's height: far, near


def _walker(rng, place, ids, strip, side, name="person walks", text="A person walks through the picture."):
    """A person on a strip who comes from `side` (-1 = left, 1 = right)."""
    person = random_person(rng)
    for _ in range(12):
        way = way_across(rng, place, person.size, 0.5, *strip, (0.9, 1.7))
        if way is None:
            return None
        first = place.camera.project(np.array([*way[1][0][1:], 0.0]))[0][0]
        if (first > 0.5 * place.camera.width) == (side > 0):
            track = Track("person", person, next(ids), way[1])
            return Happening(name, text, [track], [([track], "person", "coarse")])
    return None


class Habit:
    """What is ordinary in one place (`ordinary`), and what is not (`unusual`)."""

    def __init__(self, rng):
        self.strip = PATHS[int(rng.integers(2))]
        self.other = PATHS[1 - PATHS.index(self.strip)]
        self.side = int(rng.choice([-1, 1]))

    def ordinary(self, rng, place, ids):
        return _walker(rng, place, ids, self.strip, self.side)

    def unusual(self, rng, place, ids):
        """(kind, happening or None)"""
        kind = str(rng.choice(["place", "way", "vehicle", "crowd", "left"]))
        if kind == "place":
            return "someone where nobody comes", _walker(rng, place, ids, self.other, self.side, "person where nobody comes", "A person walks where nobody came before.")
        if kind == "way":
            return "a wrong way", _walker(rng, place, ids, self.strip, -self.side, "person the wrong way", "A person walks against everybody's direction.")
        if kind == "vehicle":
            return "a vehicle among walkers", happenings.vehicle_passes(rng, place, ids)
        if kind == "crowd":
            return "a crowd", happenings.people_cross(rng, place, ids, "walk", int(rng.integers(6, 10)))
        return "a thing left behind", happenings.bag_left(rng, place, ids, float(rng.uniform(9, 12)))


def fill(rng, story, ids):
    """Ordinary life of a place with one habit, and in six of ten places one thing that breaks it, late."""
    habit = Habit(rng)
    story.unusual = bool(rng.random() < 0.6)
    limit = story.duration - (26 if story.unusual else 3)
    time = float(rng.uniform(3, 6))
    for _ in range(int(story.duration / 10)):
        happening = habit.ordinary(rng, story.place, ids)
        if happening is None or time + happening.end > limit:
            continue
        if story.add(happening, time):
            # Some come before the last is gone.
            time = max(time + 3, story.events[-1]["end"] + float(rng.uniform(-2, 5)))
    if story.unusual:
        for _ in range(8):
            kind, happening = habit.unusual(rng, story.place, ids)
            if happening and story.add(happening, max(time, story.duration - 25), True, kind):
                break
