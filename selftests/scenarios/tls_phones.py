# SPDX-License-Identifier: GPL-2.0
"""Phones with certificates of all kinds, and a daemon that asks for them."""

import os
import re
import socket
import ssl
import sys
import time
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
# Behind our own folder: both have an authority.
sys.path.insert(1, os.path.join(HERE, '..', 'daemon'))
from authority import Authority  # noqa: E402
from daemon import Daemon, Tap  # noqa: E402
from keyed import Keyed  # noqa: E402

PID = os.getpid()
HOST = f'127.{PID // 250 % 250 + 1}.{PID % 250}.1'
SECRET, SIGNED, SHARED = ('SEP00000000000' + c for c in 'ABC')
AES = 'ECDHE-RSA-AES256-GCM-SHA384'
NULL = 'NULL-SHA256:@SECLEVEL=0'

warnings.simplefilter('ignore', DeprecationWarning)   # TLS 1.1
tap = Tap()
with_keyd = sys.argv[1:] == ['--keyd']
daemon = (Keyed if with_keyd else Daemon)(
    f'[listen]\ntls = {HOST}:5061\n[media]\nanchor = no\n')
own = daemon.dir if with_keyd else daemon.state
ca = Authority(daemon.dir)
count = 0


def configure():
    def profile(name, mode):
        return {'name': name, 'kind': 'phone', 'transport': 'tls',
                'device_security_mode': mode}
    return daemon.ask('POST', '/v1/import', {
        'version': 1, 'param': {'cluster_security_mode': 'mixed'},
        'profile': [profile('secret', 'encrypted'),
                    profile('signed', 'authenticated'),
                    profile('fleet.example.org', 'encrypted')],
        'line': [{'number': n} for n in ('2001', '2002', '2003')],
        'phone': [{'name': name, 'profile': p, 'lines': [{'number': n}]}
                  for name, p, n in ((SECRET, 'secret', '2001'),
                                     (SIGNED, 'signed', '2002'),
                                     (SHARED, 'fleet.example.org', '2003'))],
        'cert': [{'name': 'good', 'purpose': 'callmanager-trust',
                  'pem': ca.pem('good')}]})


def save_own():
    """What administrators are shown of ours, where keyd leaves no files."""
    for name, file in (('CallManager', 'callmanager'),
                       ('CallManager-ECDSA', 'callmanager-ecdsa')):
        pem = daemon.ask('GET', f'/v1/cert/{name}')[1]['item']['pem']
        with open(f'{own}/{file}.pem', 'w', encoding='ascii') as out:
            out.write(pem)


def context(cert, ciphers, top=ssl.TLSVersion.TLSv1_2):
    return ca.context(cert, ciphers, f'{own}/callmanager.pem', top)


def register(cert, ciphers, number='2001', top=ssl.TLSVersion.TLSv1_2,
             name=''):
    """Status of a REGISTER and the cipher, or 0 and why there is none."""
    global count
    count += 1
    aor = f'<sip:{number}@{HOST}>'
    contact = f'<sip:{number}@192.0.2.1:5061;transport=tls>'
    if name:
        contact += f';+sip.instance="<urn:uuid:00000000-0000-0000-0000-' \
                   f'{name[3:].lower()}>"'
    text = '\r\n'.join((
        f'REGISTER sip:{HOST} SIP/2.0',
        f'Via: SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK{PID}{count}',
        f'From: {aor};tag=1', f'To: {aor}', f'Call-ID: {PID}-{count}',
        'CSeq: 1 REGISTER', 'Max-Forwards: 70', f'Contact: {contact}',
        'Expires: 600', 'Content-Length: 0', '', ''))
    try:
        with socket.create_connection((HOST, 5061), timeout=15) as raw, \
             context(cert, ciphers, top).wrap_socket(raw) as tls:
            tls.sendall(text.encode())
            data = tls.recv(65536).decode()
            return (int(data.split()[1]) if data else 0), tls.cipher()[0]
    except (OSError, ssl.SSLError) as err:
        return 0, str(err)


def expect(what, wanted, *words, cipher='', **more):
    status, detail = register(*words, **more)
    tap.ok(status == wanted and cipher in detail,
           f'{what}: {wanted or "no session"}', (status, detail),
           daemon.read_security()[-400:])


def logged(what, pattern):
    end = time.monotonic() + 10
    while time.monotonic() < end and \
            not re.search(pattern, daemon.read_security()):
        time.sleep(0.05)
    tap.ok(re.search(pattern, daemon.read_security()),
           f'the security log says: {what}', daemon.read_security()[-800:])


def make_certificates():
    ca.make_ca('good')
    ca.make_ca('bad')
    ca.make('secret', SECRET, 'good')
    ca.make('signed', SIGNED, 'good')
    ca.make('forged', SECRET, 'bad')
    ca.make('expired', SECRET, 'good', days=-1)
    ca.make('nobody', 'printer.example.org', 'good')
    ca.make('fleet', 'fleet', 'good', san='fleet.example.org')
    ca.openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj',
               f'/CN={SECRET}', '-keyout', f'{daemon.dir}/alone.key', '-out',
               f'{daemon.dir}/alone.pem')
