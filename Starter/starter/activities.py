"""Activities: what people, vehicles, animals and fire do, as tracks around a spot.

Every activity is a function of a `Stage` that makes tracks from second 0 on and marks in them who does what when. Motions are
formulas (`poses`); nothing is recorded. A new activity is one function here and its wordings in `activity_words`.
"""

from dataclasses import dataclass, field

import numpy as np

from .burning import Fire, Smoke
from .figures import Cyclist, random_animal, random_person
from .things import Bag, Door, Fence, Litter, Puddle, random_bag
from .tracks import Track
from .vehicles import PAINT, random_vehicle

PI = np.pi


@dataclass
class Stage:
    """Where an activity happens: `spot` (x, y) metres, `facing` radians, for `seconds`."""

    rng: object
    ids: object
    spot: tuple
    facing: float
    seconds: float = 6.0
    tracks: list = field(default_factory=list)

    def at(self, ahead=0.0, left=0.0):
        """A ground point, metres ahead and to the left of the spot."""
        c, s = np.cos(self.facing), np.sin(self.facing)
        return float(self.spot[0] + c * ahead - s * left), float(self.spot[1] + s * ahead + c * left)

    def turn(self, angle):
        return float(self.facing + angle)

    def uniform(self, low, high):
        return float(self.rng.uniform(low, high))

    def add(self, kind, model, points, **more):
        track = Track(kind, model, next(self.ids), [(float(t), float(x), float(y)) for t, x, y in points], **more)
        self.tracks.append(track)
        return track

    def still(self, motion, ahead=0.0, left=0.0, heading=0.0, doing=(), model=None):
        """A person in one place."""
        spot, person = self.at(ahead, left), model or random_person(self.rng)
        return self.add("person", person, [(0, *spot), (self.seconds, *spot)], still=motion, heading=self.turn(heading), doing=[(0, self.seconds, name) for name in doing])

    def goes(self, motion, speed, ahead=0.0, left=0.0, doing=(), model=None, backwards=False, lag=0.0):
        """A person who moves straight on; half way at (ahead, left)."""
        half = 0.5 * self.seconds * speed
        a, b = self.at(ahead - half, left), self.at(ahead + half, left)
        heading = self.turn(PI) if backwards else None
        return self.add("person", model or random_person(self.rng), [(lag, *a), (self.seconds + lag, *b)], moving=motion, heading=heading, doing=[(lag, self.seconds + lag, name) for name in doing])

    def thing(self, kind, model, ahead=0.0, left=0.0, heading=0.0, start=0.0, end=None):
        spot = self.at(ahead, left)
        end = self.seconds if end is None else end
        return self.add(kind, model, [(start, *spot), (end, *spot)], heading=self.turn(heading), clock=start)

    def door(self, swing, ahead, gate=False):
        """A door that faces the spot and turns from one opening to another, (radians, radians), half way through."""
        model = Door(tuple(self.rng.uniform(40, 220, 3)), self.uniform(0.9, 1.2), self.uniform(1.95, 2.2), swing, (0.3 * self.seconds, 0.75 * self.seconds), gate)
        return self.thing("door", model, ahead, 0.0, PI)

    def vehicle(self, ahead=0.0, left=0.0, heading=0.0, kind=None, doing=(), still="stand"):
        model = random_vehicle(self.rng, kind)
        track = self.thing(model.kind, model, ahead, left, heading)
        track.still, track.doing = still, [(0, self.seconds, name) for name in doing]
        return track


def _motion(motion, doing, **more):
    return lambda s: s.still(motion, doing=doing, **more)


def _going(motion, slow, fast, doing):
    return lambda s: s.goes(motion, s.uniform(slow, fast), doing=doing)


def fall(s):
    t = 0.35 * s.seconds
    track = s.goes("walk", 0.5, doing=())
    (_, *a), (_, *b) = track.points
    middle = (0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1]))
    track.points = [(0, *a), (t, *middle), (s.seconds, *middle)]
    track.moves, track.doing = [(t, s.seconds, "fall")], [(t - 0.1, t + 1.4, "fall"), (t + 1.2, s.seconds, "lie")]


