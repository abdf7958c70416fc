"""Sentences about who or what is there and what they do, each with a truth table over what a crop holds.

A meaning says for every crop whether it is true (1), false (0) or not decided (-1). Its wordings come from a small
grammar; two wordings of one meaning are never false negatives of each other. The coarse meanings come first, then one per
activity (`does walk`). The examination's wordings (`examination`) are kept out.
"""

from dataclasses import dataclass

import numpy as np

from . import activities
from .activity_words import IMPLIES, NEAR, SPOKEN, TOGETHER, TWINS, WORDS
from .crops import KINDS, NUISANCES

PLACES = """the yard|the courtyard|the driveway|the street|the road|the path|the pavement|the sidewalk|the parking lot|the car park|the garden|the room|
the gate|the entrance|the fence|the door|the building|the house|the square|the hall|the corridor|the warehouse|the shop|the lawn|the grass|the camera|
the wall|the lobby|the backyard|the front yard|the porch|the alley|the ground|the floor|the scene|the picture|the view|the area|the site|the office""".replace("\n", "").split("|")
PERSON = """a person|a person|a person|a person|someone|somebody|a man|a woman|a human|a pedestrian|a figure|a visitor|a passer-by|a stranger|an intruder|a thief|a worker|
a guard|a guy|a boy|a girl|a child|a walker|the man|the woman|the person|one person|an individual|a lady|a postman|a neighbour|a customer|a burglar""".replace("\n", "").split("|")
PEOPLE = """people|people|several people|a group of people|several persons|a few people|some people|a group of persons|a group|pedestrians|men|women|three people|
four people|visitors|persons|a number of people|many people|people in a group|a couple of people|workers|strangers|children""".replace("\n", "").split("|")
PERSON_VERBS = """walks|walks|walks through|is walking|walks across|walks along|walks past|walks in|walks by|comes in|comes|enters|crosses|stands|is standing|stands in|waits|
waits at|is there|is visible|appears in|moves|moves through|passes|passes by|goes by|leaves|looks around|approaches|stays in|
stands still in|is in|is on|is at|hangs around in|is near|goes through|goes to|arrives at|steps into|is seen in|walks into|in|on|at|near|by""".replace("\n", "").split("|")
PEOPLE_VERBS = """walk|walk through|are walking|walk across|walk along|walk past|come in|enter|cross|stand|are standing|stand in|wait in|are there|
are visible in|appear in|move through|pass|pass by|leave|are in|are on|are at|are near|meet in|gather in|talk in|stay in|go through|standing in|walking in|in|on|at|near""".replace("\n", "").split("|")
VEHICLE_VERBS = """drives|drives through|is driving|drives in|drives past|drives into|drives across|drives along|comes in|enters|passes|passes by|stops in|stands in|is parked in|
parks in|is in|is on|is at|arrives at|leaves|moves through|is there|is visible in|appears in|crosses|goes by|goes through|approaches|waits at|turns into|in|on|at|near|parked in""".replace("\n", "").split("|")
THING_VERBS = "is in|is on|lies in|lies on|stands in|is left in|has been left in|is there in|is visible in|at|in|on|near|by".split("|")
FIRE_VERBS = "burns in|is burning in|is in|breaks out in|is visible in|rises in|rises from|spreads in|in|on|at|near|appears in|comes from|can be seen in".split("|")
VEHICLES = "a vehicle|a vehicle|a vehicle|the vehicle|a motor vehicle|an automobile|some vehicle|one vehicle".split("|")
CARS = "a car|a car|a car|the car|a motor car|a passenger car|a sedan|a parked car|a suv|a taxi|one car".split("|")
VANS = "a van|a van|the van|a delivery van|a minibus|a transporter|a white van".split("|")
TRUCKS = "a truck|a truck|the truck|a lorry|a box truck|a delivery truck|a large truck".split("|")
BICYCLES = "a bicycle|a cyclist|a bike|a person on a bicycle|a person riding a bicycle|someone on a bike|a bicycle rider|a man on a bike".split("|")
BAGS = "a bag|a suitcase|a backpack|an object|a box|a package|a parcel|luggage|a bag or suitcase|a thing|a left object".split("|")
LEFT = "an abandoned bag|an unattended bag|a bag left behind|an abandoned object|a bag stands alone|an object is left behind|a bag with nobody near it|a suitcase left alone|a parcel left".split("|")
FIRES = "a fire|fire|flames|the fire|an open fire|open flames|a blaze|something burning|burning flames".split("|")
SMOKES = "smoke|a cloud of smoke|thick smoke|smoke rising|grey smoke|a smoke plume|white smoke|dark smoke".split("|")
BURNING = "fire and smoke|fire or smoke|something is burning|something burns|a fire with smoke|smoke and flames|flames and smoke|it is burning".split("|")
DOGS = "a dog|the dog|a dog walks|a stray dog|a dog on its own|one dog".split("|")
ANIMALS = "an animal|the animal|some animal|an animal walks|a cat|a fox|a horse|a cow|a stray animal|a cat or a dog|wildlife".split("|")
MOTORCYCLES = "a motorcycle|a motorbike|a motorcyclist|a person on a motorcycle|a scooter|a man on a motorbike".split("|")
NOTHING = """an empty scene|nothing|nothing moves|nothing happens|there is nothing|nothing is there|an empty place|the scene is empty|nothing in view|an empty picture|
empty ground|nothing to see|nothing has changed|a quiet empty place|no movement""".replace("\n", "").split("|")
SILENT = """the scene|the place|the whole place|the picture|the view|everything|the area|the site|it|the yard|the street|the room|the road|the camera view""".replace("\n", "").split("|")
SILENCE = """is empty|is deserted|lies empty|is completely empty|is still|is calm|stays empty|is lifeless|is abandoned|is peaceful|shows no activity|shows nothing|shows nothing unusual|is as it always is|does not change|
remains unchanged|has nothing in it|is bare|is unoccupied|looks deserted|looks empty|is motionless|is without life""".replace("\n", "").split("|")
VOID = """no activity|no motion|no sign of life|no sign of movement|nothing at all|nothing going on|nothing new|nothing of interest|nothing to report|no change|no one and nothing|only the background|not a soul and not a car|
not a thing moving|no people and no vehicles|neither people nor vehicles|no event|no incident""".replace("\n", "").split("|")
NOBODY = "nobody|nobody is there|no people|no person|no one is there|nobody in view|without people|no one|nobody in sight|there are no people|there is nobody".split("|")
NO_VEHICLE = "no vehicle|no vehicles|no cars|no car|there is no vehicle|without vehicles|no traffic".split("|")


