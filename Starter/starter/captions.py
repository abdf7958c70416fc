"""Sentences that describe what a crop or clip shows, from the structure of `crops.caption`; for training a describer."""

from .activity_words import WORDS

NOUNS = {"person": ("a person", "people"), "cyclist": ("a cyclist", "cyclists"), "motorcycle": ("a motorcyclist", "motorcyclists"), "dog": ("a dog", "dogs"), "animal": ("an animal", "animals"), "car": ("a car", "cars"),
         "van": ("a van", "vans"), "truck": ("a truck", "trucks"), "bag": ("a bag", "bags"), "fire": ("a fire", "fires"), "smoke": ("smoke", "smoke"), "steam": ("steam", "steam"), "puddle": ("a puddle", "puddles")}
NUMBERS = ["no", "one", "two", "three", "four", "five"]
PLACES = {"yard": "in the yard", "street": "on the street", "car park": "in the car park", "path": "on the path", "lawn": "on the lawn", "room": "in the room"}
DIRECTIONS = {"left": "to the left", "right": "to the right", "towards": "towards the camera", "away": "away from the camera"}
WHERES = {"left": "on the left", "middle": "in the middle", "right": "on the right"}
_PLURAL = {"is": "are", "does": "do", "goes": "go", "has": "have", "with": "with"}


def count(kind, number):
    one, many = NOUNS.get(kind, ("a thing", "things"))
    return one if number == 1 else f"{NUMBERS[number]} {many}" if 1 < number < len(NUMBERS) else f"many {many}"


def plural(phrase):
    """A verb phrase of one person for several: `walks past` -> `walk past`."""
    first, *rest = phrase.split(" ")
    if first in _PLURAL:
        first = _PLURAL[first]
    elif first.endswith("ies"):
        first = first[:-3] + "y"
    elif first.endswith(("shes", "ches", "sses", "xes")):
        first = first[:-2]
    elif first.endswith("s") and not first.endswith("ss"):
        first = first[:-1]
    return " ".join([first, *rest])


def describe(caption, rng=None):
    """A sentence, in the plain wording without `rng`."""
    choose = lambda options: options[0] if rng is None else options[rng.integers(len(options))]
    if caption["subject"] == "nothing":
        return choose(["Nothing is there.", "Nobody and nothing is in view.", "The place is empty.", "Nothing happens."])
    number, action = caption["number"], caption["action"]
    kind, phrases = WORDS.get(action, ("one", []))
    subject = count(caption["subject"], number)
    if kind == "whole" and phrases:
        text = choose(phrases)
    elif phrases:
        verb = choose(phrases)
        singular = kind in ("one", "vehicle", "animal")
        if singular and number > 1:
            verb = plural(verb)
        elif not singular and number == 1:       # the others are hidden
            verb = {"pair": "is with somebody", "group": "is in a group"}[kind]
        text = f"{subject} {verb}"
    else:
        text = f"{subject} {'is' if number == 1 or caption['subject'] in ('smoke', 'steam') else 'are'} there"
    if caption["direction"] != "none" and kind != "whole":
        text += " " + DIRECTIONS[caption["direction"]]
    text += " " + PLACES[caption["place"]]
    if rng is None or rng.random() < 0.5:
        text += ", " + WHERES[caption["where"]]
    others = [count(kind, n) for kind, n in caption["others"].items() if kind in NOUNS]
    if others:
        text += ", near " + " and ".join(others)
    return text[0].upper() + text[1:] + "."