def get_up(s):
    t = 0.4 * s.seconds
    track = s.still("lie")
    track.moves, track.doing = [(t, s.seconds, "get_up")], [(0, t + 0.3, "lie"), (t, t + 2.2, "get up")]


def loiter(s):
    a, b = s.at(-0.7), s.at(0.7)
    q = s.seconds / 4
    s.add("person", random_person(s.rng), [(0, *a), (q, *a), (2 * q, *b), (3 * q, *b), (4 * q, *a)], doing=[(0, s.seconds, "loiter")])


def throw(s):
    s.still("throw", doing=("throw",))
    ball = Litter(0.12, tuple(s.rng.uniform(30, 240, 3)), 1.4)
    a, b = s.at(0.6), s.at(4.5)
    s.add("litter", ball, [(0.5 * s.seconds, *a), (0.5 * s.seconds + 0.8, *b)], heading=0.0)


def kick(s):
    s.still("kick", doing=("kick a ball",))
    s.add("litter", Litter(0.22, tuple(s.rng.uniform(120, 250, 3)), 0.0), [(0, *s.at(0.55)), (0.4 * s.seconds, *s.at(0.55)), (s.seconds, *s.at(4))], heading=0.0)


def play_ball(s):
    s.still("kick", -1.6, doing=("play ball",)), s.still(str(s.rng.choice(["kick", "hold_ball", "stand"])), 1.6, heading=PI, doing=("play ball",))
    n = max(2, int(s.seconds / 1.5))
    s.add("litter", Litter(0.24, tuple(s.rng.uniform(120, 250, 3)), float(s.rng.choice([0.0, 0.6]))), [(s.seconds * i / n, *s.at(-1.1 if i % 2 else 1.1)) for i in range(n + 1)], heading=0.0)


def climb_fence(s):
    s.thing("fence", Fence(tuple(s.rng.uniform(60, 190, 3)), s.uniform(2.2, 4), s.uniform(1.2, 1.7)), 0.25)
    s.still("climb_fence", 0.0, doing=("climb a fence",))


def leave_bag(s, take=False):
    t = 0.4 * s.seconds
    name = "take a bag" if take else "leave a bag"
    person, bag = random_person(s.rng), random_bag(s.rng)
    person.variant = 0.7             # carries by hand, bends the knees
    a, b = s.at(-1.8), s.at(0)
    far = s.at(2.4, s.uniform(-1.5, 1.5))
    track = s.add("person", person, [(0, *a), (t - 0.6, *b), (t + 1.0, *b), (s.seconds, *far)], doing=[(0, s.seconds, name)])
    track.moves = [(t - 0.6, t + 1.0, "pick_up" if take else "put_down")] + ([(t + 1.0, s.seconds, "carry")] if take else [(0, t - 0.6, "carry")])
    bag_at = s.at(0.45, 0.1)
    s.add("bag", bag, [(0, *bag_at), (t + 0.3, *bag_at)] if take else [(t + 0.2, *bag_at), (s.seconds + (0 if s.seconds < 7 else 6), *bag_at)], heading=0.0)


def bag_alone(s):
    s.thing("bag", random_bag(s.rng)).doing = [(0, s.seconds, "bag alone")]


def door(s, closing=False):
    swing = (s.uniform(0.9, 1.5), 0.0) if closing else (0.0, s.uniform(0.9, 1.5))
    s.door(swing, 0.55, bool(s.rng.random() < 0.3))
    s.still("handle", 0.0, 0.25, doing=("close a door" if closing else "open a door",))


def goes_through(s):
    s.door((1.4, 1.4), 0.4)
    s.goes("walk", 0.5, doing=("go through a door",))


def vehicle_entry(s, out=False):
    car = s.vehicle(0, 0, kind=str(s.rng.choice(["car", "car", "van"])), still="doors")
    side = -0.5 * car.model.width - 0.45
    name = "get out of a car" if out else "get into a car"
    q = s.seconds
    inside, beside, away = s.at(0.1 * car.model.length, side + 0.35), s.at(0.05 * car.model.length, side - 0.2), s.at(-1.2, side - 1.8)
    if out:
        points, moves = [(0, *inside), (0.5 * q, *inside), (0.65 * q, *beside), (q, *away)], [(0, 0.5 * q, "bend_in")]
    else:
        points, moves = [(0, *away), (0.4 * q, *beside), (0.55 * q, *inside), (q, *inside)], [(0.5 * q, q, "bend_in")]
    s.add("person", random_person(s.rng), points, moves=moves, doing=[(0, q, name)])
    car.doing = [(0, q, name)]


