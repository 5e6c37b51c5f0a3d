# SPDX-License-Identifier: GPL-2.0
"""Phones and trunks of phone.py over TCP and TLS, and what they say of media."""

import base64
import os
import re
import select
import socket

from phone import HOST, Phone

AES = 'ECDHE-RSA-AES256-GCM-SHA384'
NULL = 'NULL-SHA256:@SECLEVEL=0'
SUITE = 'AES_CM_128_HMAC_SHA1_80'


class StreamPhone(Phone):
    """Over TCP, or over TLS if it is given a context."""
    context = None

    def __init__(self, host, number, context=None):
        self.context, self.data, self.link = context, b'', None
        self.scheme, self.port = ('TLS', 5061) if context else ('TCP', 5060)
        super().__init__(host, number)

    def open(self):
        raw = socket.create_connection((HOST, self.port), 15,
                                       (self.address, 0))
        self.link = self.context.wrap_socket(raw) if self.context else raw

    def put(self, text):
        self.link.sendall(text.encode())

    def take(self):
        """The first message of what was received."""
        while self.data.startswith(b'\r\n'):
            self.data = self.data[2:]
        head, found, _ = self.data.partition(b'\r\n\r\n')
        size = re.search(rb'(?i)\r\ncontent-length: *(\d+)', head)
        end = len(head) + 4 + int(size[1] if size else 0)
        if not found or len(self.data) < end:
            return ''
        text, self.data = self.data[:end], self.data[end:]
        return text.decode()

    def get(self):
        text = self.take()
        pending = self.context and self.link and self.link.pending()
        if not text and self.link and (
                pending or select.select([self.link], [], [], 0.1)[0]):
            data = self.link.recv(65536)
            if not data:
                raise RuntimeError(f'{self.number} was cut off')
            self.data += data
            text = self.take()
        return text


class TlsTrunk(StreamPhone):
    """The daemon connects to it; context is a server's."""

    def open(self):
        self.server = socket.create_server((self.address, self.port))

    def get(self):
        if not self.link:
            if not select.select([self.server], [], [], 0.1)[0]:
                return ''
            raw, _ = self.server.accept()
            raw.settimeout(15)
            self.link = self.context.wrap_socket(raw, server_side=True)
        return super().get()


def new_key(size=30):
    return base64.b64encode(os.urandom(size)).decode()


def crypto(key, tag=1, suite=SUITE):
    return f'a=crypto:{tag} {suite} inline:{key}'


def describe(address, *lines, version=1):
    """A description: m-lines and what belongs to them, as they are given."""
    kind = 'IP6' if ':' in address else 'IP4'
    return '\r\n'.join(('v=0', f'o=- 1 {version} IN {kind} {address}', 's=-',
                        f'c=IN {kind} {address}', 't=0 0', *lines, ''))


def keys_of(text):
    return re.findall(r'inline:([A-Za-z0-9+/=]+)', text)


def media_of(text):
    """What the m-lines say, with 0 for a port that is 0, else a 1."""
    return [f'{kind} {int(port != "0")} {proto}' for kind, port, proto in
            re.findall(r'(?m)^m=(\w+) (\d+) (\S+)', text)]
