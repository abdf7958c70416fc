#!/usr/bin/python3
"""A mail server for tests, on 127.0.0.1, with aiosmtpd.

    mail-server.py PORT JOURNAL [OPTION=VALUE …]

Prints "ready PORT". PORT 0 takes a free one. Each mail that was accepted is a line of JSON in the file JOURNAL:
{"at", "from", "to", "encrypted", "user", "bytes"}, its bytes in base64. Ends with its standard input, and after ten minutes
in any case. Options:

    certificate=FILE key=FILE    offers STARTTLS; implicit=1 speaks TLS from the first byte
    user=NAME password=TEXT      asks for them
    refuse=ADDRESS               550 for that recipient
    busy=N                       451 for the first N mails
"""
import asyncio
import base64
import json
import os
import signal
import ssl
import sys
import threading
import time

from aiosmtpd.smtp import SMTP, AuthResult

OPTIONS = dict(argument.split('=', 1) for argument in sys.argv[3:])


class Inbox:
    def __init__(self):
        self.count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address == OPTIONS.get('refuse'):
            return '550 5.1.1 nobody of that name here'
        envelope.rcpt_tos.append(address)
        return '250 2.1.5 fine'

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        if self.count <= int(OPTIONS.get('busy', 0)):
            return '451 4.3.0 later, please'
        mail = {'at': time.time(), 'from': envelope.mail_from, 'to': envelope.rcpt_tos,
                'encrypted': session.ssl is not None or 'implicit' in OPTIONS,
                'user': (session.auth_data.login.decode() if getattr(session, 'auth_data', None) else None),
                'bytes': base64.b64encode(envelope.content).decode()}
        with open(sys.argv[2], 'a') as journal:
            journal.write(json.dumps(mail) + '\n')
        return '250 2.0.0 taken'


def authenticate(server, session, envelope, mechanism, data):
    right = data.login == OPTIONS['user'].encode() and data.password == OPTIONS['password'].encode()
    return AuthResult(success=right, handled=right, auth_data=data) if right else AuthResult(success=False, handled=False)


async def serve():
    context = None
    if 'certificate' in OPTIONS:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(OPTIONS['certificate'], OPTIONS['key'])
    inbox = Inbox()
    settings = {'hostname': 'mail.test', 'enable_SMTPUTF8': False}
    if 'user' in OPTIONS:
        settings |= {'authenticator': authenticate, 'auth_required': True,
                     'auth_require_tls': context is not None and 'implicit' not in OPTIONS}
    if context and 'implicit' not in OPTIONS:
        settings['tls_context'] = context
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(inbox, loop=loop, **settings), '127.0.0.1', int(sys.argv[1]),
        ssl=context if 'implicit' in OPTIONS else None)
    print('ready', server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def end_with_input():
    sys.stdin.read()
    os._exit(0)


signal.alarm(600)
threading.Thread(target=end_with_input, daemon=True).start()
asyncio.run(serve())
