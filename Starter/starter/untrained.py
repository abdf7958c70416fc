"""Untrained towers of an encoder's form: its folder with random weights."""

import json
import shutil
from pathlib import Path

import numpy as np

TYPES = {"F16": np.float16, "F32": np.float32}


def write(source, target, seed):
    """A copy of the folder `source` whose weights are drawn as at the beginning of training. Returns the folder."""
    source, target = Path(source), Path(target)
    target.mkdir(parents=True, exist_ok=True)
    for path in source.iterdir():
        if path.is_file() and path.suffix != ".safetensors":
            shutil.copy(path, target / path.name)
    rng = np.random.default_rng(seed)
    for path in sorted(source.glob("*.safetensors")):
        data = path.read_bytes()
        size = int.from_bytes(data[:8], "little")
        header, body = json.loads(data[8:8 + size]), bytearray(data[8 + size:])
        for name, entry in sorted(header.items()):
            if name == "__metadata__" or entry["dtype"] not in TYPES or not entry["shape"]:
                continue                     # the scale of the similarities stays
            kind, (begin, end), shape = TYPES[entry["dtype"]], entry["data_offsets"], entry["shape"]
            if len(shape) == 1 and "embedding" not in name:
                values = np.ones(shape) if name.endswith("weight") else np.zeros(shape)
            else:
                spread = 0.02 if "embedding" in name and "patch" not in name else float(np.prod(shape[1:])) ** -0.5
                values = rng.normal(0, spread, shape)
            body[begin:end] = values.astype(kind).tobytes()
        (target / path.name).write_bytes(data[:8 + size] + bytes(body))
    return target
