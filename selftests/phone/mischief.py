# SPDX-License-Identifier: GPL-2.0
"""Ways in which a phone breaks the rules of CAPF and TVS, if it is told to.

MESSAGE/DEED[=VALUE[,VALUE]], the message auth, key, store, delete, fetch,
progress, verify, query or any:

  drop=TAG        double=TAG       empty=TAG       long=TAG,SIZE
  chop=TAG        without its last byte
  nul=TAG         with a NUL in its middle
  put=TAG,HEX     with that value      add=TAG,HEX     one more element
  length=TAG,N    its length says N more than there is
  size=N          the payload's length says N more than there is
  opcode=N        protocol=N       session=HEX
  reverse         elements in the other order: nothing to complain of
  split           header and payload in TLS records of their own: allowed
  slow=SECONDS    a byte at a time
  twice           the message two times
  after=HEX       and these bytes behind it
  half            half of it, then the end
  silence=SECONDS nothing for so long, then the end
  replay=FILE[,now]  what --keep-auth has put there, now: in this session
  instead=OPCODE,HEX  that message with this payload, to be out of order
"""

import time

OPCODES = {'auth': 2, 'key': 4, 'store': 10, 'fetch': 12, 'delete': 14,
           'progress': 17, 'verify': 1, 'query': 3}
# Those that take the elements, the rest takes the message.
OF_ELEMENTS = ('drop', 'double', 'empty', 'long', 'chop', 'nul', 'put', 'add',
               'reverse')


def element(tag, value, lie=0):
    size = (len(value) + lie) % 65536
    return bytes([tag]) + size.to_bytes(2, 'big') + value


def change_value(deed, value, word):
    if deed == 'empty':
        return b''
    if deed == 'long':
        return value + (value[-1:] or b'A') * (int(word) - len(value))
    if deed == 'chop':
        return value[:-1]
    if deed == 'nul':
        return value[:len(value) // 2] + b'\0' + value[len(value) // 2:]
    return bytes.fromhex(word)


class Hangup(Exception):
    """The phone is to close the connection now."""


class Mischief:
    def __init__(self, words=()):
        self.deeds = [self.parse(word) for word in words]

    @staticmethod
    def parse(word):
        message, _, deed = word.partition('/')
        deed, _, value = deed.partition('=')
        if (message != 'any' and message not in OPCODES) or \
                (deed not in OF_ELEMENTS and not hasattr(Mischief, deed)):
            raise ValueError(f'{word} is no misbehaviour')
        return OPCODES.get(message), deed, value.split(',') if value else []

    def of(self, opcode):
        return [(deed, words) for wanted, deed, words in self.deeds
                if wanted in (None, opcode)]

    def payload(self, opcode, elements):
        """elements: pairs of tag and value."""
        lies = {}
        for deed, words in self.of(opcode):
            if deed == 'length':
                lies[int(words[0])] = int(words[1])
            if deed not in OF_ELEMENTS:
                continue
            tag = int(words[0]) if words else 0
            if deed == 'reverse':
                elements = elements[::-1]
            elif deed == 'drop':
                elements = [e for e in elements if e[0] != tag]
            elif deed == 'double':
                elements = [e for e in elements
                            for _ in range(1 + (e[0] == tag))]
            elif deed == 'add':
                elements = elements + [(tag, bytes.fromhex(words[1]))]
            else:
                elements = [(t, change_value(deed, v, words[-1])
                             if t == tag else v) for t, v in elements]
        return b''.join(element(tag, value, lies.get(tag, 0))
                        for tag, value in elements)

    def send(self, link, opcode, message, header):
        """message is sent by link as it should be, if nothing is said."""
        deeds = self.of(opcode)
        message = bytearray(message)
        for deed, words in deeds:
            if deed in ('size', 'opcode', 'protocol', 'session'):
                getattr(self, deed)(message, header, *words)
        pieces = [bytes(message)]
        for deed, words in deeds:
            if deed not in OF_ELEMENTS + ('size', 'opcode', 'protocol',
                                          'session', 'length'):
                pieces = getattr(self, deed)(pieces, header, *words)
        for piece in pieces:
            if isinstance(piece, float):
                time.sleep(piece)
            elif piece is None:
                raise Hangup
            else:
                link.sendall(piece)

    def length(self):
        """A lie of an element's, told in payload()."""

    @staticmethod
    def size(message, header, more):
        """The payload's length is the last field of either header."""
        size = int.from_bytes(message[header - 2:header], 'big') + int(more)
        message[header - 2:header] = (size % 65536).to_bytes(2, 'big')

    @staticmethod
    def opcode(message, header, value):
        message[1 if header == 8 else 2] = int(value)

    @staticmethod
    def protocol(message, _header, value):
        message[0] = int(value)

    @staticmethod
    def session(message, header, value):
        message[header - 6:header - 2] = bytes.fromhex(value)

    @staticmethod
    def split(pieces, header):
        return [pieces[0][:header], pieces[0][header:], *pieces[1:]]

    @staticmethod
    def slow(pieces, _header, seconds):
        return [step for piece in pieces for byte in piece
                for step in (bytes([byte]), float(seconds))]

    @staticmethod
    def twice(pieces, _header):
        return pieces * 2

    @staticmethod
    def after(pieces, _header, more):
        return [pieces[0] + bytes.fromhex(more), *pieces[1:]]

    @staticmethod
    def half(pieces, _header):
        return [pieces[0][:len(pieces[0]) // 2], None]

    @staticmethod
    def silence(_pieces, _header, seconds):
        return [float(seconds), None]

    @staticmethod
    def replay(pieces, header, path, now=''):
        with open(path, 'rb') as file:
            message = bytearray(file.read())
        if now:
            message[header - 6:header - 2] = \
                pieces[0][header - 6:header - 2]
        return [bytes(message)]

    @staticmethod
    def instead(pieces, header, opcode, payload=''):
        message, payload = bytearray(pieces[0][:header]), \
            bytes.fromhex(payload)
        Mischief.opcode(message, header, opcode)
        message[header - 2:] = len(payload).to_bytes(2, 'big') + payload
        return [bytes(message)]
