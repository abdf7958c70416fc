"""One picture: actors drawn into a place, far to near, with standing things in front where they stand nearer."""

from dataclasses import dataclass

import numpy as np

from .burning import Fire, Lamp, LightPatch, Smoke
from .canvas import Canvas
from .figures import Animal, Cyclist, Person, draw_figure, shadow_figure
from .things import Arm, Bag, Door, Fence, Foliage, Litter, Puddle, Vessel
from .vehicles import Vehicle, beam_vehicle, draw_vehicle, shadow_vehicle


@dataclass
class Actor:
    """One thing at one moment. `kind` names what it counts as: one of `crops.KINDS`."""

    kind: str
    model: object
    position: tuple              # (x, y) metres
    heading: float = 0.0
    travelled: float = 0.0
    gait: str = "stand"          # of figures a name of `poses.MOTIONS`; of vehicles `doors` = a door is open
    identity: int = 0            # 1...250, the value in the owner picture
    time: float = None           # seconds since its motion began; None = the picture's time
    doing: frozenset = frozenset()   # names of activities it takes part in


def kind_of(model):
    if isinstance(model, Vehicle):
        return model.kind
    if isinstance(model, Cyclist):
        return "motorcycle" if model.engine else "cyclist"
    if isinstance(model, Animal):
        return "dog" if model.species == "dog" else "animal"
    if isinstance(model, Smoke):
        return "steam" if model.steam else "smoke"
    return {Person: "person", Bag: "bag", Fire: "fire", Lamp: "lamp", LightPatch: "patch", Litter: "litter", Foliage: "litter", Vessel: "litter", Arm: "arm", Door: "door", Fence: "fence",
            Puddle: "puddle"}[type(model)]


FIGURES = (Person, Cyclist, Animal)
FLAT = (LightPatch, Puddle)


def draw(place, actors, time=0.0):
    """The lit picture uint8 [H, W, 3] and the owner picture uint8 [H, W] (identity of the actor seen, 0 = none)."""
    camera, light = place.camera, place.light
    canvas = Canvas(place.empty)
    shapes = {}
    for actor in actors:
        model = actor.model
        if isinstance(model, LightPatch):
            model.draw(canvas, camera, actor.position, time)
        elif isinstance(model, Puddle):
            canvas.current = actor.identity
            model.draw(canvas, camera, actor.position, time if actor.time is None else actor.time)
            canvas.current = 0
        elif isinstance(model, FIGURES):
            shapes[id(actor)] = model.parts(actor.position, actor.heading, actor.travelled, actor.gait, time if actor.time is None else actor.time)
            shadow_figure(canvas, camera, light, shapes[id(actor)], actor.position, model.size)
        elif isinstance(model, Vehicle):
            beam_vehicle(canvas, camera, light, model, actor.position, actor.heading)
            shadow_vehicle(canvas, camera, light, model, actor.position, actor.heading)
        elif isinstance(model, Bag):
            model.shadow(canvas, camera, actor.position)
    canvas.settle_shadow(light.darkness, max(0.6, camera.height / 300))
    order = sorted((actor for actor in actors if not isinstance(actor.model, FLAT)), key=lambda a: -np.hypot(*a.position) - 0.4 * isinstance(a.model, Smoke))      # flames stand before their smoke
    for actor in order:
        canvas.current = actor.identity
        model = actor.model
        if isinstance(model, FIGURES):
            draw_figure(canvas, camera, light, shapes[id(actor)])
        elif isinstance(model, Vehicle):
            draw_vehicle(canvas, camera, light, model, actor.position, actor.heading, actor.gait == "doors")
        elif isinstance(model, Bag):
            model.draw(canvas, camera, light, actor.position)
        elif isinstance(model, (Litter, Foliage, Vessel, Arm)):
            model.draw(canvas, camera, light, actor.position, time)
        elif isinstance(model, Door):
            model.draw(canvas, camera, light, actor.position, actor.heading, time if actor.time is None else actor.time)
        elif isinstance(model, Fence):
            model.draw(canvas, camera, light, actor.position, actor.heading)
        else:
            model.draw(canvas, camera, actor.position, time)
        reach = float(np.hypot(*actor.position))
        if isinstance(model, Smoke) or not any(distance < reach for distance, _ in place.standing):
            continue
        own = canvas.owner == actor.identity
        for distance, mask in place.standing:
            if distance < reach:
                hidden = own & mask
                if hidden.any():
                    canvas.colour[hidden] = place.empty[hidden]
                    canvas.owner[hidden] = 0
    return canvas.colour, canvas.owner
