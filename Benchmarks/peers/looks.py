"""How often a thing is found by its sentence, by its height in the picture, for each way of looking at a frame: the whole
frame, the frame and crops of what moved, and crops whose background is dimmed.

    scripts/bench --looks [CLIPS]      or: Starter/.venv/bin/python Benchmarks/peers/looks.py ALERTD [CLIPS]

Renders short clips (two frames a second) of one person or vehicle among distractors, seeds that no training uses, and asks
`alertd ground` for the present thing. A thing counts as found when the best span overlaps the true one by at least 0.3.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from itertools import count
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Starter"))
from starter import happenings, queries, video  # noqa: E402
from starter.look import random_look  # noqa: E402
from starter.place import random_place  # noqa: E402
from starter.scene import draw  # noqa: E402
from starter.story import Story, add_distractors  # noqa: E402

SEED = 5_000_000
FPS = 2.0
DURATION = 40.0
VIEWS = ("frame", "regions", "foreground")
BANDS = ((0.0, 0.06), (0.06, 0.1), (0.1, 0.15), (0.15, 0.25), (0.25, 1.0))


def story_of(seed):
    """(story, sentence, start, end, height of the thing as a share of the picture's), or None when the place has no room."""
    rng = np.random.default_rng([seed, 3])
    place = random_place(rng, 640, 360)
    look = random_look(rng, place.light)
    look.jpeg = 0
    story = Story(place, look, DURATION, FPS, noise_seed=seed)
    ids = (1 + i % 250 for i in count())
    happening = happenings.ORDINARY[str(rng.choice(["person", "vehicle"]))](rng, place, ids)
    if happening is None or happening.end > DURATION - 8 or not story.add(happening, float(rng.uniform(8, DURATION - happening.end))):
        return None
    facts = [fact for fact in story.facts if fact[3] == "coarse"]
    if not facts:
        return None
    meaning, start, end, _ = facts[0]
    mine = {track.identity for track in happening.tracks}
    heights = []
    for time in np.arange(start + 0.5, end, 1.0):
        actors = [actor for actor in (track.at(time) for track in story.tracks) if actor is not None]
        rows = np.isin(draw(place, actors, float(time))[1], list(mine)).any(1).nonzero()[0]
        if len(rows):
            heights.append((rows[-1] - rows[0] + 1) / 360)
    if not heights:
        return None
    add_distractors(rng, story, ids)
    return story, queries.word(rng, meaning), start, end, float(np.median(heights))


def overlap(line, start, end):
    both = min(end, line["end_seconds"]) - max(start, line["start_seconds"])
    return max(0.0, both) / (max(end, line["end_seconds"]) - min(start, line["start_seconds"]))


def encoders(folder):
    """Copies of the bundled encoder, one for each view."""
    source = ROOT / "share/models/starter-encoder"
    for view in VIEWS:
        target = folder / view
        shutil.copytree(source, target)
        constants = json.loads((source / "grounding.json").read_text())
        (target / "grounding.json").write_text(json.dumps({**constants, "view": view}))


def main(alertd, clips="60"):
    found, total = defaultdict(lambda: defaultdict(int)), defaultdict(int)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        encoders(folder)
        seed = SEED
        for _ in range(int(clips)):
            made = None
            while made is None:
                made, seed = story_of(seed), seed + 1
            story, sentence, start, end, height = made
            clip = folder / "clip.mp4"
            video.write(clip, story.pictures(), FPS, 26)
            band = next(band for band in BANDS if height < band[1])
            total[band] += 1
            for view in VIEWS:
                run = subprocess.run([alertd, "ground", clip, sentence, "--top", "1", "--json", "--encoder", folder / view],
                                     check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
                lines = [json.loads(line) for line in run.stdout.splitlines()]
                found[band][view] += bool(lines) and overlap(lines[0], start, end) >= 0.3
    print("| height of the thing | things | " + " | ".join(VIEWS) + " |\n|" + " --- |" * (2 + len(VIEWS)))
    for band in BANDS:
        if total[band]:
            shares = " | ".join(f"{found[band][view] / total[band]:.2f}" for view in VIEWS)
            print(f"| {band[0]:.0%}–{band[1]:.0%} of the picture | {total[band]} | {shares} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
