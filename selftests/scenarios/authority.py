# SPDX-License-Identifier: GPL-2.0
"""Certificate authorities and what they sign, in a directory; TLS with it."""

import ssl
import subprocess


class Authority:
    def __init__(self, path):
        self.path = path

    def openssl(self, *words, text=None):
        return subprocess.run(['openssl', *words], check=True, timeout=60,
                              capture_output=True, input=text).stdout

    def pem(self, name):
        with open(f'{self.path}/{name}.pem', encoding='ascii') as file:
            return file.read()

    def make_ca(self, name):
        self.openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt',
                     'ec_paramgen_curve:P-256', '-nodes', '-days', '30',
                     '-subj', f'/CN={name}', '-keyout',
                     f'{self.path}/{name}.key', '-out',
                     f'{self.path}/{name}.pem')

    def make(self, name, subject, ca, days=30, san=None):
        path = f'{self.path}/{name}'
        self.openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj',
                     f'/CN={subject}', '-keyout', path + '.key', '-out',
                     path + '.csr')
        with open(path + '.ext', 'w', encoding='ascii') as out:
            out.write(f'subjectAltName=DNS:{san}\n' if san else '')
        self.openssl('x509', '-req', '-in', path + '.csr', '-CA',
                     f'{self.path}/{ca}.pem', '-CAkey',
                     f'{self.path}/{ca}.key', '-CAcreateserial', '-days',
                     str(days), '-extfile', path + '.ext', '-out',
                     path + '.pem')

    def context(self, cert, ciphers, peer, top=ssl.TLSVersion.TLSv1_2,
                server=False):
        """peer is the file of whom we trust."""
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else
                             ssl.PROTOCOL_TLS_CLIENT)
        if not server:
            tls.check_hostname = False
        tls.minimum_version = ssl.TLSVersion.TLSv1
        tls.maximum_version = top
        tls.set_ciphers(ciphers)
        tls.load_verify_locations(peer)
        if cert:
            tls.load_cert_chain(f'{self.path}/{cert}.pem',
                                f'{self.path}/{cert}.key')
        return tls
