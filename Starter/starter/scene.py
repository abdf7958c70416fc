"""One picture: actors drawn into a place, far to near, with standing things in front where they stand nearer."""

from dataclasses import dataclass

import numpy as np

from .burning import Fire, Lamp, LightPatch, Smoke
from .canvas import Canvas
from .figures import Cyclist, Dog, Person, draw_figure, shadow_figure
from .things import Bag, Foliage, Litter
from .vehicles import Vehicle, draw_vehicle, shadow_vehicle


@dataclass
class Actor:
    """One thing at one moment. `kind` names what it counts as: person, cyclist, dog, car, van, truck, bag, fire,
    smoke, lamp, patch, litter."""

    kind: str
    model: object
    position: tuple              # (x, y) metres
    heading: float = 0.0
    travelled: float = 0.0
    gait: str = "stand"
    identity: int = 0            # 1...250, the value in the owner picture


def kind_of(model):
    if isinstance(model, Vehicle):
        return model.kind
    return {Person: "person", Cyclist: "cyclist", Dog: "dog", Bag: "bag", Fire: "fire", Smoke: "smoke", Lamp: "lamp",
            LightPatch: "patch", Litter: "litter", Foliage: "litter"}[type(model)]


def draw(place, actors, time=0.0):
    """The lit picture uint8 [H, W, 3] and the owner picture uint8 [H, W] (identity of the actor seen, 0 = none)."""
    camera, light = place.camera, place.light
    canvas = Canvas(place.empty)
    for actor in actors:
        model = actor.model
        if isinstance(model, LightPatch):
            model.draw(canvas, camera, actor.position, time)
        elif isinstance(model, (Person, Cyclist, Dog)):
            shadow_figure(canvas, camera, light, model, actor.position, actor.heading, actor.travelled, actor.gait, time)
        elif isinstance(model, Vehicle):
            shadow_vehicle(canvas, camera, light, model, actor.position, actor.heading)
        elif isinstance(model, Bag):
            model.shadow(canvas, camera, actor.position)
    canvas.settle_shadow(light.darkness, max(0.6, camera.height / 300))
    order = sorted((actor for actor in actors if not isinstance(actor.model, LightPatch)), key=lambda a: -np.hypot(*a.position))
    covers = [(distance, mask) for distance, mask in place.standing]
    for actor in order:
        canvas.current = actor.identity
        model = actor.model
        if isinstance(model, (Person, Cyclist, Dog)):
            draw_figure(canvas, camera, light, model, actor.position, actor.heading, actor.travelled, actor.gait, time)
        elif isinstance(model, Vehicle):
            draw_vehicle(canvas, camera, light, model, actor.position, actor.heading)
        elif isinstance(model, Bag):
            model.draw(canvas, camera, light, actor.position)
        elif isinstance(model, (Litter, Foliage)):
            model.draw(canvas, camera, light, actor.position, time)
        else:
            model.draw(canvas, camera, actor.position, time)
        own = canvas.owner == actor.identity
        reach = float(np.hypot(*actor.position))
        for distance, mask in covers:
            if distance < reach and not isinstance(model, Smoke):
                hidden = own & mask
                if hidden.any():
                    canvas.colour[hidden] = place.empty[hidden]
                    canvas.owner[hidden] = 0
    return canvas.colour, canvas.owner
