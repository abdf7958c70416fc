"""Command: rendering checked. The same seeds give the same manifest and files that decode to as many frames as it says, in other
processes; a training crop is the same again; frames a second are printed. Exit code 1 when something differs."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import av
import numpy as np

from . import crops


def manifests(seed, count, kind, folder, jobs, hash_seed):
    """Render in a process of its own; its manifest and seconds."""
    begun = time.time()
    command = [sys.executable, "-m", "starter.render", "--seed", str(seed), "--count", str(count), "--kind", kind, "--out", str(folder), "--jobs", str(jobs)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONHASHSEED": str(hash_seed)})
    return json.loads((folder / "MANIFEST.json").read_text()), time.time() - begun


def decoded(path):
    """Frames that a file decodes to."""
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def main():
    parser = argparse.ArgumentParser(prog="check", description="Check that rendering gives the same again, and how fast it is.")
    parser.add_argument("--seed", type=int, default=1_900_001)
    parser.add_argument("--count", type=int, default=2)
    parser.add_argument("--kind", choices=["grounding", "anomaly"], default="grounding")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    faults = []
    with tempfile.TemporaryDirectory() as scratch:
        first, second = Path(scratch) / "first", Path(scratch) / "second"
        one, seconds = manifests(arguments.seed, arguments.count, arguments.kind, first, arguments.jobs, 1)
        two, _ = manifests(arguments.seed, arguments.count, arguments.kind, second, 1, 2)
        if one != two:
            faults.append("the same seeds gave another manifest")
        frames = 0
        for entry in one["clips"]:
            said, found = entry["media"]["decoded_frames"], [decoded(folder / entry["file"]) for folder in (first, second)]
            frames += said
            if found != [said, said]:
                faults.append(f"{entry['file']} decodes to {found} frames, {said} in the manifest")
        print(f"{frames} frames in {seconds:.0f} s with {arguments.jobs} processes: {frames / seconds:.0f} a second")
    a, b = crops.records(arguments.seed), crops.records(arguments.seed)
    if not all(np.array_equal(a[name], b[name]) for name in a):
        faults.append("the same seed gave other crops")
    begun = time.time()
    number = sum(len(crops.records(seed)["style"]) for seed in range(arguments.seed + 1, arguments.seed + 7))
    print(f"{number / (time.time() - begun):.0f} training crops a second and process")
    for fault in faults:
        print(f"check: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
