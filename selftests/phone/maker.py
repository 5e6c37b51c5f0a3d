# SPDX-License-Identifier: GPL-2.0
"""Makes trust lists and signed files with the openssl tool.

They are for the phone to judge, and nothing of its own code is in here. A lie
is told by giving what would else be worked out.
"""

import functools
import os
import subprocess


def openssl(*words, text=None):
    return subprocess.run(['openssl', *words], check=True, timeout=60,
                          capture_output=True, input=text).stdout


def tlv(tag, value):
    return bytes([tag]) + len(value).to_bytes(2, 'big') + value


def string(tag, text):
    return tlv(tag, text.encode() + b'\0')


class Maker:
    """Its certificates and keys are NAME.pem and NAME.key in a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.bits = {}

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), 'rb') as file:
            return file.read()

    def write(self, name, data):
        with open(self.path(name), 'wb') as file:
            file.write(data)
        return self.path(name)

    def make(self, name, bits=2048, subject=None, key=()):
        """Self-signed, as the services have them."""
        self.bits[name] = bits
        key = key or ('-newkey', f'rsa:{bits}')
        openssl('req', '-x509', *key, '-nodes', '-sha256', '-days', '30',
                '-subj', subject or f'/CN={name}/O=Lab', '-keyout',
                self.path(name + '.key'), '-out', self.path(name + '.pem'))

    def make_ec(self, name, subject=None):
        self.make(name, 0, subject, ('-newkey', 'ec', '-pkeyopt',
                                     'ec_paramgen_curve:P-256'))

    def issue(self, name, ca, subject, spki=None, days='30'):
        """For a bare public key, or with a key of its own."""
        if spki is None:
            openssl('genrsa', '-out', self.path(name + '.key'), '2048')
            spki = openssl('pkey', '-in', self.path(name + '.key'), '-pubout',
                           '-outform', 'DER')
        pub = self.write(name + '.pub', spki)
        ext = self.write(name + '.ext', b'basicConstraints=critical,CA:FALSE\n'
                         b'keyUsage=critical,digitalSignature,keyEncipherment\n'
                         b'extendedKeyUsage=serverAuth,clientAuth\n')
        openssl('x509', '-new', '-subj', subject, '-force_pubkey', pub, '-CA',
                self.path(ca + '.pem'), '-CAkey', self.path(ca + '.key'),
                '-sha256', '-days', days, '-extfile', ext, '-out',
                self.path(name + '.pem'))
        return self.der(name)

    @functools.cache
    def der(self, name):
        return openssl('x509', '-in', self.path(name + '.pem'), '-outform',
                       'DER')

    @functools.cache
    def serial(self, name):
        said = openssl('x509', '-in', self.path(name + '.pem'), '-noout',
                       '-serial').decode()
        return bytes.fromhex(said.strip().partition('=')[2])

    @functools.cache
    def dn(self, name, which='subject'):
        said = openssl('x509', '-in', self.path(name + '.pem'), '-noout',
                       f'-{which}', '-nameopt', 'sep_multiline').decode()
        return ';'.join(line.strip() for line in said.splitlines()[1:])

    @functools.cache
    def point(self, name):
        """The public key as a record has it."""
        if self.bits.get(name, 2048):
            return openssl('rsa', '-in', self.path(name + '.key'),
                           '-RSAPublicKey_out', '-outform', 'DER')
        return openssl('pkey', '-in', self.path(name + '.key'), '-pubout',
                       '-outform', 'DER')[-65:]

    def record(self, function, name=None, dns='', address=b'', **lies):
        """CUCM's order. lies: eTAG=value; None leaves it out."""
        parts = {2: dns.encode() + b'\0'} if dns else {}
        parts[4] = function.to_bytes(2, 'big')
        if name:
            parts |= {3: self.dn(name).encode() + b'\0',
                      5: self.dn(name, 'issuer').encode() + b'\0',
                      6: self.serial(name), 7: self.point(name),
                      9: self.der(name)}
        if address:
            parts[10] = address
        parts |= {int(tag[1:]): value for tag, value in lies.items()}
        rest = b''.join(tlv(tag, parts[tag]) for tag in sorted(parts)
                        if parts[tag] is not None)
        return tlv(1, (len(rest) + 5).to_bytes(2, 'big')) + rest

    def signed(self, signer, filename, body, digest=1, version=b'\1\0',
               encryption=b'', key=None, middle=b'', pads=0):
        """middle: what stands between header length and signer. pads: bytes of
        padding that are too many."""
        bits = self.bits[key or signer]
        kind = {1: 'sha1', 2: 'sha256', 3: 'sha512'}[digest]
        before = middle + tlv(3, string(4, self.dn(signer)) +
                              string(6, self.dn(signer, 'issuer')) +
                              tlv(5, self.serial(signer))) + \
            tlv(7, tlv(8, bytes([digest])) + tlv(9, tlv(10, b'\0') + tlv(
                11, bytes([{1024: 1, 2048: 2, 4096: 3}[bits]]))))
        after = string(14, filename) + tlv(15, b'\x65\0\0\0') + encryption
        size = 10 + len(before) + 3 + bits // 8 + len(after)
        pads += -size % 4
        after += b'\r' * pads
        size += pads
        before = tlv(1, version) + tlv(2, size.to_bytes(2, 'big')) + before
        path = self.path((key or signer) + '.key')
        signature = openssl('dgst', f'-{kind}', '-sign', path,
                            text=before + after + body)
        return before + tlv(12, signature) + after + body

    def trust_list(self, signer, records, kind='ITL', **more):
        more.setdefault('version', b'\1\2')
        return self.signed(signer, f'{kind}File.tlv', b''.join(records), **more)

    def encrypted(self, signer, filename, plain, device, pad=None,
                  pad_byte=b'\r', plain_digest=None, **more):
        """For the certificate device.pem."""
        key, iv = os.urandom(16), os.urandom(16)
        count = 16 - len(plain) % 16
        body = openssl('enc', '-aes-128-cbc', '-nopad', '-K', key.hex(), '-iv',
                       iv.hex(), text=plain + pad_byte * count)
        wrapped = openssl('pkeyutl', '-encrypt', '-certin', '-inkey',
                          self.path(device + '.pem'), text=key)
        digest = openssl('dgst', '-sha512', '-binary', text=plain)
        encryption = tlv(16, tlv(17, tlv(18, b'\0') + tlv(19, iv) + tlv(
            20, (pad or count).to_bytes(2, 'big'))) + tlv(
                21, tlv(22, b'\0') + tlv(23, (8 * len(wrapped)).to_bytes(
                    2, 'big')) + tlv(24, b'\1') + tlv(25, wrapped))) + \
            tlv(26, b'\3') + tlv(27, plain_digest or digest)
        return self.signed(signer, filename, body, 3, b'\2\0', encryption,
                           **more)
