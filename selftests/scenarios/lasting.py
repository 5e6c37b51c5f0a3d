# SPDX-License-Identifier: GPL-2.0
"""TLS connections that stay: a registered phone's, or a trunk's."""

import os
import socket

PID = os.getpid()
count = 0


def request(method, gateway, number, host, transport, extra=''):
    global count
    count += 1
    aor = f'<sip:{number}@{gateway}>'
    return '\r\n'.join((
        f'{method} sip:{gateway} SIP/2.0',
        f'Via: SIP/2.0/{transport} {host}:5061;rport;'
        f'branch=z9hG4bK{PID}{count}',
        f'From: {aor};tag=1', f'To: {aor}', f'Call-ID: {PID}-{count}',
        f'CSeq: 1 {method}', 'Max-Forwards: 70',
        f'Contact: <sip:{number}@{host}:5061;transport={transport.lower()}>'
        f'{extra}', 'Expires: 600', 'Content-Length: 0', '', '')).encode()


class Lasting:
    def __init__(self, tls):
        self.tls = tls

    def ask(self, *words):
        """The status of the answer."""
        self.tls.sendall(request(*words))
        return int((self.tls.recv(65536).split() or [0, 0])[1])

    def is_open(self):
        """Its keepalive is answered."""
        try:
            self.tls.sendall(b'\r\n\r\n')
            return self.tls.recv(65536) == b'\r\n'
        except OSError:
            return False

    def ends(self):
        self.tls.settimeout(15)
        try:
            while self.tls.recv(65536):
                pass
            return True
        except TimeoutError:
            return False
        except OSError:
            return True


def connect(context, gateway, host):
    raw = socket.create_connection((gateway, 5061), 15, (host, 0))
    return Lasting(context.wrap_socket(raw))