@dataclass(frozen=True)
class Scenery:
    """Counts and unclear counts of a set of crops, [N, 12] each, and what follows from them."""

    counts: np.ndarray
    unclear: np.ndarray

    def number(self, *kinds):
        index = [KINDS.index(kind) for kind in kinds]
        sure = self.counts[:, index].sum(1).astype(int)
        return sure, sure + self.unclear[:, index].sum(1)

    def at_least(self, n, *kinds, undecided=()):
        """True from n on, false when fewer even with the unclear ones; counts in `undecided` are not decided."""
        low, high = self.number(*kinds)
        truth = np.where(low >= n, 1, np.where(high < n, 0, -1))
        for value in undecided:
            truth = np.where((low <= value) & (value <= high), -1, truth)
        return truth

    def exactly(self, n, *kinds):
        low, high = self.number(*kinds)
        return np.where((low == n) & (high == n), 1, np.where((low > n) | (high < n), 0, -1))


HUMAN, MOTOR = ("person", "cyclist", "motorcycle"), ("car", "van", "truck")
EVERYTHING = [kind for kind in KINDS if kind not in NUISANCES]


def both(a, b):
    return np.where((a == 0) | (b == 0), 0, np.where((a == 1) & (b == 1), 1, -1))


def either(a, b):
    return np.where((a == 1) | (b == 1), 1, np.where((a == 0) & (b == 0), 0, -1))


def inverse(a):
    return np.where(a < 0, -1, 1 - a)


def _human(s, truth):
    """Undecided where an arm alone reaches in."""
    return _undecided_if(truth, (s.number(*HUMAN)[0] == 0) & (s.number("arm")[0] > 0))


