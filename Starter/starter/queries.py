"""Wordings of queries for evaluation clips. None of them is a sentence of the training grammar word for word."""

WORDINGS = {
    "person": ["a person goes through the picture", "somebody is present in front of the camera", "a walking human being"],
    "person runs": ["a person runs fast", "somebody is running through"],
    "person waits": ["a person stops and waits", "somebody stands still for a while"],
    "person lies": ["a person is lying on the ground", "somebody has fallen down"],
    "several people": ["several people together", "a group of people goes by", "more than two people at once"],
    "people run": ["a group of people runs", "many people running together"],
    "vehicle": ["a vehicle drives by", "some vehicle comes into view", "a motor vehicle in the picture"],
    "car": ["a car drives past the camera", "one car comes by"], "van": ["a van drives past the camera", "one van comes by"],
    "truck": ["a truck drives past the camera", "a lorry comes by"],
    "bicycle": ["a cyclist rides past", "a person riding past on a bicycle"], "dog": ["a dog runs past the camera", "a dog without its owner"],
    "bag": ["a bag has been left standing", "an object left on the ground by somebody"],
    "fire": ["flames can be seen", "a fire has broken out"], "smoke": ["smoke is rising up", "a cloud of smoke can be seen"],
    "burning": ["something is on fire", "fire together with smoke"],
}
# For a clip that holds none of a family, these meanings are certainly absent.
FAMILIES = {"person": "people", "person runs": "people", "person waits": "people", "person lies": "people", "several people": "people", "people run": "people",
            "vehicle": "vehicles", "car": "vehicles", "van": "vehicles", "truck": "vehicles", "bicycle": "bicycles", "dog": "dogs", "bag": "bags",
            "fire": "burning", "smoke": "burning", "burning": "burning"}
ACTIVITIES = {"person runs", "person waits", "person lies", "people run"}


def word(rng, meaning):
    options = WORDINGS[meaning]
    return options[rng.integers(len(options))]
