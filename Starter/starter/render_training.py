"""Command: render a part of the training material (crops or events) into shards. Several such processes work side by side."""

import argparse
from pathlib import Path

import cv2
import numpy as np

from . import crops, event_frames


def crop_arrays(rows):
    """What training needs of the records."""
    return {name: value for name, value in crops.arrays(rows).items() if name not in ("earlier", "plain", "captions")}


def main():
    parser = argparse.ArgumentParser(prog="render-training")
    parser.add_argument("what", choices=["crops", "events"])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--scenes", type=int, required=True)
    parser.add_argument("--shard", type=int, default=25, help="scenes a file")
    parser.add_argument("--part", type=int, default=0)
    parser.add_argument("--parts", type=int, default=1)
    parser.add_argument("--stop", type=Path, help="end when this file appears")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    arguments.out.mkdir(parents=True, exist_ok=True)
    make, arrays = (crops.scene_crops, crop_arrays) if arguments.what == "crops" else (event_frames.scene_events, event_frames.arrays)
    for number, start in enumerate(range(arguments.first, arguments.first + arguments.scenes, arguments.shard)):
        target = arguments.out / f"{start:08d}.npz"
        if number % arguments.parts != arguments.part or target.exists():
            continue
        rows = []
        for seed in range(start, min(start + arguments.shard, arguments.first + arguments.scenes)):
            if arguments.stop and arguments.stop.exists():
                return
            try:
                rows += make(seed)
            except Exception as error:       # one odd scene must not end hours of rendering
                print(f"seed {seed}: {error!r}", flush=True)
        if rows:
            temporary = arguments.out / f".{start:08d}.{arguments.part}.tmp.npz"
            np.savez(temporary, **arrays(rows))
            temporary.rename(target)


if __name__ == "__main__":
    main()
