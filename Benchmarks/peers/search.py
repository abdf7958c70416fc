#!/usr/bin/env python3
"""Searches a million vectors exactly: alertd's files beside faiss-cpu's flat and 8-bit indexes, in one run.

    python search.py .build/release/SearchBench OUTPUT [ROUNDS]      needs numpy and faiss-cpu (requirements.txt), 6 GB

Each gives the 100 best of random directions of 512 numbers, on all cores. In every round each of them answers one query, and 16 at
once; what is compared is the median of the rounds' ratios, so that what else runs on the machine slows both. alertd reads its own
files, mapped and warm, with 8 bits a component; its result is exact for them. The last figures are alertd alone: 24 hours of 16
cameras, and 50 searchers at once. Prints a table and the lines that search is held to, and writes both into OUTPUT under "search",
whose other keys stay.
"""

import json
import pathlib
import subprocess
import sys
import time

import faiss
import numpy

ROWS, WIDTH, BEST = 1_036_800, 512, 100
QUANTISERS = ['QT_8bit', 'QT_8bit_uniform', 'QT_8bit_direct_signed']


def median(values):
    return sorted(values)[len(values) // 2]


class Ours:
    """alertd, a program that answers one line with one line."""

    def __init__(self, program):
        self.process = subprocess.Popen([program, 'serve', str(WIDTH)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.about = json.loads(self.process.stdout.readline())

    def ask(self, line):
        self.process.stdin.write(line + '\n')
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def index(kind, bank):
    """An index of faiss over the rows of `bank`, and what its queries are multiplied by."""
    if kind == 'flat':
        made, rows = faiss.IndexFlatIP(WIDTH), bank
    else:
        rows = bank
        if kind == 'QT_8bit_direct_signed':
            rows = numpy.round(bank * (127 / numpy.abs(bank).max()))
        made = faiss.IndexScalarQuantizer(WIDTH, getattr(faiss.ScalarQuantizer, kind), faiss.METRIC_INNER_PRODUCT)
    made.train(rows[:100_000])
    for start in range(0, len(rows), 100_000):
        made.add(rows[start:start + 100_000])
    return made


def milliseconds(made, queries):
    start = time.perf_counter()
    made.search(queries, BEST)
    return (time.perf_counter() - start) * 1e3


def unit(random, count):
    rows = random.standard_normal((count, WIDTH), dtype='float32')
    return rows / numpy.linalg.norm(rows, axis=1, keepdims=True)


def main(program, output, rounds=15):
    rounds = int(rounds)
    ours = Ours(program)
    random = numpy.random.default_rng(1)
    bank, queries = unit(random, ROWS), unit(random, 16)
    peers = {kind: index(kind, bank) for kind in ['flat'] + QUANTISERS}
    del bank
    single = {name: [] for name in ['alertd', *peers]}
    batch = {name: [] for name in ['alertd', 'flat']}
    for turn in range(rounds + 1):
        row = {'alertd': ours.ask('million')['ms']}
        for name, made in peers.items():
            row[name] = milliseconds(made, queries[turn % 16:turn % 16 + 1])
        together = {'alertd': ours.ask('batch')['ms'], 'flat': milliseconds(peers['flat'], queries)}
        if turn == 0:  # warms everything up
            continue
        for name in row:
            single[name].append(row[name])
        for name in together:
            batch[name].append(together[name])
    del peers
    day = median([ours.ask('day')['ms'] for _ in range(rounds)])
    many = [ours.ask('many 50') for _ in range(3)]
    p95 = median([answer['p95'] for answer in many])
    ours.close()
    fastest = min(QUANTISERS, key=lambda name: median(single[name]))

    def ratio(of, peer):
        return round(median([theirs / mine for mine, theirs in zip(of['alertd'], of[peer])]), 2)

    found = {
        'faiss': faiss.__version__, 'rounds': rounds, 'rows': ROWS, 'width': WIDTH,
        'recall_at_100': ours.about['recall_at_100'],
        'query_ms': {name: round(median(values), 1) for name, values in single.items()},
        'batch16_ms': {name: round(median(values), 1) for name, values in batch.items()},
        'ratio_flat': ratio(single, 'flat'), 'fastest_int8': fastest, 'ratio_int8': ratio(single, fastest),
        'ratio_batch16': ratio(batch, 'flat'), 'day_16_cameras_ms': day,
        'searchers_50_p95_ms': p95, 'searchers_50_p95_by_single': round(p95 / day, 2)}
    lines = [
        ('one query, times as fast as faiss flat', found['ratio_flat'], 4, 1),
        ('one query, times as fast as its fastest 8-bit index', found['ratio_int8'], 1.3, 1),
        ('16 queries at once, times as fast as faiss flat', found['ratio_batch16'], 8, 1),
        ('24 hours of 16 cameras, milliseconds', day, 100, -1),
        ('50 at once, p95 by a single one', found['searchers_50_p95_by_single'], 10, -1)]
    print(f"{'':24}{'one query':>12}{'16 at once':>12}  milliseconds, medians of {rounds} rounds")
    for name in single:
        together = f'{found["batch16_ms"][name]:12.1f}' if name in batch else ''
        print(f'{name:24}{found["query_ms"][name]:12.1f}{together}')
    print(f"recall@100 of the stored bytes against single precision: {found['recall_at_100']:.3f}")
    for what, value, line, sign in lines:
        print(f"{'held' if sign * value >= sign * line else 'MISSED'}: {what}: {value} (line {line})")
    path = pathlib.Path(output)
    all_values = json.loads(path.read_text()) if path.exists() else {}
    all_values['search'] = found
    path.write_text(json.dumps(all_values, indent=1) + '\n')
    return 0 if all(sign * value >= sign * line for _, value, line, sign in lines) else 1


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:4]))
