"""How often a thing is found by its sentence, by its height in the picture: with the change gate and without, for each way of
looking at a frame: the whole frame, the frame and crops of what moved, and crops whose background is dimmed.

    scripts/bench --looks [CLIPS]      or: Starter/.venv/bin/python Benchmarks/peers/looks.py ALERTD [CLIPS]

Renders short clips (two frames a second) of one person or vehicle among distractors, seeds that no training uses, and has
`alertd ingest` look for the present thing at its usual rate and threshold. A thing counts as found when an event overlaps the
true span by at least 0.3; an event that touches no true span is a false one.
"""

import datetime
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
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
GATES = ("on", "off")
BEGIN = datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.timezone.utc)
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


def seconds(text):
    return (datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) - BEGIN).total_seconds()


def overlap(event, start, end):
    """Intersection over union of an event and a true span."""
    first, last = seconds(event["start"]), seconds(event["end"])
    both = min(end, last) - max(start, first)
    return max(0.0, both) / (max(end, last) - min(start, first))


def encoders(folder):
    """Copies of the bundled encoder, one for each view."""
    source = ROOT / "share/models/starter-encoder"
    for view in VIEWS:
        target = folder / view
        shutil.copytree(source, target)
        constants = json.loads((source / "grounding.json").read_text())
        (target / "grounding.json").write_text(json.dumps({**constants, "view": view}))


def run(alertd, *arguments):
    """The lines that a command of the program prints with --json."""
    done = subprocess.run([alertd, *arguments, "--json"], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def clips(number):
    """(story, sentence, start, end, height) of this many clips."""
    seed = SEED
    for _ in range(number):
        made = None
        while made is None:
            made, seed = story_of(seed), seed + 1
        yield made


def main(alertd, number="60"):
    found, false, encoded = (defaultdict(lambda: defaultdict(int)) for _ in range(3))
    total = defaultdict(int)
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="alertd-looks-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        encoders(folder)
        clip, state = folder / "clip.mp4", ["--state", str(folder / "state")]
        run(alertd, "db", "status", *state)
        # Keeps the private database running between the commands.
        keeper = subprocess.Popen([alertd, "events", "watch", *state], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(3)
        for index, (story, sentence, start, end, height) in enumerate(clips(int(number))):
            video.write(clip, story.pictures(), FPS, 26)
            band = next(band for band in BANDS if height < band[1])
            total[band] += 1
            for view in VIEWS:
                for gate in GATES:
                    camera = f"c{index}-{view}-{gate}"
                    report = run(alertd, "ingest", str(clip), "--camera", camera, "--start", BEGIN.isoformat(), "--query",
                                 sentence, "--encoder", str(folder / view), *state,
                                 *([] if gate == "on" else ["--no-change-gate"]))[-1]
                    events = [event for event in run(alertd, "events", "list", "--camera", camera, *state)
                              if event["kind"] == "query"]
                    overlaps = [overlap(event, start, end) for event in events]
                    found[band][view, gate] += any(share >= 0.3 for share in overlaps)
                    false[band][view, gate] += sum(share == 0 for share in overlaps)
                    encoded[band][view, gate] += report["frames_analysed"] - report["frames_reused"]
        keeper.send_signal(signal.SIGTERM)
        keeper.wait()
    table("found", found, total)
    table("false events a clip", false, total)
    table("frames encoded a clip", encoded, total)


def table(what, counts, total):
    names = [f"{view}, gate {gate}" for view in VIEWS for gate in GATES]
    print(f"\n| {what}, by height of the thing | things | " + " | ".join(names) + " |\n|" + " --- |" * (2 + len(names)))
    rows = [(f"{low:.0%}–{high:.0%} of the picture", [(low, high)]) for low, high in BANDS if total[low, high]]
    for label, bands in rows + [("all", list(total))]:
        things = sum(total[band] for band in bands)
        shares = " | ".join(
            f"{sum(counts[band][view, gate] for band in bands) / things:.2f}" for view in VIEWS for gate in GATES)
        print(f"| {label} | {things} | {shares} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
