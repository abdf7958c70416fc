"""What the events of a manifest of real clips say about people and vehicles, second by second.

Sentences are read for words; what they do not settle is left out rather than guessed.
"""

import re

PERSON = re.compile(r"\b(man|men|woman|women|person|persons|people|pedestrians?|boys?|girls?|child|children|somebody|someone|he|she|cyclists?|bicyclists?|workers?|customers?|group)\b", re.I)
NO_PERSON = re.compile(r"\b(nobody|no one|no people|no person|empty)\b", re.I)
MAYBE_PERSON = re.compile(r"\b(hands?|arms?|driver|riders?|motorcycles?|motorcyclists?|motorbikes?|scooters?|bicycles?|legs?|who|they|struggl\w+|fight\w*|attack\w*|walks?|walking|runs?|running|grabs?)\b", re.I)
VEHICLE = re.compile(r"\b(cars?|vehicles?|vans?|trucks?|lorry|lorries|bus|buses|minibus|traffic|taxi|suv)\b", re.I)
MAYBE_VEHICLE = re.compile(r"\b(motorcycles?|motorcyclists?|motorbikes?|scooters?|driver|door|parked|parks|stands still|road)\b", re.I)
_ASIDE = re.compile(r"\([^)]*\)")


def labels(clip, times):
    """[(person, vehicle)] by time: True, False or None where the manifest does not settle it. Near the edges of events nothing is settled."""
    edge = max(0.5, float(clip.get("boundary_tolerance_s", 0.5)))
    parked = None                            # from when on a vehicle may stand in the picture
    for event in clip["events"]:
        if VEHICLE.search(event["text"]) and re.search(r"\b(parks?|stops?|stands)\b", event["text"], re.I):
            parked = event["start"] if parked is None else min(parked, event["start"])
    always = bool(re.search(r"(vans?|cars?|trucks?|vehicles?)[^.]*\bparked\b", clip.get("notes", "") + " " + clip.get("scene", ""), re.I))
    return [_at(clip["events"], float(time), edge, parked, always) for time in times]


def _at(events, time, edge, parked, always):
    inside = [event for event in events if event["start"] <= time <= event["end"]]
    near = [event for event in events if min(abs(time - event["start"]), abs(time - event["end"])) < edge and event["start"] > 0.05]
    person = _settled(inside, near, PERSON, NO_PERSON, MAYBE_PERSON)
    vehicle = _settled(inside, near, VEHICLE, None, MAYBE_VEHICLE)
    if vehicle is False and (always or (parked is not None and time >= parked)):
        vehicle = None
    return person, vehicle


def _settled(inside, near, words, denied, maybe):
    texts = [_ASIDE.sub(" ", event["text"]) for event in inside]
    plain = [denied.sub(" ", text) if denied else text for text in texts]
    asides = " ".join(part for event in inside for part in _ASIDE.findall(event["text"]))
    says = [bool(words.search(text)) for text in plain]
    if any(bool(words.search(event["text"])) != any(says) for event in near):
        return None                          # it begins or ends just here
    if any(says):
        return True
    if not inside or words.search(asides) or any(maybe.search(text) for text in texts):
        return None
    return False
