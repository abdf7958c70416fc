#!/usr/bin/python3
"""An OpenAI-compatible endpoint for tests, on 127.0.0.1, with faults to choose by path. Only the standard library.

    chat-server.py PORT JOURNAL

Prints "ready PORT". PORT 0 takes a free one. Each request is a line of JSON in the file JOURNAL: {"at", "path", "authorization",
"body"}, the body as it came. Ends with its standard input, and after ten minutes in any case. The first part of the path says how
it answers /KIND/v1/chat/completions:

    fine       a description                   fenced     the same with words and a fence around it
    noschema   400 to a response_format        repair     words first, a description when asked again
    garbage    words, always                   level      a description with an impossible level
    half       half of its answer              slow       nothing
    endless    an answer without an end        busy       429, Retry-After 1
    key        401 without the key "k3y"       odd        JSON that is no chat completion
    flaky      500 twice, then a description       gate       a description, once the file JOURNAL.open is there
    objects    422 to a json_schema, not to a json_object
    errors     500 that names response_format to a json_schema, as llama-cpp-python
"""
import json
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOCK = threading.Lock()
COUNTS = {}
DESCRIPTION = {'title': 'a person', 'description': 'A person walks by.', 'level': 1, 'people': 1, 'vehicles': 0,
               'actions': ['walk'], 'confidence': 0.5}


class Answer(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def whole(self, value, status=200, headers=()):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header('Content-Length', str(len(body)))
        for name, text in headers:
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def say(self, text):
        self.whole({'choices': [{'message': {'role': 'assistant', 'content': text}}],
                    'usage': {'prompt_tokens': 100, 'completion_tokens': 20}})

    def opened(self):
        for _ in range(1000):
            if os.path.exists(sys.argv[2] + '.open'):
                return True
            time.sleep(0.02)
        return False

    def do_GET(self):
        self.whole({'data': [{'id': 'tiny-vlm'}, {'id': 'other'}]})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get('Content-Length', 0))).decode()
        kind = self.path.strip('/').split('/')[0]
        with LOCK:
            with open(sys.argv[2], 'a') as journal:
                journal.write(json.dumps({'at': time.time(), 'path': self.path, 'body': body,
                                          'authorization': self.headers.get('Authorization')}) + '\n')
            COUNTS[kind] = COUNTS.get(kind, 0) + 1
            count = COUNTS[kind]
        asked = json.loads(body)
        right = json.dumps(DESCRIPTION)
        if kind == 'slow':
            time.sleep(60)
        elif kind == 'busy':
            self.whole({'error': 'too many'}, 429, [('Retry-After', '1')])
        elif kind == 'key' and self.headers.get('Authorization') != 'Bearer k3y':
            self.whole({'error': 'no'}, 401)
        elif kind == 'noschema' and 'response_format' in asked:
            self.whole({'error': 'unknown field response_format'}, 400)
        elif kind == 'objects' and asked.get('response_format', {}).get('type') == 'json_schema':
            self.whole({'error': 'response_format.type: unknown'}, 422)
        elif kind == 'errors' and asked.get('response_format', {}).get('type') == 'json_schema':
            self.whole({'error': {'message': "validation error: ('body', 'response_format', 'type')"}}, 500)
        elif kind == 'gate' and not self.opened():
            self.whole({'error': 'too late'}, 504)
        elif kind == 'flaky' and count <= 2:
            self.whole({'error': 'oops'}, 500)
        elif kind == 'odd':
            self.whole({'object': 'list'})
        elif kind == 'garbage' or (kind == 'repair' and len(asked['messages']) == 1):
            self.say('Somebody walks by, I think.')
        elif kind == 'level':
            self.say(json.dumps(DESCRIPTION | {'level': 17}))
        elif kind == 'fenced':
            self.say(f'Here it is:\n```json\n{right}\n```')
        elif kind == 'half':
            self.send_response(200)
            self.send_header('Content-Length', '1000')
            self.end_headers()
            self.wfile.write(b'{"choices": [{"message"')
            self.close_connection = True
        elif kind == 'endless':
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b' ' * 65536)
            except OSError:
                pass
            self.close_connection = True
        else:
            self.say(right)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


def main():
    signal.alarm(600)
    server = Server(('127.0.0.1', int(sys.argv[1])), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print('ready', server.server_address[1], flush=True)
    sys.stdin.read()
    os._exit(0)


main()
