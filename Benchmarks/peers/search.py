#!/usr/bin/env python3
"""Searches a million vectors exactly: alertd's files beside faiss-cpu's flat and 8-bit indexes, in one run.

    python search.py .build/release/SearchBench [ROWS] [WIDTH]      needs numpy and faiss-cpu (requirements.txt), 6 GB

Each gives the 100 best of random directions, on all cores; the median of many calls in milliseconds, one query at a time and
16 at once. alertd reads its own files, mapped and warm, with 8 bits a component; its result is exact for them. Prints one
JSON object.
"""

import json
import subprocess
import sys
import time

import faiss
import numpy

QUANTISERS = ['QT_8bit', 'QT_8bit_uniform', 'QT_8bit_direct_signed']


def times(index, queries, calls):
    """Median milliseconds of `calls` searches for rows of `queries`."""
    found = []
    for call in range(calls):
        start = time.perf_counter()
        index.search(queries[call % len(queries)], 100)
        found.append((time.perf_counter() - start) * 1e3)
    return round(sorted(found)[calls // 2], 1)


def measure(index, bank, queries):
    index.train(bank[:100_000])
    for start in range(0, len(bank), 100_000):
        index.add(bank[start:start + 100_000])
    singles = [queries[row:row + 1] for row in range(len(queries))]
    return {'query_ms': times(index, singles, 32), 'batch16_ms': times(index, [queries], 7)}


def main(program, rows=1_036_800, width=512):
    ours = json.loads(subprocess.check_output([program, str(rows), str(width)]))
    random = numpy.random.default_rng(1)
    bank = random.standard_normal((rows, width), dtype='float32')
    bank /= numpy.linalg.norm(bank, axis=1, keepdims=True)
    queries = random.standard_normal((16, width), dtype='float32')
    queries /= numpy.linalg.norm(queries, axis=1, keepdims=True)
    peers = {'flat': measure(faiss.IndexFlatIP(width), bank, queries)}
    for name in QUANTISERS:
        scaled, kind = bank, getattr(faiss.ScalarQuantizer, name)
        if name == 'QT_8bit_direct_signed':
            scaled = numpy.round(bank * (127 / numpy.abs(bank).max()))
        peers[name] = measure(faiss.IndexScalarQuantizer(width, kind, faiss.METRIC_INNER_PRODUCT), scaled, queries)
    fastest = min(peers[name]['query_ms'] for name in QUANTISERS)
    print(json.dumps({
        'alertd': ours, 'faiss': faiss.__version__, 'peers': peers,
        'ratio_flat': round(peers['flat']['query_ms'] / ours['query_ms'], 2),
        'ratio_int8': round(fastest / ours['query_ms'], 2),
        'ratio_batch16': round(peers['flat']['batch16_ms'] / ours['batch16_ms'], 2)}, indent=1))


if __name__ == '__main__':
    main(sys.argv[1], *(int(number) for number in sys.argv[2:4]))
