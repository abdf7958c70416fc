"""Poses of a human body by formulas: every motion is a function of time, of the way travelled and of a variant.

Angles in radians. A limb that hangs down has angle 0, forward and up is positive; pairs are (left, right). Lengths are
shares of the body's height. No recorded motion is used anywhere.
"""

from dataclasses import dataclass, field

import numpy as np

PI = np.pi


@dataclass
class Pose:
    lean: float = 0.0                # trunk forward
    side: float = 0.0                # trunk to the left
    tilt: float = 0.0                # whole body about the hips: pi/2 face down, -pi/2 on the back
    roll: float = 0.0                # whole body about its long axis, once tilted
    thighs: tuple = (0.0, 0.0)
    knees: tuple = (0.05, 0.05)      # bend, shin backwards
    spread: tuple = (0.03, 0.03)     # legs outwards
    arms: tuple = (0.0, 0.0)
    out: tuple = (0.1, 0.1)          # arms outwards
    elbows: tuple = (0.2, 0.2)       # bend, forearm forward and up
    inward: tuple = (0.0, 0.0)       # forearms towards the middle
    head: float = 0.0                # forward
    twist: float = 0.0               # whole figure about the vertical
    lift: float = 0.0                # lowest point above the ground
    props: tuple = ()                # what is held or used, see `figures`


@dataclass
class Moment:
    """`t` seconds since the motion began, `cycle` radians of the step cycle, `v` 0...1 a variant fixed for a figure, `speed` of the
    own rhythm (about 1), `phase` radians, `arms` habit of a standing person."""

    t: float
    cycle: float
    v: float = 0.5
    speed: float = 1.0
    phase: float = 0.0
    arms: str = "swing"

    def wave(self, rate, shift=0.0):
        """Sine of `rate` turns a second."""
        return np.sin(2 * PI * rate * self.speed * self.t + self.phase + shift)


def smooth(x):
    """0 below 0, 1 above 1, even at both ends."""
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)


def blend(a, b, share):
    """The pose between two poses."""
    mix = lambda x, y: tuple((1 - share) * np.array(x) + share * np.array(y)) if isinstance(x, tuple) else (1 - share) * x + share * y
    values = {name: mix(getattr(a, name), getattr(b, name)) for name in Pose.__dataclass_fields__ if name != "props"}
    return Pose(**values, props=a.props if share < 0.5 else b.props)


def _legs(m, swing, knee):
    a, b = np.sin(m.cycle), np.sin(m.cycle + PI)
    return dict(thighs=(swing * a, swing * b), knees=(knee * max(0, np.sin(m.cycle + 1.9)) + 0.05, knee * max(0, np.sin(m.cycle + PI + 1.9)) + 0.05))


def _habit(m):
    return {"hips": dict(arms=(-0.25, -0.25), elbows=(0.9, 0.9), out=(0.55, 0.55), inward=(0.7, 0.7)), "folded": dict(arms=(0.3, 0.3), elbows=(1.8, 1.8), inward=(1.0, 1.0)),
            "pockets": dict(arms=(-0.12, -0.12), elbows=(0.45, 0.45), out=(0.16, 0.16))}.get(m.arms, dict(arms=(0.03, -0.02), elbows=(0.22, 0.18)))


def stand(m):
    return Pose(side=0.03 * m.wave(0.1), lean=0.02, thighs=(0.03, -0.04 + 0.1 * (m.v - 0.5)), spread=(0.05 + 0.06 * m.v, 0.05), head=0.1 * m.wave(0.07), twist=0.25 * m.wave(0.05), **_habit(m))


def walk(m):
    swing = 0.42 + 0.08 * m.v
    habit = {} if m.arms in ("swing", "hips", "folded") else _habit(m)
    return Pose(**{**dict(lean=0.04, side=0.03 * np.cos(m.cycle), arms=(-0.8 * swing * np.sin(m.cycle), 0.8 * swing * np.sin(m.cycle)), elbows=(0.3, 0.3)), **_legs(m, swing, 0.6), **habit})


