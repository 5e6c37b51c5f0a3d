# SPDX-License-Identifier: GPL-2.0
"""A phone and a CAPF server of scripted bytes, for tests of the phone."""

import atexit
import os
import re
import shutil
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'daemon'))
from capf import Capf  # noqa: E402
from daemon import Tap  # noqa: E402
from identity import Identity  # noqa: E402
from link import Link  # noqa: E402
from maker import Maker, tlv  # noqa: E402
from mischief import Mischief  # noqa: E402
from peers import TlsPeer  # noqa: E402
from refusal import Refused  # noqa: E402

DEVICE = 'SEP001122334455'
SESSION = '0000002a'
tap = Tap()
folder = tempfile.mkdtemp(prefix='enrol-')
atexit.register(shutil.rmtree, folder)
maker = Maker(folder)
count = 0
for each in ('capf', 'mic'):
    maker.make(each)
maker.make('ours', subject='/CN=' + DEVICE)


def msg(opcode, text='', session=SESSION):
    payload = bytes.fromhex(text)
    return bytes([0x55, opcode]) + bytes.fromhex(session) + \
        len(payload).to_bytes(2, 'big') + payload


AUTH = msg(1, '07 0001 03  08 0001 00')
RSA = msg(3, '0a 0002 0800  11 0001 00')
OLD = msg(3, '0a 0002 0400')
P384 = msg(3, '11 0001 01  12 0001 01')
DELETE, FETCH = msg(13), msg(11)
NOTHING, DONE, BAD, UNKNOWN = (msg(15, f'01 0001 0{n}') for n in (0, 1, 7, 9))


def store(der, prefix=None, kind='01'):
    prefix = prefix or b'\1' + (len(der) + 2).to_bytes(2, 'big') + b'\0\1'
    return msg(9, f'03 0001 {kind}' + tlv(4, prefix + der).hex())


def issued():
    """The LSC that was issued last."""
    return maker.der(f'lsc{count}')


def lsc(subject='/CN=' + DEVICE, ca='capf', change=lambda der: der, **more):
    """Issues for the key in the message; answers with that."""
    def issue(message):
        global count
        count += 1
        spki = message[11:]
        return store(change(maker.issue(f'lsc{count}', ca, subject, spki)),
                     **more)
    return issue


def phone(name=None, kind='lsc', **said):
    """An identity whose certificate that is, and the words for Capf."""
    global count
    count += 1
    identity = Identity(os.path.join(folder, f'flash{count}'), DEVICE)
    if name:
        for suffix in ('.pem', '.key'):
            shutil.copy(maker.path(name + suffix), identity.path(kind + suffix))
    identity.said = said
    return identity


def run(identity, *script, server='capf', words=()):
    """What it did or refused, and all that the server heard."""
    peer = TlsPeer(maker, server, script)
    trusted = [maker.der('capf')]
    capf = Capf(identity, trusted, Mischief(words))
    for name, value in identity.said.items():
        setattr(capf, name, value)
    link = None
    try:
        link = Link('capf', peer.address, trusted)
        done = capf.run(link)
    except Refused as err:
        done = err.what
    finally:
        if link:
            link.close()
        peer.close()
    end = time.monotonic() + 10
    while not peer.is_idle.is_set() and time.monotonic() < end:
        time.sleep(0.01)
    return done, [message.hex() for message in peer.heard]


def expect(what, identity, script, wanted, heard=None, **more):
    done, said = run(identity, *script, **more)
    said = [re.sub('^(55..)' + SESSION, r'\1', message) for message in said]
    good = done == wanted and (heard is None or re.fullmatch(
        heard.replace(' ', ''), ' '.join(said).replace(' ', '')))
    tap.ok(good, f'{what}: {wanted}', done, said)
