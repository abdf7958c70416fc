#!/usr/bin/env bash
# What reading a recording at 1 frame/s costs, against the ffmpeg program decoding every frame of the same file.
#
#   Benchmarks/peers/ingest.sh [SECONDS] [ROUNDS]
#
# Renders 1080p25 H.264 with a key frame every 1, 2 and 10 s (SECONDS of each, default 60), then measures both in turn,
# ROUNDS times (default 3), and prints for each file the least CPU seconds an hour of footage of either, their ratio, and
# how many times faster than real time the file was read. Needs a build (`make build`) and a machine with nothing else to
# do. ALERTD_BENCH_JSON names a file of results to which they are added. Exit status 1 when a bound is broken:
#
#   key frame every 1 s ≤ 0.20 ×, every 2 s ≤ 0.60 ×, every frame decoded ≤ 1.05 ×; 2 s at least 9 × real time
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
rounds=${2:-3}
folder=$(mktemp -d /var/tmp/alertd-bench-XXXXXX)
trap 'rm -rf "$folder"' EXIT

# A moving pattern under a sensor's noise, at the bit rate of a camera.
for group in 25 50 250; do
    ffmpeg -nostdin -v error -f lavfi -i "testsrc2=s=1920x1080:r=25:d=$seconds,noise=alls=6:allf=t" -c:v libx264 \
        -preset veryfast -g "$group" -keyint_min "$group" -sc_threshold 0 -bf 0 -b:v 4M -maxrate 4M -bufsize 8M \
        -pix_fmt yuv420p "$folder/gop$group.mp4"
done

export ALERTD_BENCH_FILES="$folder/gop25.mp4:$folder/gop50.mp4:$folder/gop250.mp4"
for ((round = 0; round < rounds; round++)); do
    swift test -c release --skip-build --disable-xctest --no-parallel --filter 'DecodeCostTests' 2>/dev/null |
        grep '^cost ' >>"$folder/ours"
    for file in "$folder"/*.mp4; do
        python3 - "$file" >>"$folder/theirs" <<'PY'
import resource, subprocess, sys
subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-i', sys.argv[1], '-map', '0:v', '-f', 'null', '-'], check=True)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(sys.argv[1], usage.ru_utime + usage.ru_stime)
PY
    done
done

python3 - "$folder" <<'PY'
import collections, json, os, pathlib, sys

folder = pathlib.Path(sys.argv[1])
theirs, ours, speed, told = (collections.defaultdict(list) for _ in range(4))
for line in (folder / 'theirs').read_text().splitlines():
    path, cpu = line.split()
    theirs[pathlib.Path(path).stem].append(float(cpu))
for line in (folder / 'ours').read_text().splitlines():
    _, path, policy, mode, media, _, decoded, cpu, wall = line.split()
    key = (pathlib.Path(path).stem, policy)
    ours[key].append(float(cpu) * 3600 / float(media))
    speed[key].append(float(media) / float(wall))
    told[key] = (mode, decoded, float(media))
bounds = {('gop25', 'sparing'): 0.20, ('gop50', 'sparing'): 0.60, ('gop50', 'full'): 1.05, ('gop25', 'full'): 1.05}
broken, lines = False, []
print(f'{"file":8} {"policy":8} {"mode":11} {"decoded":>7} {"CPU s/h":>8} {"ffmpeg":>8} {"ratio":>6} {"bound":>6} {"x real":>7}')
for key in sorted(ours):
    mode, decoded, media = told[key]
    mine, other = min(ours[key]), min(theirs[key[0]]) * 3600 / media
    bound = bounds.get(key)
    ratio, times = mine / other, max(speed[key])
    wrong = (bound is not None and ratio > bound) or (key == ('gop50', 'sparing') and times < 9)
    broken |= wrong
    if bound is not None:
        lines.append({'line': f'ingest {key[0]} {key[1]}: CPU to ffmpeg decoding everything', 'found': ratio,
                      'wanted': bound, 'met': ratio <= bound})
    if key == ('gop50', 'sparing'):
        lines.append({'line': 'ingest gop50: times real time', 'found': times, 'wanted': 9, 'met': times >= 9})
    print(f'{key[0]:8} {key[1]:8} {mode:11} {decoded:>7} {mine:8.1f} {other:8.1f} {ratio:6.2f} '
          f'{bound if bound else "":>6} {times:7.1f}{" BROKEN" if wrong else ""}')
target = os.environ.get('ALERTD_BENCH_JSON')
if target:
    path = pathlib.Path(target)
    result = json.loads(path.read_text()) if path.exists() else {}
    kept = [line for line in result.get('lines', []) if not line['line'].startswith('ingest ')]
    path.write_text(json.dumps(result | {'lines': kept + lines}, indent=1))
sys.exit(broken)
PY
