# SPDX-License-Identifier: GPL-2.0
"""A phone's questions to the TVS of a real ucsecd."""

import os
import sys
import types
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'phone'))
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import serialization  # noqa: E402
from daemon import ADDRESS, DEADLINE, Tap  # noqa: E402
from daemon import wait_for as wait  # noqa: E402,F401
from identity import Identity  # noqa: E402
from keyed import TVS, Keyed  # noqa: E402
from maker import Maker  # noqa: E402
from mischief import Mischief  # noqa: E402
from refusal import Refused  # noqa: E402
from tvs import Tvs  # noqa: E402

PHONE = 'SEP001122334455'
METRICS = f'{ADDRESS}:49091'

tap = Tap()
daemon = Keyed(f'metrics = {METRICS}\n')
maker = Maker(daemon.dir)
phone = Identity(os.path.join(daemon.dir, 'flash'), PHONE)


def cert_of(name):
    """As DER, one of ucsec-keyd's."""
    with open(os.path.join(daemon.dir, 'keyd', name + '.pem'), 'rb') as file:
        return x509.load_pem_x509_certificate(file.read()).public_bytes(
            serialization.Encoding.DER)


def name_of(name):
    return ';'.join(a.rfc4514_string() for a in reversed(list(name.rdns)))


def tvs_of(*misbehave):
    tvs = Tvs(phone, Mischief(misbehave))
    tvs.address = TVS
    return tvs


def refused(function, *words):
    try:
        return function(*words)
    except Refused as err:
        return err.what


def verify(der, *misbehave):
    return refused(tvs_of(*misbehave).verify, der, [cert_of('tvs-rsa')])


def query(der, *misbehave, **instead):
    """By the names that a file's header would have."""
    cert = x509.load_der_x509_certificate(der)
    serial = cert.serial_number
    said = {'subject': name_of(cert.subject), 'issuer': name_of(cert.issuer),
            'serial': serial, 'serial_bytes': serial.to_bytes(20, 'big'),
            **instead}
    return refused(tvs_of(*misbehave).query, types.SimpleNamespace(**said),
                   [cert_of('tvs-rsa')])


def metric(name):
    with urllib.request.urlopen(f'http://{METRICS}/metrics',
                                timeout=DEADLINE) as reply:
        for line in reply.read().decode().splitlines():
            if line.startswith(name + ' '):
                return int(line.split()[-1])
    return None


def run(*tests):
    """Each in turn, on one daemon, which stops well in the end."""
    try:
        daemon.start()
        for test in tests:
            test()
        status, log = daemon.stop(), daemon.read_log()
        tap.ok(status == 0 and 'Sanitizer' not in log and
               log.count('level=error') == log.count('event=keyd-down'),
               'stops cleanly', log[-3000:])
    finally:
        daemon.remove()
    tap.end()