def _nothing(s):
    truth = inverse(s.at_least(1, *EVERYTHING))
    return np.where((truth == 1) & (s.number(*NUISANCES)[0] > 0), -1, truth)


def _undecided_if(truth, condition):
    return np.where(condition, -1, truth)


def _car(s):
    return _undecided_if(s.at_least(1, "car"), (s.number("car")[0] == 0) & (s.number("van")[0] > 0))


def _van(s):
    return _undecided_if(s.at_least(1, "van"), (s.number("van")[0] == 0) & (s.number("truck")[0] > 0))


def _truck(s):
    return _undecided_if(s.at_least(1, "truck"), (s.number("truck")[0] == 0) & (s.number("van")[0] > 0))


def _vehicle(s):
    return _undecided_if(s.at_least(1, *MOTOR), (s.number(*MOTOR)[0] == 0) & (s.number("motorcycle")[1] > 0))


def _bicycle(s):
    return _undecided_if(s.at_least(1, "cyclist"), (s.number("cyclist")[0] == 0) & (s.number("motorcycle")[1] > 0))


def _dog(s):
    return _undecided_if(s.at_least(1, "dog"), (s.number("dog")[0] == 0) & (s.number("animal")[1] > 0))


def _smoke(s):
    return _undecided_if(s.at_least(1, "smoke"), (s.number("smoke")[0] == 0) & (s.number("fire")[1] > 0))


def _left(s):
    bag = s.at_least(1, "bag")
    return _undecided_if(bag, (bag == 1) & (s.number(*HUMAN)[1] > 0))


MEANINGS = {                     # name: (truth over a Scenery, wording from a random generator)
    "nothing": (_nothing, lambda r: _quiet(r)),
    "nobody": (lambda s: _human(s, inverse(s.at_least(1, *HUMAN))), lambda r: _somewhere(r, NOBODY)),
    "person": (lambda s: _human(s, s.at_least(1, *HUMAN)), lambda r: phrase(r, PERSON, PERSON_VERBS)),
    "one person": (lambda s: _human(s, s.exactly(1, *HUMAN)), lambda r: phrase(r, ["one person alone", "a single person", "a person alone", "only one person"], PERSON_VERBS)),
    "two people": (lambda s: s.exactly(2, *HUMAN), lambda r: phrase(r, ["two people", "two persons", "two men", "a couple"], PEOPLE_VERBS)),
    "several people": (lambda s: s.at_least(3, *HUMAN, undecided=(2,)), lambda r: phrase(r, PEOPLE, PEOPLE_VERBS)),
    "crowd": (lambda s: s.at_least(6, *HUMAN, undecided=(3, 4, 5)), lambda r: phrase(r, ["a crowd", "a crowd of people", "a large group of people"], PERSON_VERBS)),
    "vehicle": (_vehicle, lambda r: phrase(r, VEHICLES, VEHICLE_VERBS)),
    "car": (_car, lambda r: phrase(r, CARS, VEHICLE_VERBS)),
    "van": (_van, lambda r: phrase(r, VANS, VEHICLE_VERBS)),
    "truck": (_truck, lambda r: phrase(r, TRUCKS, VEHICLE_VERBS)),
    "several vehicles": (lambda s: s.at_least(2, *MOTOR), lambda r: phrase(r, ["vehicles", "several vehicles", "cars", "several cars", "two cars", "two vehicles", "traffic"], PEOPLE_VERBS)),
    "no vehicle": (lambda s: inverse(_vehicle(s)), lambda r: _somewhere(r, NO_VEHICLE)),
    "person and vehicle": (lambda s: both(s.at_least(1, *HUMAN), _vehicle(s)),
                           lambda r: pick(r, PERSON) + pick(r, [" next to ", " beside ", " near ", " and ", " at ", " by ", " gets out of ", " walks to ", " gets into "]) + pick(r, VEHICLES + CARS)),
    "bicycle": (_bicycle, lambda r: phrase(r, BICYCLES, VEHICLE_VERBS)),
    "motorcycle": (lambda s: s.at_least(1, "motorcycle"), lambda r: phrase(r, MOTORCYCLES, VEHICLE_VERBS)),
    "dog": (_dog, lambda r: phrase(r, DOGS, PERSON_VERBS[-20:])),
    "animal": (lambda s: s.at_least(1, "dog", "animal"), lambda r: phrase(r, ANIMALS, PERSON_VERBS[-20:])),
    "bag": (lambda s: s.at_least(1, "bag"), lambda r: phrase(r, BAGS, THING_VERBS)),
    "bag left": (_left, lambda r: phrase(r, LEFT, ["in", "on", "at", "near"])),
    "fire": (lambda s: s.at_least(1, "fire"), lambda r: phrase(r, FIRES, FIRE_VERBS)),
    "smoke": (_smoke, lambda r: phrase(r, SMOKES, FIRE_VERBS)),
    "burning": (lambda s: either(s.at_least(1, "fire"), s.at_least(1, "smoke")), lambda r: phrase(r, BURNING, ["in", "on", "at", "near"])),
}
COARSE = list(MEANINGS)
ACTIVITIES = ["does " + name for name in SPOKEN]
NAMES = COARSE + ACTIVITIES
# Plain wordings used to report figures; the grammar above makes none of these rarer than others.
PLAIN = {"nothing": "an empty scene", "nobody": "nobody is there", "person": "a person", "one person": "one person alone", "two people": "two people",
         "several people": "several people", "crowd": "a crowd of people", "vehicle": "a vehicle", "car": "a car", "van": "a van", "truck": "a truck",
         "several vehicles": "several vehicles", "no vehicle": "no vehicle", "person and vehicle": "a person next to a vehicle", "bicycle": "a cyclist",
         "motorcycle": "a motorcycle", "dog": "a dog", "animal": "an animal", "bag": "a bag", "bag left": "an abandoned bag", "fire": "a fire", "smoke": "smoke", "burning": "fire and smoke"}
