"""Writes Tests/Fixtures/foreground/*.json: golden cases of Starter/starter/foreground.py.

Run with the environment of Starter (`Starter/.venv/bin/python Tests/Reference/foreground.py`).

Each file is one sequence of pictures:
  settings   the constants used (only those that differ from the defaults matter; all are given)
  width, height, rows
  frames[i]  picture      base64 of uint8 [height, width, 3]
             flooded, changed_share, regions [{box: [x0, y0, x1, y1], area}]
             background   base64 of float32 [rows, columns, 3] after this frame (absent on some frames)
             looks        [base64 of float32 [look, look, 3]] (absent on some frames)
All arrays are little-endian, row-major. Boxes and areas are exact; arrays agree within 1e-3. No cell lies
within 0.01 level of the threshold, so rounding cannot change a mask.
"""

import base64
import dataclasses
import json
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Starter"))
from starter import foreground  # noqa: E402

TARGET = ROOT / "Tests" / "Fixtures" / "foreground"


def encode(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def ground(rng, height, width):
    """A smooth random picture with some texture, float [height, width, 3]."""
    coarse = rng.uniform(60, 190, (4, 5, 3)).astype(np.float32)
    smooth = foreground.area_weights(4, height) @ coarse.reshape(4, 15)
    smooth = np.matmul(foreground.area_weights(5, width), smooth.reshape(height, 5, 3))
    return smooth + rng.normal(0, 6, (height, width, 1))


def finish(rng, picture):
    return np.clip(np.rint(picture + rng.normal(0, 1.5, picture.shape)), 0, 255).astype(np.uint8)


def block(picture, x, y, w, h, colour):
    height, width, _ = picture.shape
    picture[max(y, 0):min(y + h, height), max(x, 0):min(x + w, width)] = colour


def walker(rng, height, width, frames):
    """One block crosses, a second appears, light rises slowly."""
    scene = ground(rng, height, width)
    for i in range(frames):
        picture = scene + 2.0 * i
        if i >= 1:
            block(picture, -4 + i * width // 8, height // 3, max(2, width // 12), height // 3, (30, 40, 160))
        if i >= 4:
            block(picture, width // 2, height * 2 // 3, width // 8, height // 8, (240, 200, 40))
        yield finish(rng, picture)


def crowd(rng, height, width, frames):
    """Five blocks of different and of equal size, some joined by dilation, one too small to count."""
    scene = ground(rng, height, width)
    for i in range(frames):
        picture = scene.copy()
        if i:
            block(picture, 2 + i, 4, 6, 9, (250, 250, 250))
            block(picture, 14 + i, 20, 6, 9, (10, 10, 10))
            block(picture, 30, 6 + i, 6, 9, (200, 20, 20))
            block(picture, 44, 20, 8, 10, (20, 200, 20))
            block(picture, width - 1, height - 1, 1, 1, (255, 0, 255))
        yield finish(rng, picture)


def restart(rng, height, width, frames):
    """The camera is turned: most of the picture changes and stays changed."""
    before, after = ground(rng, height, width), ground(rng, height, width)
    for i in range(frames):
        picture = (before if i < 3 else after).copy()
        if i in (2, 7):
            block(picture, width // 4, height // 4, width // 8, height // 3, (20, 220, 240))
        yield finish(rng, picture)


def portrait(rng, height, width, frames):
    """Taller than wide, with objects at the edges, so that squares reach outside the picture."""
    scene = ground(rng, height, width)
    for i in range(frames):
        picture = scene.copy()
        if i:
            block(picture, 0, 2 * i, width, height // 5, (235, 235, 30))
            block(picture, width - 6, height - 14, 8, 20, (10, 20, 30))
        yield finish(rng, picture)


def left(rng, height, width, frames):
    """One block is there from the beginning and walks off, another comes and stays."""
    scene = ground(rng, height, width)
    for i in range(frames):
        picture = scene.copy()
        block(picture, width // 8 + (0 if i < 2 else i * width // 9), height // 4, width // 10, height // 2, (230, 60, 30))
        if i >= 3:
            block(picture, width * 3 // 4, height * 4 // 5, width // 8, height // 8, (20, 30, 180))
        yield finish(rng, picture)


CASES = [
    # name, generator, height, width, frames, settings, frames with background, frames with looks, seed
    ("walker-160-columns", walker, 54, 96, 8, {}, [7], [6], 1),
    ("walker", walker, 36, 64, 10, {"columns": 40, "look": 32}, range(0, 10, 3), [0, 5, 9], 2),
    ("crowd", crowd, 36, 64, 8, {"columns": 64, "look": 32}, [7], [1, 7], 3),
    ("restart", restart, 36, 64, 9, {"columns": 32, "look": 32}, range(2, 9), [0, 2, 3, 5], 4),
    ("portrait", portrait, 64, 36, 6, {"columns": 36, "look": 32}, [5], [1, 5], 5),
    ("left", left, 36, 64, 12, {"columns": 40, "look": 32}, range(1, 12), [4, 11], 6),
]


def make(name, generator, height, width, frames, settings, with_background, with_looks, seed):
    settings = foreground.Settings(**settings)
    background = foreground.Background(settings)
    entries = []
    for i, picture in enumerate(generator(np.random.default_rng(seed), height, width, frames)):
        rows = foreground.grid_rows(height, width, settings.columns)
        if background.grid is not None:
            residual = foreground.area_average(picture, rows, settings.columns) - background.grid
            flat = residual.reshape(-1, 3)
            residual = residual - np.partition(flat, len(flat) // 2, axis=0)[len(flat) // 2]
            margin = np.abs(np.abs(residual).max(axis=2) - settings.threshold).min()
            assert margin > 0.01, f"{name}, frame {i}: a cell is {margin} from the threshold; take another seed"
        result = background.advance(picture)
        entry = {
            "picture": encode(picture), "flooded": result.flooded, "changed_share": result.changed_share,
            "regions": [{"box": list(region.box), "area": region.area} for region in result.regions],
        }
        if i in with_background:
            entry["background"] = encode(background.grid.astype("<f4"))
        if i in with_looks:
            entry["looks"] = [encode(look.astype("<f4")) for look in foreground.looks(picture, result, settings)]
        entries.append(entry)
    print(name, [("F" if e["flooded"] else len(e["regions"])) for e in entries])
    return {"settings": dataclasses.asdict(settings), "width": width, "height": height, "rows": rows,
            "frames": entries}


def main():
    TARGET.mkdir(parents=True, exist_ok=True)
    for case in CASES:
        case = list(case)
        for attempt in range(200):
            try:
                content = make(*case)
                break
            except AssertionError:
                case[-1] += 1000
        else:
            sys.exit(f"{case[0]}: no seed keeps clear of the threshold")
        (TARGET / f"{case[0]}.json").write_text(json.dumps(content) + "\n")


if __name__ == "__main__":
    main()