def run(m):
    return Pose(lean=0.2 + 0.1 * m.v, arms=(-0.9 * np.sin(m.cycle), 0.9 * np.sin(m.cycle)), elbows=(1.55, 1.55), lift=0.025 * abs(np.cos(m.cycle)), **_legs(m, 0.85, 1.5))


def limp(m):
    p = walk(m)
    p.knees, p.thighs, p.side, p.lean = (0.05, p.knees[1]), (0.3 * p.thighs[0], p.thighs[1]), 0.16 * np.sin(m.cycle) + 0.1, 0.14
    p.arms = (0.3, p.arms[1])
    return p


def sneak(m):
    legs = _legs(m, 0.45, 0.7)
    return Pose(lean=0.6, thighs=tuple(0.55 + 0.8 * np.array(legs["thighs"])), knees=tuple(0.9 + 0.5 * np.array(legs["knees"])), arms=(0.3 - 0.2 * np.sin(m.cycle), 0.3 + 0.2 * np.sin(m.cycle)),
                elbows=(1.1, 1.1), head=-0.5)


def crawl(m):
    a = np.sin(m.cycle)
    if m.v < 0.7:                    # on hands and knees
        return Pose(tilt=1.45, thighs=(1.45 + 0.3 * a, 1.45 - 0.3 * a), knees=(1.5, 1.5), arms=(1.45 - 0.35 * a, 1.45 + 0.35 * a), elbows=(0.1, 0.1), head=-0.6, spread=(0.15, 0.15))
    return Pose(tilt=1.57, thighs=(0.1 + 0.5 * max(a, 0), 0.1 + 0.5 * max(-a, 0)), knees=(0.9 * max(a, 0), 0.9 * max(-a, 0)), spread=(0.4, 0.4), arms=(2.2 + 0.5 * a, 2.2 - 0.5 * a), elbows=(0.9, 0.9), out=(0.5, 0.5), head=-0.4)


def lie(m):
    kind = int(m.v * 4)
    loose = 0.03 * m.wave(0.08)
    bent = (m.v * 13) % 1
    if kind == 0:
        return Pose(tilt=-1.57, knees=(0.2 + 1.2 * bent, 0.1), thighs=(0.1 + 0.7 * bent, 0.05), arms=(0.2, 0.1), out=(0.5 + loose, 0.9), spread=(0.2, 0.15))
    if kind == 1:
        return Pose(tilt=1.57, thighs=(0.1 + 0.6 * bent, 0.0), knees=(0.7 * bent, 0.1), arms=(1.6 + bent, 0.4), out=(0.7, 0.5 + loose), elbows=(1.1, 0.4), spread=(0.4, 0.1))
    if kind == 2:
        return Pose(tilt=1.57, roll=1.4, thighs=(0.7 + 0.4 * bent, 0.5), knees=(1.1, 0.9 * bent), arms=(0.8, 1.1), elbows=(1.0, 0.7 + loose), head=0.2)
    return Pose(tilt=-1.57, roll=0.25, thighs=(0.0, 0.15), arms=(2.2 * bent, 0.1), out=(1.0, 0.3 + loose), spread=(0.25, 0.3))


def fall(m):
    """About a second from standing to lying."""
    s = smooth(m.t / 0.9) ** 1.4
    down = lie(m)
    middle = Pose(lean=0.7, side=0.3 * np.sign(m.v - 0.5), thighs=(0.9, 0.4), knees=(1.3, 0.9), arms=(1.3, 1.6), out=(0.7, 0.7), tilt=0.35 * np.sign(down.tilt))
    return blend(stand(m), middle, smooth(2 * s)) if s < 0.5 else blend(middle, down, smooth(2 * s - 1))


def get_up(m):
    s = smooth(m.t / 2.2)
    middle = Pose(lean=0.7, thighs=(1.6, 0.2), knees=(1.7, 1.7), arms=(0.9, 0.5), tilt=0.2)
    return blend(lie(m), middle, smooth(2 * s)) if s < 0.5 else blend(middle, stand(m), smooth(2 * s - 1))


