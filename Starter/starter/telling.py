"""What is to be said of an event: who, how many, which way, where, doing what; the answer of a describer in these words, and
a judge that reads an answer back."""

import json
import re
from dataclasses import asdict, dataclass

import numpy as np

NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
DIRECTIONS = {"right": "from left to right", "left": "from right to left", "near": "towards the camera", "far": "away from the camera", "stays": "in one spot"}
MIRRORED = {"right": "left", "left": "right"}
PLURAL = {"person": "people", "cyclist": "cyclists", "dog": "dogs", "car": "cars", "van": "vans", "truck": "trucks", "bag": "bags"}
WHERE = {"street": "on the street", "car park": "in the car park", "lawn": "on the lawn", "room": "in the room", "yard": "in the yard", "path": "in the yard"}
PLACE_OF_WORD = {"street": "street", "car park": "car park", "lawn": "lawn", "room": "room", "yard": "yard"}
MOTOR = ("car", "van", "truck")


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


VERBS = {                        # plain form: (one does, many do, level)
    "walk": ("walks", "walk", 0), "run": ("runs", "run", 1), "wait": ("waits", "wait", 0), "stand": ("stands", "stand", 0),
    "drive": ("drives", "drive", 0), "ride": ("rides", "ride", 0), "burn": ("burns", "burn", 3), "smoke": ("rises", "rise", 3),
    "leave bag": ("leaves a bag", "leave a bag", 1), "lie": ("lies on the ground", "lie on the ground", 2), "nothing": ("", "", 0), "lie around": ("lies", "lie", 1),
}
MOVING = ("walk", "run", "drive", "ride", "sneak", "limp", "crawl", "lie around")
SUBJECTS = {"fire": "A fire", "smoke": "Smoke", "nothing": "Nothing"}


def verb(action, many):
    """(the verb for one or many, the level of the action)."""
    if action in VERBS:
        one, more, level = VERBS[action]
        return (more if many else one), level
    first, _, rest = action.partition(" ")
    third = first + ("es" if first.endswith(("s", "sh", "ch", "x", "o")) else "s") if not first.endswith("y") or first[-2:-1] in "aeiou" else first[:-1] + "ies"
    return ((first if many else third) + (" " + rest if rest else "")), LEVELS.get(action, 0)


LEVELS = {}                      # levels of further actions


def subject_words(facts):
    if facts.subject in SUBJECTS:
        return SUBJECTS[facts.subject]
    if facts.number == 1:
        return "A " + facts.subject
    number = NUMBERS[facts.number] if facts.number < len(NUMBERS) else "many"
    return f"{number.capitalize()} {PLURAL[facts.subject]}"


def answer(facts):
    """The answer as a dictionary in the order of the published form."""
    if facts.subject == "nothing":
        title, level = "Nothing happens", 0
        text = f"Nothing moves {WHERE[facts.place]}."
    else:
        doing, level = verb(facts.action, facts.number > 1)
        way = "" if facts.subject in ("fire", "smoke") else DIRECTIONS[facts.direction]
        moves = facts.action in MOVING or not way
        title = f"{subject_words(facts)} {doing}" + (f"{'' if moves else ','} {way}" if way else "")
        text = f"{title}{'' if moves else ','} {WHERE[facts.place]}{' at night' if facts.dark else ''}."
    people = facts.number if facts.subject in ("person", "cyclist") else 0
    vehicles = facts.number if facts.subject in MOTOR else 0
    confidence = float(np.clip(round(0.3 + 2.2 * facts.share, 1), 0.3, 0.9)) if facts.subject != "nothing" else 0.6
    return {"title": title, "description": text, "level": level, "people": people, "vehicles": vehicles,
            "actions": [] if facts.subject == "nothing" else [facts.action], "confidence": confidence}


def compact(value, spaced=False):
    return json.dumps(value, ensure_ascii=False) if spaced else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_SUBJECT_WORDS = {"person": r"person|people|man|woman|somebody|someone", "cyclist": r"cyclists?|bicycle|bike", "dog": r"dogs?|animal", "car": r"cars?\b(?! park)", "van": r"vans?",
                  "truck": r"trucks?|lorry", "bag": r"bags?|suitcase", "fire": r"fire|flames", "smoke": r"smoke", "nothing": r"nothing|nobody"}


def read(text):
    """What an answer says, as a dictionary of subject, number, direction, place and action; None where it says nothing of it."""
    try:
        value = json.loads(text) if isinstance(text, str) else text
        words = f"{value['title']}. {value['description']}".lower()
    except (ValueError, KeyError, TypeError):
        return {"subject": None, "number": None, "direction": None, "place": None, "action": None}
    found = [(match.start(), name) for name, pattern in _SUBJECT_WORDS.items() for match in [re.search(rf"\b(?:{pattern})\b" if name != "car" else r"\bcars?\b(?! park)", words)] if match]
    subject = min(found)[1] if found else None
    first = re.search(r"\b(an?|" + "|".join(NUMBERS) + r")\b", words)
    number = None if first is None else 1 if first[1] in ("a", "an") else NUMBERS.index(first[1])
    if subject in ("person", "cyclist") and value.get("people"):
        number = value["people"]
    elif subject in MOTOR and value.get("vehicles"):
        number = value["vehicles"]
    elif subject in ("fire", "smoke"):
        number = 1
    elif subject == "nothing":
        number = 0
    direction = next((name for name, phrase in DIRECTIONS.items() if phrase in words), "stays" if subject in ("fire", "smoke", "nothing") else None)
    place = next((name for word, name in PLACE_OF_WORD.items() if re.search(rf"\b{word}\b", words)), None)
    actions = value.get("actions") or ["nothing"]
    return {"subject": subject, "number": number, "direction": direction, "place": place, "action": actions[0]}


def judge(text, facts):
    """{"subject", "number", "direction", "place", "action"}: whether the answer is right in each. Numbers count exactly up to
    three, within one up to six, within two beyond; yards and paths are one place."""
    said = read(text)
    slack = 0 if facts.number <= 3 else 1 if facts.number <= 6 else 2
    still = facts.subject in ("fire", "smoke", "nothing", "bag")
    return {"subject": said["subject"] == facts.subject, "number": said["number"] is not None and abs(said["number"] - facts.number) <= slack,
            "direction": said["direction"] == ("stays" if still else facts.direction), "place": said["place"] == {"path": "yard"}.get(facts.place, facts.place),
            "action": said["action"] == facts.action}