def load_car(s):
    car = s.vehicle(0, 0, kind=str(s.rng.choice(["car", "van", "truck"])))
    s.still(str(s.rng.choice(["carry", "bend_in", "offer_thing"])), -0.5 * car.model.length - 0.5, 0.0, 0.0, ("load a car",))


def look_into_car(s):
    car = s.vehicle(0, 0, kind="car")
    s.still("bend_in", s.uniform(-0.5, 0.8), -0.5 * car.model.width - 0.6, PI / 2, ("look into a car",))


def break_in(s):
    if s.rng.random() < 0.5:
        s.door((0.0, 0.15), 0.6)
        s.still("pry", doing=("break in",))
    else:
        car = s.vehicle(0, 0, kind="car")
        s.still("pry", 0.3, -0.5 * car.model.width - 0.55, PI / 2, ("break in",))


def vandalise(s):
    if s.rng.random() < 0.6:
        car = s.vehicle(0, 0, kind="car")
        s.still("strike", s.uniform(-1, 1), -0.5 * car.model.width - 0.7, PI / 2, ("vandalise",))
    else:
        s.thing("bag", Bag("box", s.uniform(0.6, 0.9), tuple(s.rng.uniform(30, 220, 3)), 0.2), 0.8), s.still("strike", doing=("vandalise",))


def pair(first, second, apart, doing, third=None):
    def make(s):
        s.still(first, -0.5 * apart, doing=doing), s.still(second or first, 0.5 * apart, heading=PI, doing=doing)
    return make


def fight(s):
    apart = s.uniform(0.5, 0.85)
    sway = lambda a: [(s.seconds * i / 4, *s.at(a + s.uniform(-0.15, 0.15), s.uniform(-0.15, 0.15))) for i in range(5)]
    for a, heading in ((-0.5 * apart, 0), (0.5 * apart, PI)):
        motion = "punch" if s.rng.random() < 0.75 or heading == 0 else "guard"
        s.add("person", random_person(s.rng), sway(a), moving=motion, still=motion, heading=s.turn(heading), doing=[(0, s.seconds, "fight")])
    if s.rng.random() < 0.25:
        s.add("person", random_person(s.rng), sway(0.0), moving="punch", still="punch", heading=s.turn(PI / 2), doing=[(0, s.seconds, "fight")])


def attack_lying(s):
    s.still("lie", 0.6, heading=s.uniform(0, 6), doing=("attack",)), s.still("stomp", -0.1, doing=("attack",))
    if s.rng.random() < 0.5:
        s.still(str(s.rng.choice(["stomp", "punch"])), 0.6, 0.75, -PI / 2, ("attack",))


def help_lying(s):
    s.still("lie", 0.6, heading=PI / 2, doing=("first aid",)), s.still(str(s.rng.choice(["kneel", "crouch"])), -0.15, doing=("first aid",))


def hand_over(s):
    s.still("offer_thing", -0.5, doing=("hand over",)), s.still("offer", 0.5, heading=PI, doing=("hand over",))


def side_by_side(s):
    speed = s.uniform(0.8, 1.5)
    for left in (-0.35, 0.35):
        s.goes("walk", speed, s.uniform(-0.1, 0.1), left, ("walk together",))


def follow(s):
    speed = s.uniform(0.8, 1.4)
    s.goes("walk", speed, 1.4, 0.1, ("follow",)), s.goes(str(s.rng.choice(["walk", "sneak"])), speed, -1.4, -0.1, ("follow",))


def chase(s):
    speed = s.uniform(2.2, 3.6)
    s.goes("run", speed, 1.2, 0.1, ("chase",)), s.goes("run", speed, -1.2, -0.2, ("chase",))
    if s.rng.random() < 0.3:
        s.goes("run", speed, -2.1, 0.4, ("chase",))


