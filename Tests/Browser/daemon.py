"""A daemon for the tests: the built program with its embedded database, watching a rendered clip that arrives over RTSP.

    python3 Tests/Browser/daemon.py COMMAND [ARGUMENT…]     runs COMMAND ARGUMENT… URL while one runs that has seen an event and
                                                            wants a token: ALERTD_TOKEN, of the scope admin
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLIP = ROOT / 'share/demo/yard.mp4'
# In the clip's first half minute a car drives through, then a person walks.
CONFIGURATION = '''\
database: embedded
state: {folder}/state
http: {{ listen: 127.0.0.1:{port} }}
cameras:
  {camera}:
    url: {stream}
    zones: {{ ground: [[0, 0.3], [1, 0.3], [1, 1], [0, 1]] }}
    clips: {{ pre_seconds: 2, post_seconds: 2 }}
queries:
  driving: {{ text: "a car drives through the yard" }}
'''


class Daemon:
    """`with Daemon() as daemon:`; daemon.address is the page's. Everything it made is removed in the end."""

    def __init__(self, camera='yard'):
        self.name, self.token = camera, None

    def __enter__(self):
        # /var/tmp, since the embedded database of a root process runs as another user.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='alertd-browser-', dir='/var/tmp'))
        self.folder.chmod(0o755)
        self.camera = self.process = None
        try:
            self.camera, rtsp = self._start_camera()
            self.port = free_port()
            self.address = f'http://127.0.0.1:{self.port}'
            stream = f'rtsp://127.0.0.1:{rtsp}/camera'
            self.configuration = self.folder / 'alertd.yaml'
            self.configuration.write_text(CONFIGURATION.format(folder=self.folder, port=self.port, stream=stream, camera=self.name))
            self.log = self.folder / 'log'
            self.process = subprocess.Popen(
                [ROOT / '.build/release/alertd', 'run', '--config', self.configuration],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(self.log, 'wb'), cwd=ROOT)
            self._wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        if self.camera:
            self.camera.stdin.close()
            try:
                self.camera.wait(10)
            except subprocess.TimeoutExpired:
                self.camera.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def get(self, path):
        """What the API answers."""
        headers = {'Authorization': f'Bearer {self.token}'} if self.token else {}
        with urllib.request.urlopen(urllib.request.Request(f'{self.address}/api/v1/{path}', headers=headers), timeout=10) as answer:
            return json.load(answer)

    def close(self):
        """From now on nothing but /healthz answers without `token`."""
        made = subprocess.run(
            [ROOT / '.build/release/alertd', 'token', 'create', 'tests', '--scope', 'admin', '--config', self.configuration],
            check=True, capture_output=True, text=True)
        self.token = made.stdout.strip()
        self.wait_for('the token counted', lambda: self._status('/api/v1/session') == 401, 10)

    def _status(self, path):
        try:
            return urllib.request.urlopen(f'{self.address}{path}', timeout=10).status
        except urllib.error.HTTPError as refusal:
            return refusal.code

    def wait_for(self, what, probe, seconds):
        """The first value of probe() that is true; asks twice a second. Raises AssertionError after `seconds`."""
        end = time.monotonic() + seconds
        while True:
            try:
                value = probe()
            except (OSError, ValueError):
                value = None
            if value:
                return value
            if self.process.poll() is not None:
                raise AssertionError(f'the daemon ended ({self.process.returncode}) before {what}: {self.tail()}')
            if time.monotonic() > end:
                raise AssertionError(f'{what}: not within {seconds} s; the log ends: {self.tail()}')
            time.sleep(0.5)

    def tail(self):
        """The end of the daemon's log."""
        return ' | '.join(self.log.read_text(errors='replace').splitlines()[-6:])

    def _start_camera(self):
        server = ROOT / 'Tests/TestSupport/rtsp-server.py'
        camera = subprocess.Popen(['/usr/bin/python3', server, CLIP, '0'], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True)
        line = camera.stdout.readline().split()
        if line[:1] != ['ready']:
            raise RuntimeError('the test camera did not start; scripts/bootstrap installs what it needs')
        return camera, int(line[1])

    def _wait_until_ready(self):
        def probe():
            with urllib.request.urlopen(f'{self.address}/healthz', timeout=5) as answer:
                return answer.status == 200
        self.wait_for('the daemon answered', probe, 60)


def main(command):
    if not command:
        sys.exit(__doc__)
    # The name that the API's description has in its examples.
    with Daemon('gate') as daemon:
        daemon.wait_for('an event was seen', lambda: daemon.get('events?kind=query')['items'], 120)
        daemon.close()
        status = subprocess.run([*command, daemon.address], env={**os.environ, 'ALERTD_TOKEN': daemon.token}).returncode
        if daemon.process.poll() is not None:
            sys.exit(f'the daemon ended ({daemon.process.returncode}): {daemon.tail()}')
        return status


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
