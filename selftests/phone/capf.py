# SPDX-License-Identifier: GPL-2.0
"""A phone's side of CAPF: proves who it is, then does what it is told."""

import time

from identity import CURVES, make_key, spki
from mischief import Hangup, Mischief
from proof import IS_LSC, IS_MIC, prove, wrap
from refusal import Refused
from tlv import Cursor, Malformed, number, read_certificate

PROTOCOL, HEADER = 0x55, 8
(AUTH_REQ, AUTH_RES, KEY_REQ, KEY_RES) = range(1, 5)
(STORE_REQ, STORE_RES, FETCH_REQ, FETCH_RES, DELETE_REQ, DELETE_RES, END,
 LATER, PROGRESS) = range(9, 18)
REASON, TYPE, CERTIFICATE, VERSION, AUTH_TYPE = 1, 3, 4, 7, 8
KEY_SIZE, KEY_TYPE, CURVE = 10, 17, 18
NOTHING, DONE, DECLINED, UNKNOWN = 0, 1, 7, 9
BY_STRING, BY_NULL, BY_LSC, BY_MIC = 1, 2, 3, 4
SIZES = (512, 1024, 2048, 3072, 4096)


def parse(message):
    """Opcode, session and elements of exactly one message."""
    try:
        cursor = Cursor(message)
        protocol, opcode = cursor.take(2)
        session = number(cursor.take(4), 4)
        size = number(cursor.take(2), 2)
        if protocol != PROTOCOL or size != len(message) - HEADER:
            raise Malformed(f'protocol {protocol:#x}, length {size} of '
                            f'{len(message) - HEADER}')
        elements = {}
        while cursor:
            tag, value, _ = cursor.element()
            if tag in elements:
                raise Malformed(f'element {tag} twice')
            elements[tag] = value
    except Malformed as err:
        raise Refused('capf-format', err) from err
    return opcode, session, elements


