"""Command: render clips with a manifest."""

import argparse
import os
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np

from . import manifest, video
from .story import random_story


def clip(task):
    """Render one clip; its entry for the manifest and a line about it. `task` = (seed, kind, folder)."""
    seed, kind, folder = task
    cv2.setNumThreads(1)
    story = random_story(seed, kind)
    path = folder / f"{kind}-{seed:08d}.mp4"
    rng = np.random.default_rng([seed, 7])
    frames = video.write(path, story.pictures(), story.fps, int(rng.integers(24, 32)))
    present, absent = story.manifest_queries(rng)
    summary = " ".join(event["text"] for event in sorted(story.events, key=lambda event: event["start"]))
    line = f"{path.name}  {story.duration:.0f} s  {len(story.events)} events  {len(present)} queries present, {len(absent)} absent"
    return manifest.clip_entry(path, story, frames, present, absent, summary), line


def main():
    parser = argparse.ArgumentParser(prog="render", description="Render clips of a fixed camera, with a MANIFEST.json of what happens in them.")
    parser.add_argument("--seed", type=int, required=True, help="first seed; clip i has seed + i. Below 1000000: training")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--kind", choices=["grounding", "anomaly", "long"], default="grounding")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="processes (default: the processors there are)")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    tasks = [(seed, arguments.kind, arguments.out) for seed in range(arguments.seed, arguments.seed + arguments.count)]
    entries = []
    for entry, line in rendered(tasks, min(arguments.jobs, arguments.count)):
        entries.append(entry)
        print(line, flush=True)
    manifest.write(arguments.out, entries, seed=arguments.seed, kind=arguments.kind)


def rendered(tasks, jobs):
    """Every clip's entry and line, in order of the tasks."""
    if jobs <= 1:
        yield from map(clip, tasks)
        return
    with get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap(clip, tasks)


if __name__ == "__main__":
    main()
