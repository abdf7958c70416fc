"""Training rows in one place of memory, growing while the renderers work; and their shards on disk."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import torch


class Pool:
    """Rows of named arrays on a device, up to a capacity. `layout` = {name: (shape of a row, type)}."""

    def __init__(self, layout, capacity, device):
        self.capacity, self.count = capacity, 0
        self.values = {name: torch.empty((capacity, *shape), dtype=kind, device=device) for name, (shape, kind) in layout.items()}

    def __len__(self):
        return self.count

    def add(self, arrays):
        number = min(len(next(iter(arrays.values()))), self.capacity - self.count)
        for name, value in arrays.items():
            self.values[name][self.count:self.count + number] = torch.from_numpy(np.ascontiguousarray(value[:number])).to(self.values[name].device)
        self.count += number

    def take(self, rows):
        return tuple(value[rows] for value in self.values.values())


def groups_of(parameters, decay=0.05):
    """Parameter groups: matrices decay, vectors do not."""
    seen, unique = set(), []
    for parameter in parameters:
        if id(parameter) not in seen:
            seen.add(id(parameter))
            unique.append(parameter)
    return [{"params": [p for p in unique if p.ndim >= 2], "weight_decay": decay}, {"params": [p for p in unique if p.ndim < 2], "weight_decay": 0.0}]


class Shards:
    """The .npz files of a folder in the order of their names, each given once, as they appear."""

    def __init__(self, folder, first=0, last=1 << 60):
        self.folder, self.first, self.last, self.seen = Path(folder), first, last, set()

    def new(self, most=8):
        found = []
        for path in sorted(self.folder.glob("[0-9]*.npz")):
            if path.name in self.seen or not self.first <= int(path.stem) < self.last:
                continue
            with np.load(path) as data:
                found.append({name: data[name] for name in data.files})
            self.seen.add(path.name)
            if len(found) == most:
                break
        return found


def renderers(what, folder, workers, first, scenes, shard, stop=None):
    """Start `workers` processes that render the seeds first ... first + scenes, each every `workers`-th shard."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    more = ["--stop", str(stop)] if stop else []
    return [subprocess.Popen(["nice", "-n", "10", sys.executable, "-m", "starter.render_training", what, "--out", str(folder), "--first", str(first), "--scenes", str(scenes), "--shard", str(shard),
                              "--part", str(part), "--parts", str(workers), *more]) for part in range(workers)]
