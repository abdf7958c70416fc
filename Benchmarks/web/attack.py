"""Clients that mean no good, each kind at a steady pace on threads of its own: what they get is counted."""

import collections
import socket
import threading
import time

OVERSIZED = (
    b'POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100000000\r\n\r\n' + b'{' * 300_000,
    b'GET /' + b'a' * 9000 + b' HTTP/1.1\r\nHost: localhost\r\n\r\n',
    b'GET /healthz HTTP/1.1\r\nHost: localhost\r\n' + b'X-Long: ' + b'a' * 60_000 + b'\r\n\r\n',
    b'GET /healthz HTTP/1.1\r\nHost: localhost\r\n' + b''.join(b'X-%d: a\r\n' % number for number in range(500)) + b'\r\n',
)
MALFORMED = (
    b'BLAH\r\n\r\n', b'GET / HTTP/9.9\r\nHost: localhost\r\n\r\n', b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' + b'\x00' * 64,
    b'GET / HTTP/1.1\r\nHost localhost\r\n\r\n', b'POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    b'GET /api/v1/events?limit=%ff HTTP/1.1\r\nHost: localhost\r\n\r\n', b'GET /page/..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: localhost\r\n\r\n',
    b'GET /healthz HTTP/1.1\r\nHost: evil.example.com\r\n\r\n',
    b'POST /api/v1/queries HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example.com\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
)
SLOW = (b'GET /healthz HTTP/1.1\r\nHost: localhost\r\n', b'POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n')


class Attack:
    """`with Attack(port) as attack:`; str(attack) says what was sent and what came of it."""

    def __init__(self, port, oversized=10, malformed=100, slow=100):
        """`oversized` and `malformed` requests a second; `slow` connections at once."""
        self.port, self.slow = port, slow
        self.paces = (('oversized', OVERSIZED, oversized), ('malformed', MALFORMED, malformed))
        self.answers = collections.Counter()
        self._ending = threading.Event()
        self._lock = threading.Lock()

    def __enter__(self):
        self._threads = [threading.Thread(target=self._repeat, args=kind) for kind in self.paces]
        self._threads.append(threading.Thread(target=self._drip))
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def __str__(self):
        return '; '.join(f'{what} {number}' for what, number in sorted(self.answers.items()))

    def _note(self, what):
        with self._lock:
            self.answers[what] += 1

    def _repeat(self, name, requests, pace):
        number = 0
        while not self._ending.is_set():
            begin = time.monotonic()
            self._note(f'{name}: {self._once(requests[number % len(requests)])}')
            number += 1
            self._ending.wait(max(0, 1 / pace - (time.monotonic() - begin)))

    def _once(self, request):
        """The status of the answer, or `cut`."""
        try:
            with socket.create_connection(('127.0.0.1', self.port), timeout=20) as client:
                try:
                    client.sendall(request)
                except OSError:
                    pass    # it was refused before all of it was sent
                return client.recv(4096)[9:12].decode(errors='replace') or 'cut'
        except OSError:
            return 'cut'

    def _drip(self):
        """Connections that send a byte a second; one that is cut is replaced."""
        clients = []
        while not self._ending.is_set():
            while len(clients) < self.slow:
                client = socket.create_connection(('127.0.0.1', self.port), timeout=20)
                client.sendall(SLOW[len(clients) % len(SLOW)])
                client.setblocking(False)
                clients.append(client)
                self._note('slow: begun')
            kept = []
            for client in clients:
                try:
                    client.send(b'x')
                    if client.recv(4096):
                        self._note('slow: answered')
                    client.close()
                    self._note('slow: cut')
                except BlockingIOError:
                    kept.append(client)
                except OSError:
                    client.close()
                    self._note('slow: cut')
            clients = kept
            self._ending.wait(1)
        for client in clients:
            client.close()
