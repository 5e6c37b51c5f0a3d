# SPDX-License-Identifier: GPL-2.0
"""A certification authority made of the openssl tool, good and bad."""

import os
import subprocess

EC = ('-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes')
SERVER = ('basicConstraints=critical,CA:FALSE\n'
          'keyUsage=critical,digitalSignature,keyEncipherment\n'
          'extendedKeyUsage=serverAuth,clientAuth\n')
CA = 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign,cRLSign\n'


def openssl(*words, data=None):
    """What it prints, as bytes."""
    return subprocess.run(['openssl', *words], check=True, timeout=60,
                          input=data, capture_output=True).stdout


class Authority:
    """A root, or what a root has signed; files of a directory."""

    def __init__(self, folder, name, issuer=None, kind=EC, digest='-sha256'):
        self.folder = folder
        self.name = name
        self.issuer = issuer
        self.key = self.path(name + '.key')
        self.cert = self.path(name + '.pem')
        self.serial = 100
        if issuer is None:
            openssl('req', '-x509', *kind, digest, '-days', '4000', '-subj',
                    f'/O=Example/CN={name}', '-keyout', self.key, '-out',
                    self.cert)
            return
        request = openssl('req', '-new', *kind, '-subj',
                          f'/O=Example/CN={name}', '-keyout', self.key)
        with open(self.cert, 'wb') as out:
            out.write(issuer.sign(request, CA))

    def path(self, name):
        return os.path.join(self.folder, name)

    def pem(self):
        with open(self.cert, 'rb') as file:
            return file.read()

    def sign(self, request, extensions=SERVER, start=None, end=None,
             digest='sha256'):
        """A certificate in PEM for a request in PEM; dates as openssl's ca."""
        self.serial += 1
        base = self.path(self.name)
        with open(base + '.cnf', 'w', encoding='utf-8') as out:
            out.write(f'[ca]\ndefault_ca=d\n[d]\ndatabase={base}.txt\n'
                      f'serial={base}.srl\nnew_certs_dir={self.folder}\n'
                      f'policy=p\nx509_extensions=x\nunique_subject=no\n'
                      f'copy_extensions=none\n[p]\n'
                      'organizationName=optional\n'
                      'organizationalUnitName=optional\n'
                      'commonName=supplied\n[x]\n' + extensions)
        with open(base + '.txt', 'w', encoding='utf-8'):
            pass
        with open(base + '.srl', 'w', encoding='utf-8') as out:
            out.write(f'{self.serial:04X}\n')
        with open(base + '.csr', 'wb') as out:
            out.write(request)
        dates = (['-startdate', start] if start else []) + (
            ['-enddate', end] if end else ['-days', '900'])
        openssl('ca', '-batch', '-notext', '-config', base + '.cnf', '-cert',
                self.cert, '-keyfile', self.key, '-md', digest, '-in',
                base + '.csr', '-out', base + '.out', *dates)
        with open(base + '.out', 'rb') as file:
            return file.read()


def der_of(pem):
    return openssl('x509', '-outform', 'DER', data=pem)
