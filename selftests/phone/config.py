# SPDX-License-Identifier: GPL-2.0
"""A phone's configuration: its signature, its encryption, what it says."""

import xml.etree.ElementTree

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from refusal import Refused
from tlv import Malformed, SignedFile, children, number, read_certificate

BLOCK = 16


def open_signed(data, name, trust):
    """The content of a signed file, and on whose word."""
    try:
        file = SignedFile(data)
    except Malformed as err:
        if data[:1] != b'\x01':
            raise Refused('config-unsigned', name) from err
        raise Refused('config-format', f'{name}: {err}') from err
    if file.filename != name:
        raise Refused('config-name', f'{file.filename}, not {name}')
    return file, trust.check_file(file)


def judge_load(data, name, vendor):
    """Firmware is signed by the vendor alone."""
    try:
        file = SignedFile(data)
    except Malformed as err:
        raise Refused('config-format', f'{name}: {err}') from err
    if not file.verify(read_certificate(vendor)):
        raise Refused('config-signature', name)


def decrypt_block(wrapped, identity, cert_hash):
    """With the key whose certificate has that hash, else with any of ours."""
    found = [c for c in identity.all() if c.is_rsa()]
    found.sort(key=lambda c: c.hash != cert_hash)
    for credential in found:
        if credential.key.key_size != len(wrapped) * 8:
            continue
        try:
            key = credential.key.decrypt(wrapped, padding.PKCS1v15())
        except ValueError:
            continue
        if len(key) == BLOCK:
            return key, credential
    raise Refused('config-key', f'{len(found)} keys tried')


def read_encryption(file):
    """The IV, the count of padding and the wrapped key."""
    symmetric, asymmetric = children(file.encryption, 17, 21)
    cipher, iv, pad = children(symmetric, 18, 19, 20)
    kind, bits, scheme, wrapped = children(asymmetric, 22, 23, 24, 25)
    pad = number(pad, 2)
    if (cipher, kind, scheme) != (b'\0', b'\0', b'\1'):
        raise Malformed(f'ciphers {cipher.hex()} {kind.hex()} {scheme.hex()}')
    if len(iv) != BLOCK or number(bits, 2) != len(wrapped) * 8:
        raise Malformed('an IV or a wrapped key of a wrong length')
    if not file.body or len(file.body) % BLOCK:
        raise Malformed(f'{len(file.body)} encrypted bytes')
    return iv, pad, wrapped


def decrypt(file, identity, cert_hash=''):
    """Padded with 1 to 16 carriage returns whose number the header says."""
    try:
        iv, pad, wrapped = read_encryption(file)
    except Malformed as err:
        raise Refused('config-format', err) from err
    key, credential = decrypt_block(wrapped, identity, cert_hash)
    aes = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    plain = aes.update(file.body) + aes.finalize()
    if not 1 <= pad <= BLOCK or plain[-pad:] != b'\r' * pad:
        raise Refused('config-padding', f'{pad} bytes: {plain[-pad:].hex()}')
    plain = plain[:-pad]
    kind, wanted = file.plain_digest
    digest = hashes.Hash(kind())
    digest.update(plain)
    if digest.finalize() != wanted:
        raise Refused('config-digest')
    return plain, credential


class Config:
    """Of its elements those that a phone boots by."""

    def __init__(self, data):
        if b'<!DOCTYPE' in data or b'<!ENTITY' in data:
            raise Refused('config-xml', 'it defines entities')
        try:
            self.root = xml.etree.ElementTree.fromstring(data)
        except (xml.etree.ElementTree.ParseError, ValueError) as err:
            raise Refused('config-xml', err) from err
        if self.root.tag != 'device':
            raise Refused('config-xml', f'its root is {self.root.tag}')
        self.is_full = self.flag('fullConfig', True)
        self.is_encrypted = self.flag('encrConfig', False)
        self.cert_hash = self.text('certHash').lower()
        self.capf_mode = self.integer('capfAuthMode', 0)
        self.security_mode = self.integer('deviceSecurityMode', 1)
        self.transport = self.integer('transportLayerProtocol', 4)
        self.load = self.text('loadInformation')
        self.capf = [(self.text('processNodeName', at=capf),
                      self.integer('phonePort', 3804, at=capf))
                     for capf in self.root.iterfind('capfList/capf')]
        self.tvs = [(self.text('address', at=tvs),
                     self.integer('port', 2445, at=tvs))
                    for tvs in self.members('TVS/members')]
        self.servers = [
            (self.text('processNodeName', at=cm),
             self.integer('ports/securedSipPort', 5061, at=cm))
            for member in
            self.members('devicePool/callManagerGroup/members')
            for cm in member.iterfind('callManager')]

    def text(self, path, default='', at=None):
        found = (self.root if at is None else at).findtext(path)
        return default if found is None else found.strip()

    def flag(self, path, default):
        said = self.text(path)
        if said not in ('', 'true', 'false'):
            raise Refused('config-xml', f'{path} is {said}')
        return said == 'true' if said else default

    def integer(self, path, default, at=None):
        said = self.text(path, at=at)
        if said and not (said.isascii() and said.isdigit()):
            raise Refused('config-xml', f'{path} is {said}')
        return int(said) if said else default

    def members(self, path):
        """By their priority."""
        return sorted(self.root.iterfind(f'{path}/member'),
                      key=lambda m: m.get('priority', '9').zfill(4))

    def line(self):
        """Number, user and password of the first line."""
        line = self.root.find('.//sipLines/line')
        if line is None:
            return '', '', ''
        return tuple(self.text(name, at=line) for name in
                     ('name', 'authName', 'authPassword'))

    def next_step(self, identity, was_decrypted=False):
        """'use' it, fetch the 'encrypted' one, or enrol with 'capf'."""
        is_ours = self.cert_hash in [c.hash for c in identity.all()
                                     if c.is_rsa()]
        if not self.is_full:
            if not self.is_encrypted:
                raise Refused('config-xml', 'neither full nor encrypted')
            return 'encrypted' if is_ours else 'capf'
        if self.is_encrypted and not was_decrypted:
            raise Refused('config-clear')
        if self.capf_mode or (self.cert_hash and was_decrypted and
                              not is_ours):
            return 'capf'
        return 'use'
