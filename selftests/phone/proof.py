# SPDX-License-Identifier: GPL-2.0
"""How a phone proves to CAPF by a certificate that it is itself."""

from cryptography.hazmat.primitives import hashes

from identity import sign
from refusal import Refused

SHA1, SHA512 = 1, 3
IS_LSC, IS_MIC = 1, 2


def wrap(der, kind):
    """Five bytes stand before a certificate: 01, a length, 00, its type."""
    return b'\1' + (len(der) + 2).to_bytes(2, 'big') + bytes([0, kind]) + der


def part(tag, value):
    return bytes([tag]) + len(value).to_bytes(2, 'big') + value


def sudi(mic, session):
    """The one integer that is little-endian: as it lies in a phone's memory."""
    blob = session.to_bytes(4, 'little') + mic.der
    return part(0, mic.der) + b''.join(
        part(number, sign(mic.key, kind, blob))
        for number, kind in ((SHA1, hashes.SHA1), (SHA512, hashes.SHA512)))


def prove(identity, kinds, session, is_new, shown=None):
    """Elements for AUTH_RES: our certificate of the first kind that there is,
    signed together with our name. shown: another one, whose key is not ours."""
    credential = identity.best(*kinds)
    if not credential:
        raise Refused('capf-identity', ' or '.join(kinds))
    der = shown or credential.der
    blob = identity.name.encode() + b'\0' + der
    proof = {'e4': wrap(der, IS_LSC if credential.kind == 'lsc' else IS_MIC),
             'e6': sign(credential.key, hashes.SHA1, blob)}
    if is_new:
        proof['e20'] = part(SHA512, sign(credential.key, hashes.SHA512, blob))
        mic = identity.load('mic')
        if mic and mic.is_rsa():
            proof['e16'] = sudi(mic, session)
    return proof