# The meanings among which a crop has one best answer (top-1): exactly one of them is true of most crops.
EXCLUSIVE = ["nothing", "person", "several people", "car", "van", "truck", "bicycle", "dog", "bag", "fire", "smoke"]
_PLAIN_SUBJECT = {"one": "a person ", "pair": "two people ", "group": "people ", "vehicle": "a vehicle ", "animal": "an animal ", "whole": ""}
PLAIN |= {"does " + name: _PLAIN_SUBJECT[WORDS[name][0]] + WORDS[name][1][0] for name in SPOKEN}


def pick(rng, options):
    return options[rng.integers(len(options))]


def phrase(rng, subjects, verbs):
    """Subject, often a verb, often a place."""
    text = pick(rng, subjects)
    if rng.random() < 0.3:
        return text
    verb = pick(rng, verbs)
    place = pick(rng, PLACES)
    return f"{text} {verb} {place}"


def _somewhere(rng, options):
    """One of the options, now and then with a place."""
    return pick(rng, options) + (pick(rng, [" in ", " on ", " at ", " near "]) + pick(rng, PLACES) if rng.random() < 0.3 else "")


def _quiet(rng):
    """That nothing is there and nothing happens."""
    kind = rng.random()
    if kind < 0.4:
        return pick(rng, NOTHING)
    return f"{pick(rng, SILENT)} {pick(rng, SILENCE)}" if kind < 0.75 else _somewhere(rng, VOID)


_DOUBLED = {"sit", "dig", "hug", "run", "get", "hit", "put", "step", "jog", "chat", "stop", "trip", "split", "set", "shut", "drag", "squat", "hop", "grab"}


def progressive(phrase):
    """A verb phrase in its -ing form: `walks past` -> `walking past`; None when it has no verb to change."""
    verb, *rest = phrase.split(" ")
    if " and " in phrase or "not" in rest:
        return None
    if verb in ("is", "are", "has", "have", "with", "all"):
        return " ".join(rest) if verb in ("is", "are") and rest and rest[0].endswith("ing") else None
    if verb.endswith("ies"):
        verb = "lie" if verb == "lies" else verb[:-3] + "y"
    elif verb.endswith(("shes", "ches", "sses", "xes")):
        verb = verb[:-2]
    elif verb.endswith("s") and not verb.endswith("ss"):
        verb = verb[:-1]
    if verb == "lie":
        stem = "ly"
    elif verb.endswith("e") and not verb.endswith("ee"):
        stem = verb[:-1]
    else:
        stem = verb + verb[-1] if verb in _DOUBLED else verb
    return " ".join([stem + "ing", *rest])


