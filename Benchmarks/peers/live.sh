#!/usr/bin/env bash
# How many cameras a daemon carries on this machine, the cameras on the same machine.
#
#   Benchmarks/peers/live.sh [STREAMS SIZE RATE SECONDS]
#   Benchmarks/peers/live.sh limit STREAMS SIZE RATE SECONDS      a quarter more of them again and again, until it breaks
#
# Without arguments: 32 sub-streams of 640x360 at 15 frames/s, then 12 of 1920x1080 at 25, a key frame a second, 60 s each;
# the bundled encoder in int8, the change gate on, a standing query, recording on.
# Prints the oldest frame at the encoder, frames dropped, and the cores that daemon and cameras took. Exit status 1 when a
# frame is older than 2 s or one was dropped. ALERTD_BENCH_JSON names a file of results to which they are added. Needs a build (`make build`) and a machine with nothing else to do.
set -euo pipefail
cd "$(dirname "$0")/../.."

main() {
    if (($#)); then
        measure "$@"
        return
    fi
    local failed=0
    measure 32 640x360 15 60 || failed=1
    measure 12 1920x1080 25 60 || failed=1
    return "$failed"
}

measure() {
    python3 Benchmarks/peers/live.py "$@"
}

main "$@"