def sit(m):
    bob = 0.03 * m.wave(0.1)
    arms = dict(arms=(0.5, 0.4), elbows=(0.6 + bob, 0.7), inward=(0.3, 0.3))
    if m.v < 0.6:                    # on a chair or bench
        return Pose(lean=-0.05 + 0.3 * (m.v * 7 % 1), thighs=(1.5, 1.45), knees=(1.45, 1.4), spread=(0.15, 0.15), props=("bench" if m.v < 0.3 else "chair",), **arms)
    return Pose(lean=0.25, thighs=(1.75, 1.6), knees=(1.3 if m.v < 0.8 else 0.2, 1.2 if m.v < 0.9 else 0.1), spread=(0.15, 0.2), **arms)


def crouch(m):
    return Pose(lean=0.5 + 0.04 * m.wave(0.15), thighs=(2.0, 1.85), knees=(2.35, 2.3), spread=(0.25, 0.2), arms=(0.9, 0.8), elbows=(0.6, 0.8 + 0.3 * m.wave(0.4)), inward=(0.3, 0.3), head=0.2)


def kneel(m):
    return Pose(lean=0.25 + 0.1 * m.wave(0.3), thighs=(0.1, 0.1 if m.v < 0.5 else 1.5), knees=(1.6, 1.6), arms=(0.8, 0.9 + 0.2 * m.wave(0.6)), elbows=(0.5, 0.6), inward=(0.3, 0.3), head=0.4)


def wave(m):
    p = stand(m)
    swing = 0.35 * m.wave(1.3)
    if m.v < 0.6:
        p.arms, p.out, p.elbows, p.inward = (0.0, 2.3), (0.1, 0.9), (0.2, 0.7), (0.0, 0.3 + swing)
    else:                            # both arms, for help
        p.arms, p.out, p.elbows = (2.6, 2.6), (0.8 + swing, 0.8 - swing), (0.25, 0.25)
    return p


def point(m):
    p = stand(m)
    p.arms, p.out, p.elbows = (0.0, 1.45 + 0.06 * m.wave(0.2)), (0.1, 0.1 + 0.5 * m.v), (0.2, 0.03)
    return p


def phone(m):
    p = stand(m)
    if m.v < 0.6:
        p.arms, p.out, p.elbows, p.inward = (0.05, 0.55), (0.1, 0.7), (0.2, 2.45), (0.0, 0.5)
    else:
        p.arms, p.elbows, p.inward, p.head = (0.4, 0.55), (1.3, 1.45), (0.5, 0.5), 0.45
    p.props = ("phone",)
    return p


def photograph(m):
    p = stand(m)
    p.arms, p.out, p.elbows, p.inward, p.props = (1.15, 1.15), (0.2, 0.2), (1.0, 1.0), (0.4, 0.4), ("phone",)
    return p


def stretch(m):
    s = 0.5 + 0.5 * m.wave(0.25)
    return Pose(side=0.5 * m.wave(0.12), lean=-0.1, arms=(2.9, 2.9), out=(0.25 + 0.3 * s, 0.25 + 0.3 * s), elbows=(0.15, 0.15), spread=(0.22, 0.22))


def exercise(m):
    s = 0.5 + 0.5 * m.wave(0.5)
    return Pose(tilt=1.3 + 0.15 * s, arms=(1.5 - 0.3 * s, 1.5 - 0.3 * s), elbows=(-1.3 * s - 0.05, -1.3 * s - 0.05), out=(0.2 + 0.5 * s, 0.2 + 0.5 * s), head=-0.2)


def dance(m):
    a, b = m.wave(0.9), m.wave(0.45)
    return Pose(side=0.25 * a, twist=0.9 * b, thighs=(0.5 * max(a, 0), 0.5 * max(-a, 0)), knees=(0.3 + 0.7 * max(a, 0), 0.3 + 0.7 * max(-a, 0)), spread=(0.2, 0.2), arms=(1.4 + 1.2 * a, 1.4 - 1.2 * a),
                out=(0.8 + 0.3 * b, 0.8 - 0.3 * b), elbows=(0.9 + 0.6 * b, 0.9 - 0.6 * b), lift=0.02 * max(b, 0))


