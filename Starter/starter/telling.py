"""What is to be said of an event: who, how many, which way, where, doing what; the answer of a describer in these words, and
a judge that reads an answer back."""

import json
import re
from dataclasses import asdict, dataclass

import numpy as np

from . import captions
from .activity_words import WORDS

NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
DIRECTIONS = {"right": "from left to right", "left": "from right to left", "near": "towards the camera", "far": "away from the camera", "stays": "in one spot"}
MIRRORED = {"right": "left", "left": "right"}
WHERE = {"street": "on the street", "car park": "in the car park", "lawn": "on the lawn", "room": "in the room", "yard": "in the yard", "path": "in the yard"}
PLACE_OF_WORD = {"street": "street", "car park": "car park", "lawn": "lawn", "room": "room", "yard": "yard"}
MOTOR = ("car", "van", "truck")
STILL = ("fire", "smoke", "steam", "puddle", "nothing", "bag")     # of which no direction is told


@dataclass
class Facts:
    """`subject` = person, cyclist, dog, car, van, truck, bag, fire, smoke or nothing; `number` of it; `direction` a key of DIRECTIONS;
    `place` a key of WHERE; `action` a verb in its plain form; `dark` at night; `share` of the picture's height the subject takes."""

    subject: str
    number: int
    direction: str
    place: str
    action: str
    dark: bool = False
    share: float = 0.2
    vehicles: int = 0            # beside the subject

    def mirrored(self):
        return Facts(**{**asdict(self), "direction": MIRRORED.get(self.direction, self.direction)})


def direction_of(camera, tracks, start, end):
    """Which way the tracks go between two times: the middle of their bodies, as seen. None when nothing is seen."""
    def middle(time):
        actors = [actor for actor in (track.at(time) for track in tracks) if actor is not None]
        points = [camera.project(np.array([*actor.position, 0.5 * actor.model.size])) for actor in actors]
        points = [(uv[0] / camera.width, depth) for uv, depth in points if depth > 0.3]
        return np.mean(points, 0) if points else None

    times = np.linspace(start, end, 9)
    seen = [m for m in map(middle, times) if m is not None]
    if not seen:
        return None
    (u0, d0), (u1, d1) = seen[0], seen[-1]
    if abs(u1 - u0) > 0.22:
        return "right" if u1 > u0 else "left"
    if max(d0, d1) / max(min(d0, d1), 1e-3) > 1.35:
        return "near" if d1 < d0 else "far"
    return "right" if u1 - u0 > 0.12 else "left" if u1 - u0 < -0.12 else "stays"


VERBS = {                        # where the first wording of `activity_words` is no verb: (one does, many do)
    "walk": ("walks", "walk"), "run": ("runs", "run"), "drive": ("drives", "drive"), "fire": ("burns", "burn"), "smoke": ("rises", "rise"), "steam": ("rises", "rise"),
    "bag alone": ("stands there alone", "stand there alone"), "attack": ("attacks somebody on the ground", "are in an attack on somebody on the ground"), "umbrella": ("carries an umbrella", "carry umbrellas"),
    "first aid": ("helps somebody on the ground", "are there, one in need of help"), "follow": ("follows somebody", "walk one behind the other"), "chase": ("chases somebody", "run one after the other"),
    "crowd": ("is in a crowd", "stand in a crowd"), "march": ("walks in a crowd", "walk in a crowd"), "fall off a bicycle": ("falls off a bicycle", "fall off bicycles"), "crash": ("crashes", "crash"),
    "traffic jam": ("stands in a jam", "stand in a jam"), "car burns": ("burns", "burn"), "spill": ("spreads on the ground", "spread on the ground"), "herd": ("stands in a herd", "stand in a herd"),
}
MOVING = ("walk", "run", "drive", "ride a bicycle", "ride a motorcycle", "sneak", "limp", "crawl", "march", "walk together", "reverse", "animal walks", "animal runs", "stand", "park")
LEVELS = {1: ("run", "leave a bag", "take a bag", "loiter", "sneak", "bag alone", "spill", "chase", "climb a fence", "follow", "look into a car", "crawl"),
          2: ("lie", "fall", "crash", "flee", "fall off a bicycle", "vandalise", "hands up", "first aid", "break in"), 3: ("fight", "attack", "fire", "smoke", "car burns", "aim")}
ALONE = {"fire": "A fire", "smoke": "Smoke", "steam": "Steam", "puddle": "A puddle", "nothing": "Nothing"}


