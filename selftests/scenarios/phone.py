# SPDX-License-Identifier: GPL-2.0
"""A phone or a trunk in Python over UDP: it says what it is told and remembers all
that it hears; with the daemon it speaks to. For streams see stream_phone.py."""

import os
import re
import select
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from stranger import HOST, NET, PID, datagram, tap  # noqa: E402,F401
from daemon import Daemon  # noqa: E402

SDP = ('v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\n'
       't=0 0\r\nm=audio 6000 RTP/AVP 0\r\n')


class Phone:
    """At an address of its own; heard: every message, the oldest first."""
    count = 0
    scheme, port, gateway = 'UDP', 5060, HOST

    def __init__(self, host, number):
        self.address, self.number = f'{NET}.{host}', number
        self.heard = []
        self.open()

    def open(self):
        self.sock = datagram(self.address)

    def put(self, text):
        self.sock.sendto(text.encode(), (HOST, 5060))

    def get(self):
        """A message, or '' if none comes soon."""
        if select.select([self.sock], [], [], 0.1)[0]:
            return self.sock.recv(65536).decode()
        return ''

    def contact(self):
        return (f'Contact: <sip:{self.number}@{self.address}:{self.port}'
                f';transport={self.scheme.lower()}>')

    def request(self, method, to, *headers, body='', tag='', call='', cseq=0,
                branch=''):
        """Sends it; its CSeq and Call-ID, by which answers are found."""
        Phone.count += 1
        call = call or f'{PID}-{self.number}-{Phone.count}'
        cseq = cseq or Phone.count
        branch = branch or f'z9hG4bK{PID}x{Phone.count}'
        via = f'SIP/2.0/{self.scheme} {self.address}:{self.port};branch={branch}'
        lines = [f'{method} sip:{to}@{self.gateway} SIP/2.0', f'Via: {via}',
                 f'From: <sip:{self.number}@{self.gateway}>;tag={self.number}',
                 f'To: <sip:{to}@{self.gateway}>{tag}', f'Call-ID: {call}',
                 f'CSeq: {cseq} {method}', 'Max-Forwards: 70',
                 self.contact(), *headers]
        if body:
            lines.append('Content-Type: application/sdp')
        lines += [f'Content-Length: {len(body)}', '', body]
        self.put('\r\n'.join(lines))
        return call, cseq

    def hear(self, pattern, seconds=10):
        """The next message like that, or ''."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            text = self.get()
            if text:
                self.heard.append(text)
                if re.search(pattern, text, re.S):
                    return text
        return ''

    def ask(self, method, to, *headers, **more):
        """The final answer to a request: its status and its text."""
        call, cseq = self.request(method, to, *headers, **more)
        text = self.hear(f'^SIP/2.0 [2-6].*Call-ID: {call}.*CSeq: {cseq} ')
        return (int(text.split()[1]) if text else 0), text

    def answer(self, request, status, *headers, body=''):
        """To what was heard."""
        lines = [f'SIP/2.0 {status} So']
        lines += re.findall(r'(?m)^(?:Via|From|Call-ID|CSeq): .*(?=\r)', request)
        to = re.search(r'(?m)^To: .*(?=\r)', request)[0]
        lines.append(to if ';tag=' in to else f'{to};tag={self.number}')
        if body:
            lines.append('Content-Type: application/sdp')
        lines += [self.contact(), *headers,
                  f'Content-Length: {len(body)}', '', body]
        self.put('\r\n'.join(lines))

    def register(self, *headers):
        return self.ask('REGISTER', self.number, 'Expires: 600', *headers)


def header(text, name):
    found = re.search(rf'(?mi)^{name}: *(.*)\r', text)
    return found[1] if found else ''


def logged(daemon, what, pattern):
    """The security log says so, soon."""
    end = time.monotonic() + 10
    while time.monotonic() < end and \
            not re.search(pattern, daemon.read_security()):
        time.sleep(0.05)
    tap.ok(re.search(pattern, daemon.read_security()),
           f'the security log says: {what}', daemon.read_security()[-1500:])


def no_calls(daemon):
    """None is left, soon."""
    def shown():
        return daemon.ask('GET', '/v1/call')[1]['items']
    end = time.monotonic() + 10
    while time.monotonic() < end and shown():
        time.sleep(0.05)
    tap.ok(not shown(), 'no call is left', shown())


def house(test, document, conf=''):
    """test(daemon), the daemon with that configuration; it ends well."""
    daemon = Daemon(f'[listen]\nudp = {HOST}:5060\ntls = {HOST}:5061\n'
                    f'[media]\nanchor = no\n{conf}')
    try:
        daemon.start()
        status, reply = daemon.ask('POST', '/v1/import', document)
        tap.ok(status == 200, 'the configuration is taken', reply)
        test(daemon)
        tap.ok(daemon.stop() == 0 and
               not re.search('Sanitizer|runtime error', daemon.read_log()),
               'the daemon stops cleanly', daemon.read_log()[-4000:])
    finally:
        daemon.remove()
    tap.end()