def jump(m):
    u = (m.t * 0.9 * m.speed + m.phase) % 1
    if u < 0.35:
        s = smooth(u / 0.35)
        return Pose(lean=0.5 * s, thighs=(1.2 * s, 1.2 * s), knees=(1.6 * s, 1.6 * s), arms=(-0.8 * s, -0.8 * s))
    h = np.sin(PI * (u - 0.35) / 0.65)
    return Pose(thighs=(0.35 * h, 0.2 * h), knees=(0.5 * h, 0.7 * h), arms=(2.7 * h, 2.7 * h), out=(0.4, 0.4), spread=(0.1 + 0.2 * h, 0.1 + 0.2 * h), lift=0.24 * h)


def throw(m):
    u = (m.t * 0.6 * m.speed) % 1
    s = smooth(u / 0.45) - 1.0 * smooth((u - 0.5) / 0.15)
    done = u > 0.62
    return Pose(lean=-0.3 * s + 0.35 * done, side=0.15 * s, thighs=(0.45, -0.35), knees=(0.2, 0.3), arms=(1.3 * s, (3.0 if not done else 1.1) - 0.2 * s), out=(0.2, 0.5), elbows=(0.2, 1.6 * s + 0.1),
                props=() if done else ("ball",))


def kick(m):
    u = (m.t * 0.8 * m.speed) % 1
    s = np.sin(2 * PI * u)
    return Pose(lean=-0.15 * s, thighs=(-0.1, 1.15 * s if s > 0 else 0.7 * s), knees=(0.15, 0.15 if s > 0 else 1.1), arms=(0.5 * s, -0.5 * s), out=(0.7, 0.7))


def dig(m):
    s = 0.5 + 0.5 * m.wave(0.45)
    return Pose(lean=0.75 - 0.35 * s, twist=0.35 * s, thighs=(0.5, 0.1), knees=(0.5, 0.25), arms=(0.8 + 0.3 * s, 0.45 + 0.6 * s), elbows=(0.2, 0.7), inward=(0.2, 0.4), props=("shovel",), head=0.2)


def sweep(m):
    s = m.wave(0.55)
    return Pose(lean=0.3, twist=0.3 * s, arms=(0.7 + 0.15 * s, 0.9), elbows=(0.3, 0.9), inward=(0.35, 0.5), props=("broom",), thighs=(0.15, -0.1), head=0.25)


def climb_ladder(m):
    a = np.sin(m.cycle + 2 * PI * 0.4 * m.t)
    return Pose(lean=0.1, thighs=(0.6 + 0.45 * a, 0.6 - 0.45 * a), knees=(0.9 + 0.6 * a, 0.9 - 0.6 * a), arms=(2.0 - 0.4 * a, 2.0 + 0.4 * a), elbows=(0.6, 0.6), lift=min(0.15 + 0.8 * m.v + 0.1 * m.t, 1.3), props=("ladder",), head=-0.3)


def climb_fence(m):
    u = m.v * 0.6 + 0.4 * smooth(m.t / 4)
    a = m.wave(0.4)
    low = Pose(lean=0.15, thighs=(0.9 + 0.4 * a, 0.5 - 0.4 * a), knees=(1.2, 0.9), arms=(2.4, 2.3), elbows=(0.4, 0.5), lift=0.18, head=-0.3)
    top = Pose(lean=0.9, tilt=0.35, thighs=(1.2, -0.2), spread=(0.7, 0.4), knees=(0.9, 0.5), arms=(0.9, 1.1), elbows=(0.3, 0.3), lift=0.62)
    return blend(low, top, u)


