# SPDX-License-Identifier: GPL-2.0
"""Registers by SIP over mutual TLS, with a digest where one is wanted."""

import hashlib
import os
import re

from link import Link
from refusal import Refused


def md5(*words):
    return hashlib.md5(':'.join(words).encode()).hexdigest()


def headers(text, name):
    return re.findall(rf'(?mi)^{name}[ \t]*:[ \t]*(.*?)\r$', text)


def parameters(challenge):
    return {name.lower(): quoted or plain for name, quoted, plain in
            re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,"]+))', challenge)}


def authorise(challenges, uri, user, password):
    """RFC 2617, with a client nonce if qop=auth is offered. No other algorithm
    than MD5 is known here: the first challenge that asks for it counts."""
    for challenge in challenges:
        said = parameters(challenge)
        if challenge.lower().startswith('digest') and \
                said.get('algorithm', 'MD5').upper() == 'MD5':
            break
    else:
        raise Refused('sip-refused', f'its challenge is {challenges}')
    first = md5(user, said.get('realm', ''), password)
    second, nonce = md5('REGISTER', uri), said.get('nonce', '')
    words = {'username': user, 'realm': said.get('realm', ''),
             'nonce': nonce, 'uri': uri}
    text = ', '.join(f'{k}="{v}"' for k, v in words.items())
    if 'auth' in re.split(r'[\s,]+', said.get('qop', '')):
        own = os.urandom(8).hex()
        text += f', qop=auth, nc=00000001, cnonce="{own}", response="' + \
            md5(first, nonce, '00000001', own, 'auth', second) + '"'
    else:
        text += f', response="{md5(first, nonce, second)}"'
    if 'opaque' in said:
        text += f', opaque="{said["opaque"]}"'
    return f'Digest {text}, algorithm=MD5'


class Registration:
    """mode 2 is authenticated: signed, but not secret."""

    def __init__(self, identity, address, trusted, mode, top=None,
                 vouch=None):
        self.identity = identity
        self.link = Link('sip', address, trusted, identity.files(),
                         '1.2' if mode == 2 else top,
                         ciphers='NULL-SHA256:NULL-SHA' if mode == 2 else
                         'DEFAULT', vouch=vouch)
        self.host, self.call, self.count = address[0], os.urandom(8).hex(), 0
        self.data = b''

    def answer(self):
        """The final one."""
        while True:
            head, found, rest = self.data.partition(b'\r\n\r\n')
            size = re.search(rb'(?mi)^(?:content-length|l)[ \t]*:[ \t]*(\d+)',
                             head)
            size = int(size[1]) if size else 0
            if found and len(rest) >= size:
                self.data = rest[size:]
                text = head.decode(errors='replace') + '\r\n'
                status = re.match(r'SIP/2.0 (\d{3}) ', text)
                if status and status[1] != '100':
                    return int(status[1]), text
                continue
            try:
                more = self.link.record()
            except TimeoutError:
                more = b''
            if not more:
                raise Refused('sip-refused', 'no answer')
            self.data += more

    def ask(self, number, uri, more=()):
        self.count += 1
        own, port = self.link.local()[:2]
        name = self.identity.name
        lines = [
            f'REGISTER {uri} SIP/2.0',
            f'Via: SIP/2.0/TLS {own}:{port};rport;branch=z9hG4bK'
            f'{self.call}{self.count}', 'Max-Forwards: 70',
            f'From: <sip:{number}@{self.host}>;tag={self.call}',
            f'To: <sip:{number}@{self.host}>',
            f'Call-ID: {self.call}@{name}', f'CSeq: {self.count} REGISTER',
            f'Contact: <sip:{number}@{own}:{port};transport=tls>;'
            '+sip.instance="<urn:uuid:00000000-0000-0000-0000-'
            f'{name[-12:].lower()}>"', 'Expires: 600', *more,
            'Content-Length: 0', '', '']
        self.link.sendall('\r\n'.join(lines).encode())
        return self.answer()

    def register(self, number, user='', password=''):
        uri = f'sip:{self.host}'
        status, text = self.ask(number, uri)
        for wanted, asks, answers in (
                (401, 'WWW-Authenticate', 'Authorization'),
                (407, 'Proxy-Authenticate', 'Proxy-Authorization')):
            if status == wanted and user:
                value = authorise(headers(text, asks), uri, user, password)
                status, text = self.ask(number, uri, [f'{answers}: {value}'])
        if status != 200:
            raise Refused('sip-refused', text.split('\r\n')[0])
        return self.link.cipher()
