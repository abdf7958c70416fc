"""Command: render clips with a manifest."""

import argparse
from pathlib import Path

import cv2
import numpy as np

from . import manifest, video
from .story import random_story


def main():
    parser = argparse.ArgumentParser(prog="render", description="Render clips of a fixed camera, with a MANIFEST.json of what happens in them.")
    parser.add_argument("--seed", type=int, required=True, help="first seed; clip i has seed + i. Below 1000000: training")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--kind", choices=["grounding", "anomaly", "long"], default="grounding")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    arguments.out.mkdir(parents=True, exist_ok=True)
    entries = []
    for seed in range(arguments.seed, arguments.seed + arguments.count):
        story = random_story(seed, arguments.kind)
        path = arguments.out / f"{arguments.kind}-{seed:08d}.mp4"
        rng = np.random.default_rng([seed, 7])
        frames = video.write(path, story.pictures(), story.fps, int(rng.integers(24, 32)))
        present, absent = story.manifest_queries(rng)
        summary = " ".join(event["text"] for event in sorted(story.events, key=lambda event: event["start"]))
        entries.append(manifest.clip_entry(path, story, frames, present, absent, summary))
        print(f"{path.name}  {story.duration:.0f} s  {len(story.events)} events  {len(present)} queries present, {len(absent)} absent", flush=True)
    manifest.write(arguments.out, entries, seed=arguments.seed, kind=arguments.kind)


if __name__ == "__main__":
    main()
