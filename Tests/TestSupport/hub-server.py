#!/usr/bin/python3
"""A hub of models for tests, on 127.0.0.1, with faults. Only the standard library.

    hub-server.py PORT JOURNAL ROOT

Prints "ready PORT". PORT 0 takes a free one. Serves each folder ROOT/ORGANISATION/MODEL as Hugging Face serves a
repository: its description, the list of its files, and the files, large ones (*.safetensors) through a redirect. Each
request is a line of JSON in the file JOURNAL: {"method", "path", "range", "if_range", "authorization", "status"}. Ends with
its standard input, and after ten minutes in any case.

ROOT/faults.json chooses faults by a path's last part; "times" is how often, 1 if not said:
    {"model.safetensors": {"fault": "cut", "at": 1000, "times": 2}}

    cut       hangs up after "at" bytes of what was asked for
    short     says and sends "at" bytes fewer than there are
    long      says and sends "at" bytes more
    wrong     sends other bytes, as many as there should be
    stall     sends "at" bytes, then nothing
    ignore    sends everything, whatever range is asked for
    status    answers "code", with "retry_after" if given
    change    has a new entity tag and, from byte "at" on, other bytes
    digest    lists another digest (of the list, not of the file)
    path      lists the file under the path "path"
"""
import hashlib
import json
import os
import signal
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROOT = ''
COMMIT = '0123456789abcdef0123456789abcdef01234567'
LOCK = threading.Lock()
DONE = {}


def fault(name, kinds):
    """The fault that this request meets; counted."""
    try:
        with open(os.path.join(ROOT, 'faults.json')) as file:
            found = json.load(file).get(name)
    except (OSError, ValueError):
        return {}
    if not found or found['fault'] not in kinds:
        return {}
    with LOCK:
        key = (name, json.dumps(found, sort_keys=True))
        DONE[key] = DONE.get(key, 0) + 1
        return found if DONE[key] <= found.get('times', 1) else {}


def listing(folder):
    entries = []
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), 'rb') as file:
            body = file.read()
        blob = hashlib.sha1(b'blob %d\0' % len(body) + body).hexdigest()
        entry = {'type': 'file', 'oid': blob, 'size': len(body), 'path': name}
        if name.endswith('.safetensors'):
            entry['lfs'] = {'oid': hashlib.sha256(body).hexdigest(), 'size': len(body), 'pointerSize': 134}
        wrong = fault(name, ['digest', 'path'])
        if wrong.get('fault') == 'digest':
            entry['oid'] = '0' * 40
            if 'lfs' in entry:
                entry['lfs']['oid'] = '0' * 64
        if wrong.get('fault') == 'path':
            entry['path'] = wrong['path']
        entries.append(entry)
    return entries + [{'type': 'directory', 'oid': '0' * 40, 'size': 0, 'path': 'onnx'}]


class Answer(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def log(self, status):
        headers = self.headers
        line = {'method': self.command, 'path': self.path, 'range': headers.get('Range'),
                'if_range': headers.get('If-Range'), 'authorization': headers.get('Authorization'), 'status': status}
        with LOCK, open(JOURNAL, 'a') as file:
            file.write(json.dumps(line) + '\n')

    def answer(self, status, body=b'', **headers):
        self.log(status)
        self.send_response(status)
        self.send_header('Content-Length', str(headers.pop('length', len(body))))
        for name, value in headers.items():
            self.send_header(name.replace('_', '-'), value)
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(body)

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        try:
            self.route()
        except (BrokenPipeError, ConnectionResetError):
            pass

    def route(self):
        parts = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path).strip('/').split('/')
        if parts[:2] == ['api', 'models'] and len(parts) >= 6:
            folder, what = os.path.join(ROOT, parts[2], parts[3]), parts[4]
            refused = fault(what, ['status'])
            if refused:
                return self.refuse(refused)
            if not os.path.isdir(folder):
                return self.answer(404, b'{"error":"Repository not found"}')
            if what == 'revision':
                body = {'sha': COMMIT, 'cardData': {'license': 'apache-2.0'}}
            elif parts[5] != COMMIT:
                return self.answer(404, b'{"error":"Invalid rev id"}')
            else:
                body = listing(folder)
            return self.answer(200, json.dumps(body).encode(), Content_Type='application/json')
        if len(parts) == 5 and parts[2] == 'resolve':
            if parts[4].endswith('.safetensors'):
                return self.answer(302, b'', Location='/cdn/' + '/'.join(parts[:2]) + '/' + parts[4])
            return self.file(os.path.join(ROOT, parts[0], parts[1], parts[4]))
        if len(parts) == 4 and parts[0] == 'cdn':
            return self.file(os.path.join(ROOT, *parts[1:]))
        return self.answer(404, b'not here')

    def refuse(self, found):
        headers = {'Retry_After': str(found['retry_after'])} if 'retry_after' in found else {}
        self.answer(found['code'], b'not now', **headers)

    def file(self, path):
        if not os.path.isfile(path):
            return self.answer(404, b'not here')
        with open(path, 'rb') as file:
            body = file.read()
        found = fault(os.path.basename(path), ['cut', 'short', 'long', 'wrong', 'stall', 'ignore', 'status', 'change']) \
            if self.command == 'GET' else {}
        kind, at = found.get('fault'), found.get('at', 0)
        if kind == 'status':
            return self.refuse(found)
        tag = '"%s"' % hashlib.sha256(body).hexdigest()
        if kind == 'wrong':
            body = bytes(byte ^ 255 for byte in body)
        if kind == 'change':
            tag, body = '"another"', body[:at] + bytes(byte ^ 255 for byte in body[at:])
        start, status, headers = 0, 200, {'ETag': tag}
        asked = self.headers.get('Range')
        condition = self.headers.get('If-Range')
        if asked and kind != 'ignore' and condition in (None, tag):
            start = int(asked.removeprefix('bytes=').split('-')[0])
            if start >= len(body):
                return self.answer(416, b'', Content_Range='bytes */%d' % len(body))
            status = 206
            headers['Content_Range'] = 'bytes %d-%d/%d' % (start, len(body) - 1, len(body))
        body = body[start:]
        if kind == 'short':
            body = body[:len(body) - at]
        if kind == 'long':
            body += b'x' * at
        if kind not in ('cut', 'stall'):
            return self.answer(status, body, **headers)
        self.answer(status, body[:at], length=len(body), **headers)
        self.wfile.flush()
        if kind == 'stall':
            time.sleep(60)
        self.close_connection = True


def main():
    global ROOT, JOURNAL
    port, JOURNAL, ROOT = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    server = ThreadingHTTPServer(('127.0.0.1', port), Answer)
    server.daemon_threads = True
    signal.alarm(600)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print('ready', server.server_address[1], flush=True)
    sys.stdin.read()
    os._exit(0)


main()
