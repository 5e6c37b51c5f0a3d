# SPDX-License-Identifier: GPL-2.0
"""A phone's side of TVS: may this certificate be believed, and for what?"""

import os

from link import Link
from mischief import Hangup, Mischief
from refusal import Refused
from tlv import Cursor, Malformed, number, read_certificate

PROTOCOL, VERSION, HEADER = 0x57, 1, 10
VERIFY, VERIFIED, QUERY, QUERIED = 1, 2, 3, 4
(DEVICE, CERTIFICATE, SUBJECT, ISSUER, SERIAL, _, STATUS, ROLES,
 TTL) = range(1, 10)
FOUND = 0


def parse(message, command, session):
    """The elements of an answer; its reserved byte may be anything."""
    try:
        cursor = Cursor(message)
        if tuple(cursor.take(3)) != (PROTOCOL, VERSION, command):
            raise Malformed(f'it begins with {message[:3].hex()}')
        cursor.take(1)
        if cursor.take(4) != session:
            raise Malformed('it has another session')
        if number(cursor.take(2), 2) != len(message) - HEADER:
            raise Malformed('its length is wrong')
        elements = {}
        while cursor:
            tag, value, _ = cursor.element()
            if tag in elements:
                raise Malformed(f'element {tag} twice')
            elements[tag] = value
        status = number(elements.get(STATUS, b''), 1)
        if status == FOUND:
            number(elements.get(TTL, b''), 4)
            if ROLES not in elements:
                raise Malformed('no roles')
    except Malformed as err:
        raise Refused('tvs-format', err) from err
    if status != FOUND:
        raise Refused('tvs-invalid', f'status {status}')
    return elements


class Tvs:
    """address: of the server, once the phone has learnt it."""
    address = None
    top = None

    def __init__(self, identity, mischief=None):
        self.identity = identity
        self.mischief = mischief or Mischief()
        self.asked = []     # what was, for the log

    def whole(self, link):
        message = link.record()
        while len(message) >= HEADER and \
                len(message) < HEADER + int.from_bytes(message[8:10], 'big'):
            more = link.record()
            if not more:
                break
            message += more
        if not message:
            raise Refused('tvs-format', 'it is nothing')
        return message

    def exchange(self, command, elements, trusted):
        if not self.address:
            raise Refused('tvs-connect', 'its address is not known')
        session = os.urandom(4)
        elements = [(DEVICE, b'\1' + self.identity.full_name().encode()),
                    *elements]
        payload = self.mischief.payload(command, elements)
        message = bytes([PROTOCOL, VERSION, command, 0]) + session + \
            len(payload).to_bytes(2, 'big') + payload
        link = Link('tvs', self.address, trusted, self.identity.files(),
                    self.top)
        try:
            self.mischief.send(link, command, message, HEADER)
            return parse(self.whole(link), command + 1, session)
        except (Hangup, TimeoutError) as err:
            raise Refused('tvs-format', 'there is no answer') from err
        finally:
            link.close()

    def verify(self, der, trusted):
        """The roles of a certificate that somebody has shown."""
        self.asked.append('verify')
        return tuple(self.exchange(VERIFY, [(CERTIFICATE, der)],
                                   trusted)[ROLES])

    def query(self, file, trusted):
        """The certificate of a file's signer, and its roles."""
        self.asked.append(f'query {file.subject}')
        answer = self.exchange(QUERY, [
            (SUBJECT, file.subject.encode() + b'\0'),
            (ISSUER, file.issuer.encode() + b'\0'),
            (SERIAL, file.serial_bytes)], trusted)
        der = answer.get(CERTIFICATE, b'')
        try:
            if read_certificate(der).serial_number != file.serial:
                raise Malformed('a certificate of another serial')
        except Malformed as err:
            raise Refused('tvs-format', err) from err
        return der, tuple(answer[ROLES])
