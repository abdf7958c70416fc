#!/usr/bin/python3
"""Stands between a program and a PostgreSQL server for tests, as a network does that can fail.

    postgres-proxy.py DIRECTORY SERVER

Listens on DIRECTORY/.s.PGSQL.5432 and passes everything on to the socket SERVER. Prints `ready`, then obeys lines on
standard input, each answered with `done`: `cut` ends every connection and refuses new ones, `stall` passes nothing on
while connections stay open, `open` is as at the start. Ends with its standard input, and after twenty minutes in any case.
"""
import os
import selectors
import signal
import socket
import sys

MOST_BYTES = 65536


class Proxy:
    def __init__(self, directory, server):
        self.server = server
        self.mode = 'open'
        self.peers = {}
        self.selector = selectors.DefaultSelector()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(os.path.join(directory, '.s.PGSQL.5432'))
        os.chmod(os.path.join(directory, '.s.PGSQL.5432'), 0o777)
        self.listener.listen(64)
        self.selector.register(self.listener, selectors.EVENT_READ, self.accept)
        self.selector.register(sys.stdin, selectors.EVENT_READ, self.obey)

    def accept(self, _):
        client, _ = self.listener.accept()
        if self.mode == 'cut':
            client.close()
            return
        remote = socket.socket(socket.AF_UNIX)
        remote.connect(self.server)
        for one, other in ((client, remote), (remote, client)):
            self.peers[one] = other
            if self.mode == 'open':
                self.selector.register(one, selectors.EVENT_READ, self.relay)

    def relay(self, source):
        target = self.peers.get(source)
        if target is None:
            return
        try:
            data = source.recv(MOST_BYTES)
            if data:
                target.sendall(data)
                return
        except OSError:
            pass
        self.drop(source)

    def drop(self, one):
        other = self.peers.pop(one, None)
        if other is None:
            return
        self.peers.pop(other, None)
        for end in (one, other):
            try:
                self.selector.unregister(end)
            except KeyError:
                pass
            end.close()

    def obey(self, _):
        line = sys.stdin.readline()
        if not line:
            sys.exit()
        before, self.mode = self.mode, line.strip()
        if self.mode == 'cut':
            for end in list(self.peers):
                self.drop(end)
        elif self.mode == 'stall' and before == 'open':
            for end in self.peers:
                self.selector.unregister(end)
        elif self.mode == 'open' and before == 'stall':
            for end in self.peers:
                self.selector.register(end, selectors.EVENT_READ, self.relay)
        print('done', flush=True)

    def run(self):
        print('ready', flush=True)
        while True:
            for key, _ in self.selector.select():
                if key.fileobj in self.peers or key.data in (self.accept, self.obey):
                    key.data(key.fileobj)


signal.alarm(1200)
Proxy(*sys.argv[1:]).run()
