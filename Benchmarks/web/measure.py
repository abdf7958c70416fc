"""Measures the HTTP service of a daemon at work. scripts/bench-web calls it; see there."""

import argparse
import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'Tests/Browser'))

from attack import Attack  # noqa: E402
from daemon import Daemon  # noqa: E402

EVENTS = 20_000
TICKS = os.sysconf('SC_CLK_TCK')
FILL = '''
INSERT INTO alertd.event (camera_id, source, query_text, during, is_open, start_error, end_error, score, description,
                          description_origin, clock, box)
SELECT id, 'query:driving', 'a car drives through the yard', tstzrange(t, t + interval '8 s'), false, 0.5, 0.5, 0.9,
       'A car drives through the yard.', 'template', 'arrival', '[0.1, 0.2, 0.4, 0.6]'
FROM alertd.camera, generate_series(now() - interval '{count} min', now() - interval '1 day', interval '1 min') t
WHERE name = 'yard' LIMIT {count};
ANALYZE alertd.event;
'''


class Meter:
    """What the daemon says and takes, once a second, while it is open."""

    def __init__(self, daemon):
        self.daemon, self.lags, self.dropped = daemon, [], 0.0
        self._ending = threading.Event()

    def __enter__(self):
        self._begin = (time.monotonic(), cpu_seconds(self.daemon.process.pid), read_metric(self.daemon, 'alertd_frames_dropped_total'))
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ending.set()
        self._thread.join()
        start, cpu, dropped = self._begin
        self.seconds = time.monotonic() - start
        self.cpu = (cpu_seconds(self.daemon.process.pid) - cpu) / self.seconds
        self.dropped = read_metric(self.daemon, 'alertd_frames_dropped_total') - dropped

    def _run(self):
        while not self._ending.wait(1):
            self.lags.append(read_metric(self.daemon, 'alertd_pipeline_lag_seconds'))

    def __str__(self):
        lags = sorted(self.lags)
        return (f'lag median {1000 * statistics.median(lags):.0f} ms, largest {1000 * lags[-1]:.0f} ms over {self.seconds:.0f} s; '
                f'{self.dropped:.0f} frames dropped; {100 * self.cpu:.0f} % of a core')


def cpu_seconds(process):
    fields = pathlib.Path(f'/proc/{process}/stat').read_text().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def read_metric(daemon, name):
    """The sum of the metric's series."""
    import urllib.request
    with urllib.request.urlopen(f'{daemon.address}/metrics', timeout=10) as answer:
        text = answer.read().decode()
    return sum(float(line.rsplit(' ', 1)[1]) for line in text.splitlines() if re.match(rf'{name}[ {{]', line))


def fill(daemon):
    """As many events as a busy camera has in two weeks."""
    subprocess.run(
        ['psql', '-q', '-v', 'ON_ERROR_STOP=1', '-h', daemon.folder / 'state/postgres/run', '-U', 'alertd', '-d', 'alertd',
         '-c', FILL.format(count=EVENTS)], check=True)


def list_events(daemon, seconds):
    """wrk at 50 connections: answers a second, and the latency of the 99th of 100."""
    # The camera alone, for comparison.
    with Meter(daemon) as alone:
        time.sleep(seconds)
    with Meter(daemon) as busy:
        said = subprocess.run(['wrk', '-t1', '-c50', f'-d{seconds}s', '--latency', f'{daemon.address}/api/v1/events'],
                              check=True, capture_output=True, text=True).stdout
    found = dict(re.findall(r'^\s+(50|99)%\s+([\d.]+[mu]?s)', said, re.MULTILINE))
    rate = re.search(r'Requests/sec:\s+([\d.]+)', said)[1]
    failed = re.findall(r'(?:Non-2xx or 3xx responses|Socket errors): .*', said)
    print(f'events list, 50 connections, {seconds} s, {EVENTS} events stored: p50 {found["50"]}, p99 {found["99"]}, '
          f'{rate} answers/s{"; " + "; ".join(failed) if failed else ""}')
    print(f'  alone:     {alone}\n  meanwhile: {busy}')


