#!/usr/bin/python3
"""A web server for tests, on 127.0.0.1, with faults to choose by path. Only the standard library.

    web-server.py PORT JOURNAL [CERTIFICATE KEY]

Prints "ready PORT". PORT 0 takes a free one. Each request that arrived whole is a line of JSON in the file JOURNAL:
{"at", "method", "path", "headers", "body"}, the body in base64. Ends with its standard input, and after ten minutes in any
case. What is asked for by the query of a path:

    /hello                       "hello", with a header that comes twice
    /echo                        the request as JSON
    /status?code=N&retry=S       that status; /status?code=N&first=K only for the first K requests of this process
    /bytes?count=N               N bytes: 0, 1, 2, … modulo 251
    /file?count=N                the same; answers Range. &fault=cut ends halfway, &fault=ignore sends everything,
                                 &fault=other sends another part, &fault=slow sends 20 bytes a tenth of a second
    /chunks?count=N&pause=S      N chunks "chunk 0\n", …; &cut=K hangs up after K
    /stall                       a head, ten bytes, then nothing
    /silent                      nothing
    /garbage                     what is not HTTP
    /redirect?to=URL             302 to that address
    /loop                        302 to itself
"""
import base64
import json
import os
import signal
import ssl
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

JOURNAL = threading.Lock()
COUNTS = {}


def pattern(count, start=0):
    return bytes(index % 251 for index in range(start, count))


class Answer(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def begin(self, status, length, **headers):
        self.send_response(status)
        if length is not None:
            self.send_header('Content-Length', str(length))
        for name, value in headers.items():
            self.send_header(name.replace('_', '-'), value)
        self.end_headers()

    def whole(self, body, status=200, **headers):
        self.begin(status, len(body), **headers)
        if self.command != 'HEAD':
            self.wfile.write(body)

    def handle_any(self):
        place = urllib.parse.urlsplit(self.path)
        asked = {key: values[0] for key, values in urllib.parse.parse_qs(place.query).items()}
        body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        request = {'at': time.time(), 'method': self.command, 'path': self.path,
                   'headers': {name.lower(): value for name, value in self.headers.items()},
                   'body': base64.b64encode(body).decode()}
        with JOURNAL:
            with open(sys.argv[2], 'a') as journal:
                journal.write(json.dumps(request) + '\n')
            COUNTS[self.path] = COUNTS.get(self.path, 0) + 1
            count = COUNTS[self.path]
        getattr(self, 'do_' + place.path.strip('/').split('/')[0], self.do_nothing)(asked, request, count)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_any

    def do_nothing(self, *_):
        self.whole(b'there is no such page', 404)

    def do_hello(self, *_):
        self.send_response(200)
        for value in ('one', 'two'):
            self.send_header('X-Twice', value)
        self.send_header('Content-Length', '5')
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(b'hello')

    def do_hook(self, *_):
        self.whole(b'')

    def do_echo(self, _, request, __):
        self.whole(json.dumps(request).encode())

    def do_status(self, asked, _, count):
        if count > int(asked.get('first', 1 << 30)):
            return self.whole(b'fine now')
        headers = {'Retry_After': asked['retry']} if 'retry' in asked else {}
        self.whole(b'not\r\nnow', int(asked['code']), **headers)

    def do_bytes(self, asked, *_):
        self.whole(pattern(int(asked['count'])))

    def do_file(self, asked, *_):
        count, fault, start = int(asked['count']), asked.get('fault'), 0
        wanted = self.headers.get('Range', '')
        if wanted.startswith('bytes=') and fault != 'ignore':
            start = int(wanted[6:].split('-')[0])
            if start >= count:
                return self.whole(b'', 416, Content_Range=f'bytes */{count}')
            if fault == 'other':
                start += 1
            self.begin(206, count - start, Content_Range=f'bytes {start}-{count - 1}/{count}')
        else:
            self.begin(200, count)
        data = pattern(count, start)
        if fault == 'cut':
            self.wfile.write(data[:len(data) // 2])
            self.wfile.flush()
            self.close_connection = True
            return
        if fault == 'slow':
            for index in range(0, len(data), 20):
                self.wfile.write(data[index:index + 20])
                self.wfile.flush()
                time.sleep(0.1)
            return
        self.wfile.write(data)

    def do_chunks(self, asked, *_):
        self.send_response(200)
        self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()
        for index in range(int(asked['count'])):
            if index == int(asked.get('cut', -1)):
                self.close_connection = True
                return
            piece = f'chunk {index}\n'.encode() + b'.' * int(asked.get('fill', 0))
            self.wfile.write(f'{len(piece):x}\r\n'.encode() + piece + b'\r\n')
            self.wfile.flush()
            time.sleep(float(asked.get('pause', 0)))
        self.wfile.write(b'0\r\n\r\n')

    def do_stall(self, *_):
        self.begin(200, 100)
        self.wfile.write(b'0123456789')
        self.wfile.flush()
        time.sleep(60)

    def do_silent(self, *_):
        time.sleep(60)

    def do_garbage(self, *_):
        self.wfile.write(b'\x00\xff this is not HTTP \r\n\r\n' * 3)
        self.close_connection = True

    def do_redirect(self, asked, *_):
        self.whole(b'elsewhere', 302, Location=asked['to'])

    def do_loop(self, *_):
        self.whole(b'again', 302, Location=self.path)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_):
        pass


def main():
    signal.alarm(600)
    server = Server(('127.0.0.1', int(sys.argv[1])), Answer)
    if len(sys.argv) > 3:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3], sys.argv[4])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print('ready', server.server_address[1], flush=True)
    sys.stdin.read()
    os._exit(0)


main()
