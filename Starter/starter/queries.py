"""Wordings of queries for evaluation clips. None of them is a sentence of the training grammar word for word."""

import numpy as np

from . import activities, examination, sentences

WORDINGS = {
    "person": ["a person goes through the picture", "somebody is present in front of the camera", "a walking human being"],
    "person runs": ["a person runs fast through here", "somebody is running through"],
    "person waits": ["a person stops and waits", "somebody stands still for a while"],
    "person lies": ["a person is lying flat on the ground", "somebody has fallen down"],
    "several people": ["several people together", "a group of people goes by", "more than two people at once"],
    "people run": ["a group of people runs by", "many people running together"],
    "vehicle": ["a vehicle drives by", "some vehicle comes into view", "a motor vehicle in the picture"],
    "car": ["a car drives past the camera", "one car comes by the camera"], "van": ["a van drives past the camera", "one van comes by"],
    "truck": ["a truck drives past the camera", "a lorry comes by"],
    "bicycle": ["a cyclist rides past", "a person riding past on a bicycle"], "motorcycle": ["a motorcyclist rides past", "a person riding past on a motorbike"], "dog": ["a dog runs past the camera", "a dog without its owner"],
    "animal": ["some animal comes by", "an animal in front of the camera"], "bag": ["a bag has been left standing", "an object left on the ground by somebody"],
    "fire": ["flames can be seen", "a fire has broken out"], "smoke": ["smoke is rising up", "a cloud of smoke can be seen"],
    "burning": ["something is on fire", "fire together with smoke"],
}
WORDINGS |= {"does " + name: [text] for name, text in examination.ACTIVITIES.items()}
WORDINGS |= {
    "does shake hands": ["two people greeting each other by hand"], "does walk together": ["two people walking along side by side"], "does sneak": ["an intruder walking bent low"], "does point": ["a person pointing the way"],
    "does pick up": ["a person picking a thing off the ground"], "does photograph": ["a person taking a picture with a phone"], "does loiter": ["a person hanging about for a while"], "does run for the bus": ["a person running to catch a vehicle"],
    "does play ball": ["people playing with a ball together"], "does get into a car": ["a driver getting into the car"], "does ride a motorcycle": ["a rider on a motorbike"], "does animal runs": ["an animal running past"],
    "does fall off a bicycle": ["a rider who has fallen off the bicycle"], "does carry together": ["two people carrying one thing together"], "does take a bag": ["a person taking a bag away"],
}
# For a clip that holds none of a family, these meanings are certainly absent.
FAMILIES = {"person": "people", "person runs": "people", "person waits": "people", "person lies": "people", "several people": "people", "people run": "people",
            "vehicle": "vehicles", "car": "vehicles", "van": "vehicles", "truck": "vehicles", "bicycle": "bicycles", "motorcycle": "motorcycles", "dog": "animals", "animal": "animals", "bag": "bags",
            "fire": "burning", "smoke": "burning", "burning": "burning"}
ACTIVITIES = {"person runs", "person waits", "person lies", "people run"}
# Which activities the older happenings are.
SAME = {"person runs": "run", "person waits": "stand", "person lies": "lie", "people run": "flee"}
_ALSO = {"bicycles": ("people", "motorcycles"), "motorcycles": ("people", "bicycles", "vehicles"), "people": ("bags",)}


def grade(meaning):
    return "activity" if meaning in ACTIVITIES or meaning.startswith("does ") else "coarse"


def absent(present, standing=()):
    """Meanings that are certainly absent from a clip in which the meanings `present` hold at times and things of the kinds `standing`
    stand all the time."""
    families = {FAMILIES[meaning] for meaning in present if meaning in FAMILIES} | {"vehicles" for kind in standing if kind in ("car", "van", "truck")}
    families |= {other for family in tuple(families) for other in _ALSO.get(family, ())}
    acts = np.zeros((1, len(activities.NAMES)), np.int8)
    done = {SAME.get(meaning, meaning.removeprefix("does ")) for meaning in present}
    for coarse, common in (("person", ("walk", "stand")), ("several people", ("walk", "walk together", "crowd")), ("vehicle", ("drive", "park")), ("bicycle", ("ride a bicycle",)), ("dog", ("animal walks", "animal runs"))):
        if coarse in present:
            done |= set(common)
    for name in done & set(activities.NAMES):
        acts[0, activities.NAMES.index(name)] = 1
    false = sentences.act_truth(acts)[0] == 0
    result = []
    for meaning in WORDINGS:
        if meaning.startswith("does "):
            if false[activities.NAMES.index(meaning[5:])]:
                result.append(meaning)
        elif FAMILIES[meaning] not in families:
            result.append(meaning)
    return result


def word(rng, meaning):
    options = WORDINGS.get(meaning) or [sentences.PLAIN[meaning] + " here"]
    return options[rng.integers(len(options))]
