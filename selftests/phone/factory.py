#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Where phones are made: a manufacturer's CA, and MICs into phones' flash.

factory.py ca FOLDER                     ca.pem and ca.key, made where missing
factory.py mic FOLDER FLASH NAME [MODEL [DAYS]]  mic.pem and mic.key of a
    phone, for so many days from now; expired, if they are negative
"""

import datetime
import os
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from trustlist import keep

PEM = serialization.Encoding.PEM


def name(common, serial=None):
    parts = [x509.NameAttribute(NameOID.SERIAL_NUMBER, serial)] \
        if serial else []
    return x509.Name(parts + [
        x509.NameAttribute(NameOID.COMMON_NAME, common),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, 'Phones'),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, 'Factory')])


def certify(subject, key, issuer, signer, is_ca, days=3650):
    now = datetime.datetime.utcnow()
    return x509.CertificateBuilder(
        issuer_name=issuer, subject_name=subject,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - datetime.timedelta(days=400),
        not_valid_after=now + datetime.timedelta(days=days)).add_extension(
            x509.BasicConstraints(is_ca, None), True).add_extension(
                x509.KeyUsage(not is_ca, False, not is_ca, False, False, is_ca,
                              is_ca, False, False), True).sign(
                                  signer, hashes.SHA256())


def save(folder, kind, key, certificate):
    os.makedirs(folder, exist_ok=True)
    keep(os.path.join(folder, kind + '.key'), key.private_bytes(
        PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()), 0o600)
    keep(os.path.join(folder, kind + '.pem'), certificate.public_bytes(PEM))


def read_ca(folder):
    with open(os.path.join(folder, 'ca.key'), 'rb') as file:
        key = serialization.load_pem_private_key(file.read(), None)
    with open(os.path.join(folder, 'ca.pem'), 'rb') as file:
        return key, x509.load_pem_x509_certificate(file.read())


def make_ca(folder):
    if os.path.exists(os.path.join(folder, 'ca.pem')):
        return
    key = rsa.generate_private_key(65537, 2048)
    subject = name('Test Manufacturing CA')
    save(folder, 'ca', key, certify(subject, key, subject, key, True))


def make_mic(folder, flash, device, model='8861', days='3650'):
    make_ca(folder)
    signer, ca = read_ca(folder)
    key = rsa.generate_private_key(65537, 2048)
    subject = name(f'CP-{model}-{device}', f'PID:CP-{model} SN:{device[3:]}')
    save(flash, 'mic', key, certify(subject, key, ca.subject, signer, False,
                                     int(days)))


def main(words):
    if len(words) == 2 and words[0] == 'ca':
        make_ca(words[1])
    elif len(words) in (4, 5, 6) and words[0] == 'mic':
        make_mic(*words[1:])
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