def gather(s, apart=False):
    name = "disperse" if apart else "gather"
    count = int(s.rng.integers(3, 6))
    for i in range(count):
        angle = 2 * PI * (i + s.uniform(-0.3, 0.3)) / count
        near, far = s.at(0.6 * np.cos(angle), 0.6 * np.sin(angle)), s.at(3.2 * np.cos(angle), 3.2 * np.sin(angle))
        a, b = (near, far) if apart else (far, near)
        s.add("person", random_person(s.rng), [(0, *a), (s.seconds, *b)], doing=[(0, s.seconds, name)])


def queue(s):
    for i in range(int(s.rng.integers(3, 7))):
        s.still("stand", 0.8 * (2.5 - i) + s.uniform(-0.1, 0.1), s.uniform(-0.1, 0.1), s.uniform(-0.2, 0.2), ("queue",))


def meeting(s):
    count = int(s.rng.integers(3, 6))
    for i in range(count):
        angle = 2 * PI * i / count + s.uniform(-0.2, 0.2)
        s.still(str(s.rng.choice(["talk", "stand"])), 0.75 * np.cos(angle), 0.75 * np.sin(angle), angle + PI, ("stand in a circle",))


def crowd(s, motion="stand", speed=0.0, name="crowd"):
    for _ in range(int(s.rng.integers(6, 13))):
        ahead, left = s.rng.normal(0, 1.3), s.rng.normal(0, 0.9)
        if speed:
            s.goes(motion, speed * s.uniform(0.9, 1.1), ahead, left, (name,))
        else:
            s.still(str(s.rng.choice(["stand", "talk", "stand", "wave"])), ahead, left, s.uniform(0, 2 * PI), (name,))


def flee(s):
    for _ in range(int(s.rng.integers(3, 7))):
        s.goes("run", s.uniform(2.6, 3.6), s.rng.normal(0, 1.2), s.rng.normal(0, 0.9), ("flee",))


def run_for_bus(s):
    person = random_person(s.rng)
    person.backpack = person.backpack or (60, 40, 40)
    s.vehicle(4.6, 1.9, kind=str(s.rng.choice(["van", "truck"])))
    s.goes("run", 2.8, -0.6, 0.0, ("run for the bus",), person)


def carry_together(s):
    box = Bag("box", s.uniform(0.9, 1.3), tuple(s.rng.uniform(60, 200, 3)), s.facing)
    speed = 0.6
    for a, back in ((-0.85, False), (0.85, True)):
        person = random_person(s.rng)
        person.variant = 0.3
        s.goes("offer", speed, a, 0.0, ("carry together",), person, backwards=back)
    half = 0.5 * s.seconds * speed
    s.add("bag", box, [(0, *s.at(-half)), (s.seconds, *s.at(half))], heading=0.0)


def walk_dog(s):
    speed = s.uniform(0.8, 1.4)
    s.goes("leash", speed, 0, 0, ("walk the dog",))
    half = 0.5 * s.seconds * speed
    s.add("dog", random_animal(s.rng, "dog"), [(0, *s.at(1.1 - half, -0.35)), (s.seconds, *s.at(1.1 + half, -0.35))], doing=[(0, s.seconds, "walk the dog")])


def ride(s, engine=False, name="ride a bicycle"):
    rider = random_person(s.rng)
    model = Cyclist(rider, PAINT[s.rng.integers(len(PAINT))], engine)
    half = 0.5 * s.seconds * s.uniform(1.8, 3.5)
    s.add("motorcycle" if engine else "cyclist", model, [(0, *s.at(-half)), (s.seconds, *s.at(half))], doing=[(0, s.seconds, name)])


def bicycle_fall(s):
    model = Cyclist(random_person(s.rng), PAINT[s.rng.integers(len(PAINT))])
    a, b = s.at(-1.5), s.at(0)
    t = 0.3 * s.seconds
    s.add("cyclist", model, [(0, *a), (t, *b), (s.seconds, *b)], still="lie", doing=[(t, s.seconds, "fall off a bicycle")])