class Capf:
    """Of one phone; what it needs to know is set before run()."""
    string = None           # what the user typed
    version = 3
    mode = 0                # of the configuration: BY_STRING and so on
    steps, pause = 0, 0.0   # how often and how fast it says that it works
    can_ec = True
    element_order = 'ascending'
    key_deed = ''           # what is wrong with the key, see public_key()
    certificate = None      # shown instead of our own, as DER
    keep_auth = None        # a file for AUTH_RES

    def __init__(self, identity, trusted, mischief=None):
        self.identity, self.trusted = identity, trusted
        self.mischief = mischief or Mischief()
        self.link, self.session, self.key = None, None, None
        self.done = ''

    # Messages

    def receive(self):
        """A message in one TLS record: phones stall over two."""
        try:
            message = self.link.record()
        except TimeoutError as err:
            raise Refused('capf-closed', 'nothing more is said') from err
        if not message:
            raise Refused('capf-closed', self.done or 'nothing was done')
        if len(message) < HEADER or \
                len(message) < HEADER + int.from_bytes(message[6:8], 'big'):
            raise Refused('capf-record', message[:HEADER].hex())
        opcode, session, elements = parse(message)
        if self.session not in (None, session):
            raise Refused('capf-format', f'session {session:#x}')
        self.session = session
        return opcode, elements

    def send(self, opcode, **more):
        """more: elements as e7=b'..'."""
        elements = [(int(tag[1:]), value) for tag, value in more.items()
                    if value is not None]
        if self.element_order == 'ascending':
            elements.sort(key=lambda e: e[0])
        payload = self.mischief.payload(opcode, elements)
        message = bytes([PROTOCOL, opcode]) + \
            self.session.to_bytes(4, 'big') + \
            len(payload).to_bytes(2, 'big') + payload
        if opcode == AUTH_RES and self.keep_auth:
            with open(self.keep_auth, 'wb') as out:
                out.write(message)
        try:
            self.mischief.send(self.link, opcode, message, HEADER)
        except Hangup as err:
            raise Refused('capf-closed', 'by this phone') from err

    def one(self, elements, tag, what):
        if len(elements.get(tag, b'')) != 1:
            raise Refused('capf-format', f'{what} {elements.get(tag)}')
        return elements[tag][0]

    # Who we are

    def answer_auth(self, elements):
        self.one(elements, VERSION, 'version')
        mode = self.mode
        if AUTH_TYPE in elements:
            mode = mode or self.one(elements, AUTH_TYPE, 'kind')
        mode = mode or (BY_STRING if self.string is not None else BY_NULL)
        proof = {}
        if mode == BY_STRING:
            if self.string is None:
                raise Refused('capf-string')
            proof['e11'] = self.string.encode() + b'\0'
        elif mode in (BY_LSC, BY_MIC):
            kinds = ('lsc', 'mic') if mode == BY_LSC else ('mic',)
            proof = prove(self.identity, kinds, self.session,
                          self.version >= 3, self.certificate)
        self.send(AUTH_RES, e7=bytes([self.version]),
                  e13=self.identity.name.encode() + b'\0', e1=b'\1', **proof)

    # What we are told

    def make_key(self, elements):
        kind = elements.get(KEY_TYPE, b'\0')
        curve = elements.get(CURVE, b'\0')
        size = int.from_bytes(elements.get(KEY_SIZE, b''), 'big')
        is_ec = kind == b'\1'
        good = len(curve) == 1 and curve[0] in CURVES and self.can_ec and \
            self.version >= 3 if is_ec else \
            kind == b'\0' and len(elements.get(KEY_SIZE, b'')) == 2 and \
            size in SIZES
        if not good:
            self.send(KEY_RES, e1=bytes([DECLINED]))
            raise Refused('capf-key', {t: v.hex() for t, v in
                                       elements.items()})
        for _ in range(self.steps):
            self.send(PROGRESS)
            time.sleep(self.pause)
        self.key = make_key(curve=curve[0]) if is_ec else make_key(size)
        self.send(KEY_RES, e9=self.public_key())

    def public_key(self):
        """Ours, or what is wrong with it: trailing, point, weak, or a file."""
        plain = spki(self.key)
        if self.key_deed == 'trailing':
            return plain + b'\0'
        if self.key_deed == 'point':
            return plain[:-1] + bytes([plain[-1] ^ 1])
        if self.key_deed == 'weak':
            return spki(make_key(512))
        if self.key_deed:
            with open(self.key_deed, 'rb') as file:
                return file.read()
        return plain

    def store(self, elements):
        """The answer says whether it is any good."""
        try:
            value = elements.get(CERTIFICATE, b'')
            if value[:5] != wrap(value[5:], IS_LSC)[:5]:
                raise Refused('capf-format', value[:5].hex())
            if self.one(elements, TYPE, 'type') != IS_LSC:
                raise Refused('capf-format', 'it is no LSC')
            self.identity.check_lsc(value[5:], self.key, [
                read_certificate(der) for der in self.trusted])
        except Refused:
            self.send(STORE_RES, e1=bytes([DECLINED]))
            raise
        self.identity.store_lsc(value[5:], self.key)
        self.send(STORE_RES, e1=b'\1')
        return 'installed'

    def fetch(self):
        found = self.identity.best()
        if not found:
            self.send(FETCH_RES, e1=bytes([DECLINED]))
            raise Refused('capf-identity', 'to be fetched')
        self.send(FETCH_RES, e1=b'\1', e4=wrap(
            found.der, IS_LSC if found.kind == 'lsc' else IS_MIC))
        return 'fetched'

    def delete(self):
        self.identity.delete_lsc()
        self.send(DELETE_RES, e1=b'\1')
        return 'deleted'

    def end(self, elements):
        reason = self.one(elements, REASON, 'reason')
        if reason == DECLINED:
            raise Refused('capf-declined', self.done)
        if reason == UNKNOWN:
            raise Refused('capf-unknown', self.identity.name)
        if reason == NOTHING and self.done in ('', 'fetched'):
            return self.done or 'nothing'
        if reason == DONE and self.done in ('installed', 'deleted'):
            return self.done
        raise Refused('capf-format', f'reason {reason} after '
                      f'"{self.done or "nothing"}"')

    def run(self, link):
        """One session; what was done in it."""
        self.link = link
        may, has_key = {AUTH_REQ}, False
        while True:
            opcode, elements = self.receive()
            if opcode == LATER:
                raise Refused('capf-later', elements)
            if opcode not in may:
                raise Refused('capf-order', f'opcode {opcode}')
            may = {END}
            if opcode == AUTH_REQ:
                self.answer_auth(elements)
                may = {END, KEY_REQ, FETCH_REQ, DELETE_REQ}
            elif opcode == KEY_REQ:
                self.make_key(elements)
                may, has_key = {END, STORE_REQ}, True
            elif opcode == STORE_REQ and has_key:
                self.done = self.store(elements)
            elif opcode == FETCH_REQ:
                self.done = self.fetch()
            elif opcode == DELETE_REQ:
                self.done = self.delete()
            elif opcode == END:
                return self.end(elements)
