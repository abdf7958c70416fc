#!/usr/bin/env python3
"""Asks a bank of encodings for its nearest neighbours: alertd beside faiss-cpu's flat index, in one run.

    python bank.py .build/release/BankBench [VECTORS] [WIDTH]      needs numpy and faiss-cpu (requirements.txt)

Both search all vectors exactly, one query at a time, on one thread; the median of many calls in microseconds.
Prints one JSON object.
"""

import json
import os
import subprocess
import sys
import time

import faiss
import numpy


def peer(vectors, width, calls=2000):
    """Median microseconds of one query of an inner-product flat index."""
    faiss.omp_set_num_threads(1)
    random = numpy.random.default_rng(1)
    bank = random.normal(size=(vectors, width)).astype('float32')
    bank /= numpy.linalg.norm(bank, axis=1, keepdims=True)
    index = faiss.IndexFlatIP(width)
    index.add(bank)
    queries = bank[:64] + 0.1 * random.normal(size=(64, width)).astype('float32')
    times = []
    for call in range(calls):
        query = queries[call % 64:call % 64 + 1]
        start = time.perf_counter()
        index.search(query, 3)
        times.append(time.perf_counter() - start)
    return round(sorted(times)[calls // 2] * 1e6, 1)


def main(program, vectors=1216, width=512):
    environment = dict(os.environ, OPENBLAS_NUM_THREADS='1')
    ours = json.loads(subprocess.check_output([program, str(vectors), str(width)], env=environment))
    theirs = peer(vectors, width)
    print(json.dumps({
        **ours, 'faiss': faiss.__version__, 'faiss_query_us': theirs, 'ratio': round(ours['query_us'] / theirs, 2)}))


if __name__ == '__main__':
    main(sys.argv[1], *(int(number) for number in sys.argv[2:4]))