def drive(s, name="drive", speed=(2, 6), backwards=False, kind=None):
    model = random_vehicle(s.rng, kind)
    half = 0.5 * s.seconds * s.uniform(*speed)
    a, b = s.at(-half), s.at(half)
    s.add(model.kind, model, [(0, *a), (s.seconds, *b)], heading=s.turn(PI) if backwards else None, doing=[(0, s.seconds, name)])


def park(s):
    s.vehicle(doing=("park",))


def turn(s):
    model = random_vehicle(s.rng)
    steps = np.linspace(0, 1.4, 8)
    r = 4.0
    s.add(model.kind, model, [(s.seconds * i / 7, *s.at(r * np.sin(a) - 2, r * (1 - np.cos(a)) - 1)) for i, a in enumerate(steps)], doing=[(0, s.seconds, "turn")])


def crash(s):
    t = 0.35 * s.seconds
    angle = s.uniform(0.7, 2.2) * s.rng.choice([-1, 1])
    first, second = random_vehicle(s.rng), random_vehicle(s.rng)
    gap = 0.5 * first.length * abs(np.cos(angle)) * 0.6 + 0.5 * second.length + 0.35 * first.width
    other = s.thing(first.kind, first, 0, 0, angle)
    other.doing = [(t, s.seconds, "crash")]
    s.add(second.kind, second, [(0, *s.at(-gap - 3 * t)), (t, *s.at(-gap + 0.25)), (s.seconds, *s.at(-gap + 0.25))], heading=s.turn(0), doing=[(t, s.seconds, "crash")])
    if s.rng.random() < 0.5:
        s.thing("steam", Smoke(s.uniform(1.2, 2.2), int(s.rng.integers(1 << 30)), True), -0.3, 0, start=t)


def jam(s):
    for i in range(int(s.rng.integers(3, 5))):
        s.vehicle(5.6 * (1 - i), s.uniform(-0.3, 0.3), doing=("traffic jam",), kind=str(s.rng.choice(["car", "car", "van"])))


def car_burns(s):
    s.vehicle(kind="car", doing=("car burns",))
    for kind, model in (("fire", Fire(s.uniform(1.3, 2.2), int(s.rng.integers(1 << 30)))), ("smoke", Smoke(s.uniform(3, 5), int(s.rng.integers(1 << 30))))):
        side = min((-0.95, 0.95), key=lambda left: np.hypot(*s.at(0.8, left)))          # that which the camera sees
        s.thing(kind, model, 0.8, side).doing = [(0, s.seconds, "car burns"), (0, s.seconds, "fire" if kind == "fire" else "smoke")]


def burns(s):
    seed = int(s.rng.integers(1 << 30))
    s.thing("fire", Fire(s.uniform(0.6, 2.0), seed)).doing = [(0, s.seconds, "fire")]
    if s.rng.random() < 0.6:
        s.thing("smoke", Smoke(s.uniform(2, 4.5), seed + 1), 0.05).doing = [(0, s.seconds, "smoke")]


def smokes(s, steam=False):
    name = "steam" if steam else "smoke"
    s.thing(name, Smoke(s.uniform(1.0, 2.4) if steam else s.uniform(1.8, 5), int(s.rng.integers(1 << 30)), steam)).doing = [(0, s.seconds, name)]


def spill(s):
    colour = [(40, 40, 46), (70, 66, 60), (120, 24, 24), (190, 190, 196), (90, 70, 40)][s.rng.integers(5)]
    s.thing("puddle", Puddle(s.uniform(0.8, 2.2), colour, int(s.rng.integers(1 << 30)))).doing = [(0, s.seconds, "spill")]


def animal(motion, name, slow=0.0, fast=0.0):
    def make(s):
        model = random_animal(s.rng)
        kind = "dog" if model.species == "dog" else "animal"
        half = 0.5 * s.seconds * s.uniform(slow, fast) * max(1.0, model.tall)
        s.add(kind, model, [(0, *s.at(-half)), (s.seconds, *s.at(half))], moving=motion, still=motion, heading=s.turn(0), doing=[(0, s.seconds, name)])
    return make