def idle_streams(daemon, seconds, rounds, path='/api/v1/stream', count=200):
    """What followers who hear nothing cost: turns with them and without, one after the other."""
    alone, followed = [], []
    for _ in range(rounds):
        alone.append(taken(daemon, seconds))
        clients = [follow(daemon, path) for _ in range(count)]
        time.sleep(2)
        followed.append(taken(daemon, seconds))
        for client in clients:
            client.close()
        time.sleep(2)
    cost = statistics.mean(followed) - statistics.mean(alone)
    show = lambda turns: ', '.join(f'{100 * turn:.1f}' for turn in turns)  # noqa: E731
    print(f'{count} idle followers of {path}: {100 * cost:.2f} % of a core (turns of {seconds} s: with {show(followed)}; without {show(alone)})')


def taken(daemon, seconds):
    begin = cpu_seconds(daemon.process.pid)
    time.sleep(seconds)
    return (cpu_seconds(daemon.process.pid) - begin) / seconds


def follow(daemon, path):
    client = socket.create_connection(('127.0.0.1', daemon.port), timeout=20)
    client.sendall(f'GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.encode())
    said = b''
    while b'event: ready' not in said:
        more = client.recv(4096)
        if not more:
            raise RuntimeError(f'the stream ended: {said[:300]}')
        said += more
    return client


def paint(daemon, rounds):
    """A browser that was never here."""
    from window import Browser
    times, size = [], 0
    with Browser(None) as browser:
        browser.address = daemon.address
        for _ in range(rounds):
            window = browser.window()
            window.open('#/')
            window.page.wait_for_timeout(3500)      # the other views are fetched once the first one stands
            times.append(window.page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
            size = sum(window.bytes.values())
            window.close()
    print(f'first paint: {statistics.median(times):.0f} ms ({", ".join(f"{one:.0f}" for one in times)}); the page: {size} bytes')


def attacked(daemon, seconds):
    with Meter(daemon) as before:
        time.sleep(seconds)
    with Attack(daemon.port) as attack, Meter(daemon) as during:
        polite = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            begin = time.monotonic()
            daemon.get('events')
            polite.append(time.monotonic() - begin)
            time.sleep(0.2)
    polite.sort()
    print(f'oversized, slow and malformed requests for {seconds} s: {attack}')
    print(f'  before:    {before}\n  meanwhile: {during}')
    print(f'  a polite client meanwhile: p50 {1000 * statistics.median(polite):.0f} ms, p99 {1000 * polite[int(len(polite) * 0.99)]:.0f} ms')


def machine():
    model = re.search(r'model name\s*: (.*)', pathlib.Path('/proc/cpuinfo').read_text())[1]
    load = pathlib.Path('/proc/loadavg').read_text().split()[0]
    return f'{os.cpu_count()} x {model}; load {load} before; {time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())}'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--seconds', type=int, default=30)
    parser.add_argument('--rounds', type=int, default=3)
    options = parser.parse_args()
    print(machine())
    with Daemon() as daemon:
        daemon.wait_for('an event was seen', lambda: daemon.get('events?kind=query')['items'], 120)
        fill(daemon)
        list_events(daemon, options.seconds)
        idle_streams(daemon, options.seconds, options.rounds)
        idle_streams(daemon, options.seconds, options.rounds, '/api/v1/stream?drafts=true')
        attacked(daemon, options.seconds)
        if browser_is_there():
            paint(daemon, options.rounds)
        else:
            print('first paint: not measured; scripts/browser makes what it needs')
        print(json.dumps(daemon.get('cameras')['items'][0]['state']), 'is the camera in the end')


def browser_is_there():
    try:
        import playwright  # noqa: F401
        return True
    except ImportError:
        return False


if __name__ == '__main__':
    main()
