"""The examination: sentences in wordings that training never saw, one of which is asked for in each clip.

An item is a short clip of one meaning. All sentences compete whose meaning is false in it; those that are true or undecided
beside the one asked for (a person, when somebody dances) take no part. So one answer is right, and chance is one in the
number that compete.
"""

import numpy as np

from . import sentences
from .activity_words import WORDS

COARSE = {
    "nothing": "all is quiet, there is not a thing to be seen", "person": "one can see some person here", "several people": "quite a few persons at once", "crowd": "a dense crowd has formed",
    "car": "here comes an ordinary car", "van": "a big van shows up", "truck": "a heavy lorry shows up", "bicycle": "some person passes on a bicycle", "motorcycle": "some person passes on a motorbike",
    "dog": "a dog trots about", "bag": "a bag or a parcel has been put there", "fire": "bright flames flare up", "smoke": "dense smoke spreads",
}
ACTIVITIES = {
    "run": "a person running as fast as possible", "lie": "some man lying flat on the floor", "sit": "some woman sitting there on a seat", "crouch": "a person squatting low", "crawl": "somebody crawling on all fours",
    "wave": "a person waving at the camera", "phone": "a person holding a phone to the ear", "stretch": "a person stretching the arms over the head", "exercise": "somebody busy with push-ups",
    "dance": "somebody dancing about", "jump": "a person jumping into the air", "dig": "a worker digging with a shovel", "sweep": "a worker sweeping the ground with a broom", "climb a ladder": "a worker climbing up a ladder",
    "climb a fence": "an intruder climbing over the fence", "carry": "a person carrying a large box", "drag": "a person dragging a heavy sack along", "push a cart": "a customer shoving a trolley along",
    "pull a suitcase": "a traveller with a suitcase on wheels", "umbrella": "a walker who holds an umbrella", "hands up": "a person holding up both hands", "aim": "a man pointing a pistol", "vandalise": "a man smashing things with a bat",
    "break in": "a burglar forcing a lock", "open a door": "somebody opening the door", "get out of a car": "a driver getting out of the car", "load a car": "somebody loading a vehicle", "fight": "two men fighting with their fists",
    "attack": "somebody kicking a person who lies on the floor", "first aid": "somebody kneeling by an injured person", "hug": "a couple in a close hug", "talk": "two people talking with each other",
    "chase": "one man chasing another man", "queue": "people waiting in a line", "stand in a circle": "people standing together in a circle", "march": "a crowd walking along", "flee": "people running away in panic",
    "walk the dog": "a person walking with a dog on a leash", "push a bicycle": "a person pushing a bicycle by hand", "crash": "a collision between two cars", "traffic jam": "cars waiting behind each other", "car burns": "flames coming from a car",
    "steam": "some white steam coming out", "spill": "a puddle of something spilt",
}
SENTENCES = {**COARSE, **{"does " + name: text for name, text in ACTIVITIES.items()}}
MEANINGS = list(SENTENCES)


def heard_before(tries=60_000, seed=0):
    """Sentences of the examination that training's grammar makes word for word (there must be none): every subject with every form
    of every phrase, and `tries` sentences as they come."""
    rng = np.random.default_rng(seed)
    made = {sentences.wording(rng, sentences.NAMES[i % len(sentences.NAMES)]) for i in range(tries)} | set(sentences.PLAIN.values())
    subjects = sentences.PERSON + sentences.PEOPLE + sentences.VEHICLES + sentences.CARS + ["two people", "two persons", "two men", "people", "a man and a woman", "two women"]
    for kind, phrases in WORDS.values():
        for phrase in phrases:
            form = sentences.progressive(phrase)
            forms = [phrase] + ([form, "is " + form, "are " + form, "who is " + form, "who are " + form] if form else [])
            made |= {phrase} if kind == "whole" else {f"{subject} {form}" for subject in subjects for form in forms}
    return sorted(set(SENTENCES.values()) & made)
