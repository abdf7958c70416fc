"""Command: the demonstration clip, two minutes of a yard: ordinary life, then a fire."""

import argparse
from itertools import count
from pathlib import Path

import cv2
import numpy as np

from . import manifest, video
from .burning import Fire, Smoke
from .camera import Camera
from .figures import random_person
from .happenings import Happening
from .look import Look
from .place import random_place
from .story import HEIGHT, WIDTH, Story
from .tracks import Track
from .vehicles import Vehicle

SEED = 1_700_004                 # an evaluation seed: never part of training
SHARED = Path(__file__).resolve().parents[2] / "share" / "demo"


def plot(seed=SEED):
    rng = np.random.default_rng(seed)
    camera = Camera(WIDTH, HEIGHT, lens_height=4.2, pitch=np.radians(24), field_of_view=np.radians(62))
    place = random_place(rng, WIDTH, HEIGHT, "yard", camera, "overcast")
    look = Look(gain=1.0, gamma=0.95, grey=0.0, blur=0.5, noise=2.0, jpeg=0, clock=True, haze=0.0, sharpen=0.3)
    story = Story(place, look, 118.0, 12.5, drift=(0.025, 60.0, 1.0), noise_seed=seed, start_of_day=9.5 * 3600)
    ids = (1 + i for i in count())

    def walk(points, person=None, text="A person walks through the yard."):
        track = Track("person", person or random_person(rng), next(ids), points)
        return Happening("person", text, [track], [([track], "person", "coarse")])

    def ground(u, v):
        return tuple(map(float, camera.ground(np.array([u * WIDTH, v * HEIGHT]))))

    def across(v0, v1, speed, reverse=False, margin=0.02, body=0.4):
        a, b = np.array(ground(-margin, v0)), np.array(ground(1 + margin, v1))
        if reverse:
            a, b = b, a
        unit = (b - a) / np.linalg.norm(b - a)
        a, b = a - body * unit, b + body * unit
        return [(0.0, *map(float, a)), (float(np.linalg.norm(b - a) / speed), *map(float, b))]

    def drive(car, points, stop=0.0):
        (_, x0, y0), (t1, x1, y1) = points
        xm, ym = x0 + 0.5 * (x1 - x0), y0 + 0.5 * (y1 - y0)
        track = Track("car", car, next(ids), [(0.0, x0, y0), (0.5 * t1, xm, ym), (0.5 * t1 + stop, xm, ym), (t1 + stop, x1, y1)])
        return Happening("car", "A car drives through the yard.", [track], [([track], "vehicle", "coarse")])

    # Within the first 20 seconds one car and one person have been seen.
    story.add(drive(Vehicle("car", 4.4, 1.8, 1.48, (168, 172, 176), (0, 0, 0)), across(0.6, 0.64, 2.0, reverse=True, body=3.0)), 1.6)
    story.add(walk(across(0.72, 0.66, 1.15)), 16.0)
    story.add(drive(Vehicle("car", 4.5, 1.8, 1.5, (150, 26, 30), (0, 0, 0)), across(0.6, 0.64, 3.0, body=3.0), 4.0), 31.0)
    base = across(0.75, 0.7, 1.1)
    group = []
    for i, (dx, dy, lag) in enumerate([(0.0, 0.0, 0.0), (-1.1, 0.5, 0.1), (0.9, 0.9, 0.3), (-0.3, 1.5, 0.4)]):
        group.append(Track("person", random_person(rng), next(ids), [(t + lag, x + dx, y + dy) for t, x, y in base]))
    story.add(Happening("people", "Four people walk through the yard together.", group, [(group, "person", "coarse"), (group, "several people", "coarse")]), 51.0)
    story.add(walk(across(0.66, 0.74, 1.2, reverse=True), text="A person walks through the yard the other way."), 72.0)
    spot = ground(0.6, 0.62)
    flames = Track("fire", Fire(1.5, 11), next(ids), [(0.0, *spot), (15.0, *spot)], heading=0.0)
    plume = Track("smoke", Smoke(3.6, 5), next(ids), [(0.8, *spot), (15.0, *spot)], heading=0.0)
    story.add(Happening("fire", "A fire breaks out in the yard, with smoke.", [flames, plume], [([flames, plume], "burning", "coarse")]), 95.0, anomalous=True)
    return story


QUERIES = {"person": "a person walks through the yard", "vehicle": "a car drives through the yard", "several people": "several people", "burning": "a fire with smoke"}


def main():
    parser = argparse.ArgumentParser(prog="demo-clip", description="Make share/demo/yard.mp4 and its MANIFEST.json.")
    parser.add_argument("--out", type=Path, default=SHARED)
    parser.add_argument("--still", type=Path, help="write a few still pictures into this folder instead")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    story = plot()
    if arguments.still:
        arguments.still.mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(0)
        for time in (2, 14, 32, 38, 52, 72, 96, 102):
            cv2.imwrite(str(arguments.still / f"{time:03d}.png"), story.picture(float(time), rng)[:, :, ::-1])
        print(story.facts)
        return
    arguments.out.mkdir(parents=True, exist_ok=True)
    path = arguments.out / "yard.mp4"
    frames = video.write(path, story.pictures(), story.fps, 29)
    queries = [{"query": QUERIES[meaning], "start": start, "end": end, "grade": grade} for meaning, start, end, grade in sorted(story.facts, key=lambda fact: fact[1])]
    summary = "A yard: people and a car come and go; late in the clip a fire breaks out."
    manifest.write(arguments.out, [manifest.clip_entry(path, story, frames, queries, [], summary)], seed=SEED)
    print(f"{path}: {frames} frames, {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