def _act(rng, name):
    """One wording of an activity."""
    subject, phrases = WORDS[name]
    verb = pick(rng, phrases)
    if subject != "whole" and rng.random() < 0.3:
        form = progressive(verb)
        if form:
            verb = pick(rng, ["", "", "is " if subject in ("one", "vehicle", "animal") else "are ", "who " + ("is " if subject == "one" else "are ") if subject in ("one", "pair", "group") else ""]) + form
    if subject != "whole":
        subjects = {"one": PERSON, "pair": ["two people", "two persons", "two men", "people", "a man and a woman", "two women"], "group": PEOPLE, "vehicle": VEHICLES + CARS, "animal": ANIMALS[:3] + DOGS[:2]}[subject]
        verb = f"{pick(rng, subjects)} {verb}"
    if rng.random() < 0.4:
        verb += pick(rng, [" in ", " on ", " at ", " near "]) + pick(rng, PLACES)
    return verb


def wording(rng, name, fillers=()):
    """One wording of a meaning; sometimes with the other article, so that neither means anything by itself, or with a word that says
    nothing about it put in, so that unknown words do little harm."""
    text = _act(rng, name[5:]) if name.startswith("does ") else MEANINGS[name][1](rng)
    if fillers and rng.random() < 0.3:
        first, *words = text.split()
        words = [{"a": "the", "an": "the", "the": "a"}.get(word, word) if rng.random() < 0.7 else word for word in words]
        text = " ".join([first, *words])
    if fillers and rng.random() < 0.2:
        words = text.split()
        words.insert(int(rng.integers(2, len(words) + 1)) if len(words) > 2 else len(words), fillers[rng.integers(len(fillers))])
        text = " ".join(words)
    return text


def _matrix(table):
    result = np.zeros((len(activities.NAMES),) * 2, bool)
    for name, others in table.items():
        for other in others:
            if other in activities.NAMES:
                result[activities.NAMES.index(name), activities.NAMES.index(other)] = True
    return result


_IMPLIES = _matrix(IMPLIES) | np.eye(len(activities.NAMES), dtype=bool)
_NEAR = _matrix(NEAR).T              # row: what is done, column: what is undecided beside it
_TOGETHER = _matrix(TOGETHER)
_TWINS = _matrix({name: [other for other in group if other != name] for group in TWINS for name in group})


def act_truth(acts, people=None, motion=False):
    """int8 [N, A] over `activities.NAMES`, from the `acts` of records and how many people are seen, [N]. Without `motion` what a single
    picture cannot tell apart is not decided."""
    sure, perhaps = acts == 1, acts != 0
    near = _NEAR | (_TWINS if not motion else False)
    true = sure @ _IMPLIES
    maybe = (true @ near) | (perhaps @ (near | _IMPLIES))
    if people is not None:
        maybe |= (true @ _TOGETHER) & (people >= 2)[:, None]
    return np.where(true, 1, np.where(maybe, -1, 0)).astype(np.int8)


def truth_table(counts, unclear, acts=None, motion=False):
    """int8 [N, meanings]: 1 true, 0 false, -1 not decided. Without `acts` nothing is decided about activities."""
    scenery = Scenery(counts, unclear)
    coarse = np.stack([truth(scenery) for truth, _ in MEANINGS.values()], 1).astype(np.int8)
    if acts is None:
        return np.concatenate([coarse, np.full((len(counts), len(ACTIVITIES)), -1, np.int8)], 1)
    columns = [activities.NAMES.index(name) for name in SPOKEN]
    return np.concatenate([coarse, act_truth(acts, scenery.number("person")[1], motion)[:, columns]], 1)


def truth_of(data, motion=False):
    """The truth table of records (`crops.arrays`)."""
    return truth_table(data["counts"], data["unclear"], data["acts"], motion)