def herd(s):
    species = str(s.rng.choice(["cow", "horse", "dog", "fox"]))
    for _ in range(int(s.rng.integers(3, 6))):
        model = random_animal(s.rng, species)
        a = s.at(s.rng.normal(0, 1.6) * max(0.5, model.tall), s.rng.normal(0, 1.0) * max(0.5, model.tall))
        s.add("dog" if species == "dog" else "animal", model, [(0, *a), (s.seconds, *a)], still=str(s.rng.choice(["stand", "lie", "stand"])), heading=s.uniform(0, 6), doing=[(0, s.seconds, "herd")])


# name: (function of a Stage, kind that is seen first, metres around the spot, share of what is drawn)
ACTIVITIES = {
    "walk": (_going("walk", 0.8, 1.7, ("walk",)), "person", 1.0, 3.0), "run": (_going("run", 2.2, 3.8, ("run",)), "person", 1.0, 2.5),
    "stand": (_motion("stand", ("stand",)), "person", 0.8, 2.5), "limp": (_going("limp", 0.4, 0.8, ("limp",)), "person", 0.8, 0.5),
    "sneak": (_going("sneak", 0.4, 0.9, ("sneak",)), "person", 0.8, 1.0), "crawl": (_going("crawl", 0.25, 0.6, ("crawl",)), "person", 0.9, 1.5),
    "lie": (_motion("lie", ("lie",)), "person", 1.1, 2.5), "fall": (fall, "person", 1.1, 1.0), "get up": (get_up, "person", 1.1, 0.8), "sit": (_motion("sit", ("sit",)), "person", 0.9, 1.8),
    "crouch": (_motion("crouch", ("crouch",)), "person", 0.8, 1.5), "kneel": (_motion("kneel", ("kneel",)), "person", 0.8, 1.0), "wave": (_motion("wave", ("wave",)), "person", 0.8, 1.5),
    "point": (_motion("point", ("point",)), "person", 0.8, 1.0), "phone": (_motion("phone", ("phone",)), "person", 0.8, 1.2), "photograph": (_motion("photograph", ("photograph",)), "person", 0.8, 0.8),
    "stretch": (_motion("stretch", ("stretch",)), "person", 0.8, 1.0), "exercise": (_motion("exercise", ("exercise",)), "person", 1.1, 1.0), "dance": (_motion("dance", ("dance",)), "person", 0.9, 1.2),
    "jump": (_motion("jump", ("jump",)), "person", 0.9, 1.2), "throw": (throw, "person", 0.9, 1.0), "kick a ball": (kick, "person", 1.0, 1.0), "play ball": (play_ball, "person", 2.2, 1.0),
    "dig": (_motion("dig", ("dig",)), "person", 1.0, 1.2), "sweep": (_motion("sweep", ("sweep",)), "person", 1.0, 1.2), "climb a ladder": (_motion("climb_ladder", ("climb a ladder",)), "person", 1.2, 1.5),
    "climb a fence": (climb_fence, "person", 1.2, 1.5), "pick up": (_motion("pick_up", ("pick up",)), "person", 0.8, 1.0), "put down": (_motion("put_down", ("put down",)), "person", 0.8, 1.0),
    "carry": (_going("carry", 0.7, 1.3, ("carry",)), "person", 0.9, 2.0), "drag": (lambda s: s.goes("drag", s.uniform(0.3, 0.7), doing=("drag",), backwards=True), "person", 1.1, 1.2),
    "push a cart": (_going("push_cart", 0.6, 1.2, ("push a cart",)), "person", 1.1, 1.5), "pull a suitcase": (_going("pull_case", 0.8, 1.4, ("pull a suitcase",)), "person", 1.0, 1.2),
    "umbrella": (_going("umbrella", 0.7, 1.3, ("umbrella",)), "person", 0.9, 1.5), "loiter": (loiter, "person", 1.0, 1.0), "hands up": (_motion("hands_up", ("hands up",)), "person", 0.8, 1.0),
    "aim": (_motion("aim", ("aim",)), "person", 0.9, 1.2), "vandalise": (vandalise, "person", 1.8, 1.2), "break in": (break_in, "person", 1.6, 1.2),
    "open a door": (door, "person", 1.1, 1.0), "close a door": (lambda s: door(s, True), "person", 1.1, 1.0), "go through a door": (goes_through, "person", 1.1, 1.0),
    "leave a bag": (leave_bag, "person", 1.4, 1.3), "take a bag": (lambda s: leave_bag(s, True), "person", 1.4, 1.0), "bag alone": (bag_alone, "bag", 0.6, 2.0),
    "get into a car": (lambda s: vehicle_entry(s), "car", 2.6, 1.3), "get out of a car": (lambda s: vehicle_entry(s, True), "car", 2.6, 1.3), "load a car": (load_car, "car", 2.8, 1.0), "look into a car": (look_into_car, "car", 2.4, 1.0),
    "fight": (fight, "person", 1.0, 3.0), "attack": (attack_lying, "person", 1.2, 1.3), "first aid": (help_lying, "person", 1.2, 1.3), "hug": (pair("hug", None, 0.36, ("hug",)), "person", 0.9, 2.0),
    "shake hands": (pair("shake", None, 1.0, ("shake hands",)), "person", 1.0, 1.0), "hand over": (hand_over, "person", 1.0, 1.0), "talk": (pair("talk", "talk", 1.1, ("talk",)), "person", 1.0, 1.3),
    "walk together": (side_by_side, "person", 1.0, 1.5), "follow": (follow, "person", 2.0, 1.0), "chase": (chase, "person", 2.0, 1.5), "gather": (gather, "person", 2.6, 0.8),
    "disperse": (lambda s: gather(s, True), "person", 2.6, 0.8), "queue": (queue, "person", 2.4, 1.5), "stand in a circle": (meeting, "person", 1.3, 1.2), "crowd": (crowd, "person", 2.4, 1.5),
    "march": (lambda s: crowd(s, "walk", 1.1, "march"), "person", 2.6, 1.0), "flee": (flee, "person", 2.2, 1.5), "run for the bus": (run_for_bus, "person", 3.6, 0.8),
    "carry together": (carry_together, "person", 1.4, 1.0), "walk the dog": (walk_dog, "person", 1.3, 1.3), "push a bicycle": (_going("push_bicycle", 0.7, 1.2, ("push a bicycle",)), "person", 1.1, 1.2),
    "ride a bicycle": (ride, "cyclist", 1.1, 3.0), "ride a motorcycle": (lambda s: ride(s, True, "ride a motorcycle"), "motorcycle", 1.2, 2.0), "fall off a bicycle": (bicycle_fall, "cyclist", 1.3, 1.0),
    "drive": (drive, "car", 2.4, 4.0), "reverse": (lambda s: drive(s, "reverse", (0.8, 1.8), True), "car", 2.4, 1.0), "park": (park, "car", 2.4, 2.0), "turn": (turn, "car", 2.6, 1.0),
    "crash": (crash, "car", 3.4, 2.0), "traffic jam": (jam, "car", 5.5, 1.0), "car burns": (car_burns, "car", 2.6, 1.5), "fire": (burns, "fire", 1.2, 2.5), "smoke": (smokes, "smoke", 1.6, 2.0),
    "steam": (lambda s: smokes(s, True), "steam", 1.2, 1.3), "spill": (spill, "puddle", 1.0, 1.3), "animal walks": (animal("walk", "animal walks", 0.5, 1.3), "dog", 0.7, 1.5),
    "animal runs": (animal("run", "animal runs", 1.8, 3.5), "dog", 0.8, 1.2), "animal lies": (animal("lie", "animal lies"), "dog", 0.7, 1.0), "animal stands": (animal("stand", "animal stands"), "dog", 0.7, 1.0),
    "herd": (herd, "animal", 2.4, 0.8),
}
NAMES = list(ACTIVITIES)


def make(rng, ids, name, spot, facing=None, seconds=6.0):
    """The tracks of an activity around a spot, from second 0 on."""
    facing = float(rng.uniform(0, 2 * PI)) if facing is None else facing
    stage = Stage(rng, ids, spot, facing, seconds)
    ACTIVITIES[name][0](stage)
    return stage.tracks