def pick_up(m):
    s = 0.5 - 0.5 * np.cos(2 * PI * np.clip(m.t * 0.35 * m.speed + 0.25, 0, 0.75))
    if m.v < 0.6:                    # bending the back
        down = Pose(lean=1.5, thighs=(0.25, 0.2), knees=(0.35, 0.3), arms=(1.25, 1.3), elbows=(0.1, 0.1), head=0.2)
    else:                            # bending the knees
        down = Pose(lean=0.9, thighs=(1.6, 1.1), knees=(1.9, 1.7), arms=(0.9, 0.9), elbows=(0.1, 0.1))
    return blend(stand(m), down, s)


def put_down(m):
    p = pick_up(m)
    p.props = ("bag",)
    return p


def carry(m):
    p = walk(m)
    if m.v < 0.65:
        p.lean, p.arms, p.elbows, p.inward, p.props = -0.08, (0.55, 0.55), (1.15, 1.15), (0.15, 0.15), ("box",)
    elif m.v < 0.85:
        p.arms, p.elbows, p.props, p.side = (p.arms[0], -0.02), (0.2, 0.05), ("heavy bag",), 0.12
    else:                            # on the shoulder
        p.arms, p.out, p.elbows, p.props = (p.arms[0], 2.4), (0.1, 0.4), (0.3, 1.6), ("sack",)
    return p


def drag(m):
    legs = _legs(m, 0.35, 0.4)
    return Pose(lean=0.55, thighs=tuple(0.35 + np.array(legs["thighs"])), knees=tuple(0.45 + np.array(legs["knees"])), arms=(0.55, 0.55), elbows=(0.2, 0.2), props=("dragged",))


def push_cart(m):
    p = walk(m)
    p.lean, p.arms, p.elbows, p.props = 0.22, (0.75, 0.75), (0.55, 0.55), ("cart",)
    return p


def pull_case(m):
    p = walk(m)
    p.arms, p.elbows, p.props = (p.arms[0], -0.5), (0.3, 0.0), ("trolley",)
    return p


def umbrella(m):
    p = walk(m) if m.cycle else stand(m)
    p.arms, p.elbows, p.inward, p.props = (p.arms[0], 0.6), (0.3, 1.7), (0.0, 0.3), ("umbrella",)
    return p


def hands_up(m):
    return Pose(arms=(0.3, 0.3), out=(1.75 + 0.05 * m.wave(0.3), 1.75), elbows=(1.4, 1.4), spread=(0.1, 0.1))


def aim(m):
    p = stand(m)
    p.arms, p.out, p.elbows, p.props, p.thighs, p.knees = (1.4 if m.v < 0.6 else 0.1, 1.5), (-0.1, 0.0), (0.1, 0.05), ("gun",), (0.3, -0.2), (0.25, 0.1)
    return p


def strike(m):
    """Hitting a thing with a bat or bar."""
    s = 0.5 + 0.5 * m.wave(0.7)
    return Pose(lean=0.45 - 0.5 * s, twist=0.3 * (1 - s), thighs=(0.4, -0.3), knees=(0.3, 0.2), arms=(1.0 + 1.8 * s, 1.1 + 1.8 * s), elbows=(0.3 + 0.7 * s, 0.3 + 0.7 * s), inward=(0.4, 0.4), props=("bat",))


def pry(m):
    """Working at a lock with a bar."""
    s = m.wave(0.8)
    return Pose(lean=0.5 + 0.12 * s, thighs=(0.6, -0.1), knees=(0.6, 0.3), arms=(1.1 + 0.2 * s, 1.0 + 0.25 * s), elbows=(0.5, 0.6), inward=(0.4, 0.4), props=("bar",), head=0.1)


def handle(m):
    """One hand at a door's handle."""
    p = stand(m)
    p.arms, p.out, p.elbows = (0.0, 1.15 + 0.15 * m.wave(0.3)), (0.1, 0.1), (0.2, 0.35)
    return p