def verb(action, many):
    """The verb of an activity for one or many."""
    if action in VERBS:
        return VERBS[action][1 if many else 0]
    kind, phrases = WORDS.get(action, ("one", ["is there"]))
    if kind in ("one", "vehicle", "animal"):
        return captions.plural(phrases[0]) if many else phrases[0]
    return phrases[0] if many else f"takes part as others {phrases[0]}"


def subject_words(facts):
    if facts.subject in ALONE:
        return ALONE[facts.subject]
    one, many = captions.NOUNS[facts.subject]
    words = one if facts.number == 1 else f"{NUMBERS[facts.number] if facts.number < len(NUMBERS) else 'many'} {many}"
    return words[0].upper() + words[1:]


def answer(facts):
    """The answer as a dictionary in the order of the published form."""
    if facts.subject == "nothing":
        title, text = "Nothing happens", f"Nothing moves {WHERE[facts.place]}."
    else:
        way = "" if facts.subject in STILL else DIRECTIONS[facts.direction]
        moves = facts.action in MOVING or not way
        title = f"{subject_words(facts)} {verb(facts.action, facts.number > 1)}" + (f"{'' if moves else ','} {way}" if way else "")
        text = f"{title}{'' if moves else ','} {WHERE[facts.place]}{' at night' if facts.dark else ''}."
    people = facts.number if facts.subject in ("person", "cyclist", "motorcycle") else 0
    vehicles = facts.number if facts.subject in MOTOR else facts.vehicles
    confidence = float(np.clip(round(0.3 + 2.2 * facts.share, 1), 0.3, 0.9)) if facts.subject != "nothing" else 0.6
    level = next((level for level, actions in LEVELS.items() if facts.action in actions), 0)
    return {"title": title, "description": text, "level": level, "people": people, "vehicles": vehicles,
            "actions": [] if facts.subject == "nothing" else [facts.action], "confidence": confidence}


def compact(value, spaced=False):
    return json.dumps(value, ensure_ascii=False) if spaced else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_SUBJECTS = {"person": r"person|people|man|woman|somebody|someone|crowd", "cyclist": r"cyclists?", "motorcycle": r"motorcyclists?", "dog": r"dogs?", "animal": r"animals?|herd", "car": r"cars?(?! park)",
             "van": r"vans?", "truck": r"trucks?|lorry", "bag": r"bags?|suitcase", "fire": r"fire|flames", "smoke": r"smoke", "steam": r"steam", "puddle": r"puddle", "nothing": r"nothing|nobody"}


def read(text):
    """What an answer says, as a dictionary of subject, number, direction, place and action; None where it says nothing of it."""
    try:
        value = json.loads(text) if isinstance(text, str) else text
        words = f"{value['title']}. {value['description']}".lower()
    except (ValueError, KeyError, TypeError):
        return dict.fromkeys(("subject", "number", "direction", "place", "action"))
    found = [(match.start(), name) for name, pattern in _SUBJECTS.items() for match in [re.search(rf"\b(?:{pattern})\b", words)] if match]
    subject = min(found)[1] if found else None
    first = re.search(r"\b(an?|" + "|".join(NUMBERS) + r")\b", words)
    number = None if first is None else 1 if first[1] in ("a", "an") else NUMBERS.index(first[1])
    if subject in ("person", "cyclist", "motorcycle") and value.get("people"):
        number = value["people"]
    elif subject in MOTOR and value.get("vehicles"):
        number = value["vehicles"]
    elif subject == "nothing":
        number = 0
    elif subject in ALONE:
        number = 1
    direction = "stays" if subject in STILL else next((name for name, phrase in DIRECTIONS.items() if phrase in words), None)
    place = next((name for word, name in PLACE_OF_WORD.items() if re.search(rf"\b{word}\b", words)), None)
    return {"subject": subject, "number": number, "direction": direction, "place": place, "action": (value.get("actions") or ["nothing"])[0]}


def judge(text, facts):
    """{"subject", "number", "direction", "place", "action"}: whether the answer is right in each. Numbers count exactly up to
    three, within one up to six, within two up to nine, then within four; yards and paths are one place."""
    said = read(text)
    slack = 0 if facts.number <= 3 else 1 if facts.number <= 6 else 2 if facts.number <= 9 else 4
    return {"subject": said["subject"] == facts.subject, "number": said["number"] is not None and abs(said["number"] - facts.number) <= slack,
            "direction": said["direction"] == ("stays" if facts.subject in STILL else facts.direction), "place": said["place"] == {"path": "yard"}.get(facts.place, facts.place),
            "action": said["action"] == facts.action}