def punch(m):
    a = m.wave(1.5)
    u, w = max(a, 0) ** 2, max(-a, 0) ** 2
    if m.v > 0.75:                   # grappling
        return Pose(lean=0.55 + 0.15 * a, side=0.3 * m.wave(0.7), thighs=(0.7, -0.5), knees=(0.6, 0.4), arms=(1.3, 1.5), out=(0.5, 0.5), elbows=(0.7, 0.6), spread=(0.2, 0.2), twist=0.4 * m.wave(0.5))
    return Pose(lean=0.25 + 0.12 * a, twist=0.45 * a, thighs=(0.5, -0.4 + 0.9 * u * (m.v < 0.25)), knees=(0.4, 0.35), arms=(0.7 + 0.9 * u, 0.7 + 0.9 * w), elbows=(1.8 - 1.7 * u, 1.8 - 1.7 * w), inward=(0.3, 0.3), spread=(0.2, 0.2))


def guard(m):
    """Shielding oneself."""
    a = m.wave(1.2)
    return Pose(lean=-0.2 - 0.2 * a, side=0.25 * m.wave(0.8), twist=0.3 * a, thighs=(-0.3, 0.3), knees=(0.4, 0.5), arms=(1.5, 1.7), out=(0.2, 0.3), elbows=(1.9, 1.7), inward=(0.5, 0.5), head=0.3)


def stomp(m):
    s = 0.5 + 0.5 * m.wave(0.9)
    return Pose(lean=0.35, thighs=(0.0, 0.3 + 0.9 * s), knees=(0.1, 0.3 + 0.7 * s), arms=(0.3, 0.6), out=(0.5, 0.6), elbows=(1.0, 0.8), head=0.4)


def hug(m):
    return Pose(lean=0.16 + 0.02 * m.wave(0.2), arms=(1.25, 1.1), out=(0.2, 0.35), elbows=(0.9, 1.0), inward=(0.9, 0.8), side=0.06 * np.sign(m.v - 0.5), head=0.25)


def offer(m):
    s = 0.7 + 0.3 * m.wave(0.3)
    p = stand(m)
    p.arms, p.elbows, p.lean = (0.0, 0.9 + 0.35 * s), (0.2, 0.5 - 0.3 * s), 0.1
    return p


def offer_thing(m):
    p = offer(m)
    p.props = ("parcel",)
    return p


def shake(m):
    p = stand(m)
    p.arms, p.elbows, p.inward = (0.0, 0.85 + 0.12 * m.wave(1.5)), (0.2, 0.55), (0.0, 0.2)
    return p


def talk(m):
    p = stand(m)
    s = m.wave(0.5)
    p.arms, p.elbows = (0.2 + 0.2 * s, 0.35 + 0.3 * m.wave(0.7)), (0.6 + 0.5 * s, 1.1 + 0.4 * m.wave(0.6))
    return p


def bend_in(m):
    """Bent forward into a car or over a thing."""
    return Pose(lean=1.0 + 0.1 * m.wave(0.3), thighs=(0.3, 0.1), knees=(0.35, 0.2), arms=(1.2, 0.9), elbows=(0.5, 0.6), head=-0.3)


def push_bicycle(m):
    p = walk(m)
    p.arms, p.elbows, p.out, p.props = (0.6, 0.75), (0.4, 0.4), (0.3, 0.1), ("bicycle",)
    return p


def leash(m):
    p = walk(m)
    p.arms, p.elbows, p.props = (p.arms[0], 0.5), (0.3, 0.4), ("leash",)
    return p


def hold_ball(m):
    p = stand(m)
    p.arms, p.elbows, p.inward, p.props = (0.6, 0.6), (1.1, 1.1), (0.3, 0.3), ("ball",)
    return p


MOTIONS = {name: value for name, value in list(globals().items()) if callable(value) and getattr(value, "__module__", "") == __name__
           and name not in ("Pose", "Moment", "smooth", "blend") and not name.startswith("_")}
STEPPING = {"walk": 1.0, "run": 1.6, "limp": 0.7, "sneak": 0.8, "crawl": 0.75, "carry": 0.9, "drag": 0.6, "push_cart": 0.95, "pull_case": 1.0, "umbrella": 0.95, "push_bicycle": 1.0, "leash": 1.0}
MOMENTARY = {"fall", "get_up"}       # motions whose time counts from their own begin
