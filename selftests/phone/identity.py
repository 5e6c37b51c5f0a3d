# SPDX-License-Identifier: GPL-2.0
"""A phone's own keys and certificates, in the folder that is its flash."""

import hashlib
import os
import subprocess

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtensionOID, NameOID
from cryptography import x509

from refusal import Refused
from tlv import Malformed, read_certificate
from trustlist import keep

CURVES = {0: ec.SECP256R1, 1: ec.SECP384R1, 2: ec.SECP521R1}
PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER


def make_key(bits=None, curve=None):
    if curve is not None:
        return ec.generate_private_key(CURVES[curve]())
    if bits >= 1024:
        return rsa.generate_private_key(65537, bits)
    # The library has its own opinion of such keys.
    made = subprocess.run(['openssl', 'genrsa', str(bits)], check=True,
                          capture_output=True).stdout
    return serialization.load_pem_private_key(made, None)


def spki(key):
    public = key.public_key() if hasattr(key, 'public_key') else key
    return public.public_bytes(
        DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def sign_bare(key, digest):
    """RSA: type 1 padding of the digest itself, no DigestInfo around it."""
    private = key.private_numbers()
    modulus = private.public_numbers.n
    size = (modulus.bit_length() + 7) // 8
    block = b'\0\1' + b'\xff' * (size - 3 - len(digest)) + b'\0' + digest
    return pow(int.from_bytes(block, 'big'), private.d,
               modulus).to_bytes(size, 'big')


def sign(key, kind, blob):
    """As CAPF has it: kind is hashes.SHA1 or hashes.SHA512."""
    if isinstance(key, rsa.RSAPrivateKey):
        return sign_bare(key, hashlib.new(kind.name, blob).digest())
    return key.sign(blob, ec.ECDSA(kind()))


def is_issued_by(certificate, issuer):
    key, signature = issuer.public_key(), certificate.signature
    kind, signed = (certificate.signature_hash_algorithm,
                    certificate.tbs_certificate_bytes)
    if certificate.issuer != issuer.subject or kind is None:
        return False
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), kind)
        else:
            key.verify(signature, signed, ec.ECDSA(kind))
    except InvalidSignature:
        return False
    return True


def device_names(certificate):
    """What the subject's CN and the URIs of the SAN call it."""
    names = [part.value for part in certificate.subject
             if part.oid == NameOID.COMMON_NAME]
    try:
        san = certificate.extensions.get_extension_for_oid(
            ExtensionOID.SUBJECT_ALTERNATIVE_NAME).value
        names += san.get_values_for_type(x509.UniformResourceIdentifier)
    except (x509.ExtensionNotFound, ValueError):
        pass
    return names


class Credential:
    """A certificate and its key: kind is 'mic' or 'lsc'."""

    def __init__(self, kind, key, der):
        self.kind, self.key, self.der = kind, key, der
        self.certificate = read_certificate(der)
        self.hash = hashlib.md5(der).hexdigest()

    def is_rsa(self):
        return isinstance(self.key, rsa.RSAPrivateKey)


class Identity:
    def __init__(self, folder, name, model='8861'):
        self.folder, self.name, self.model = folder, name, model
        os.makedirs(folder, exist_ok=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def load(self, kind):
        """None where the phone has none."""
        if not os.path.exists(self.path(kind + '.pem')):
            return None
        with open(self.path(kind + '.key'), 'rb') as file:
            key = serialization.load_pem_private_key(file.read(), None)
        with open(self.path(kind + '.pem'), 'rb') as file:
            der = x509.load_pem_x509_certificate(file.read()).public_bytes(DER)
        return Credential(kind, key, der)

    def best(self, *kinds):
        """The LSC takes precedence, unless another order is asked for."""
        for kind in kinds or ('lsc', 'mic'):
            found = self.load(kind)
            if found:
                return found
        return None

    def all(self):
        return [c for c in map(self.load, ('lsc', 'mic')) if c]

    def full_name(self):
        return f'CP-{self.model}-{self.name}'

    def check_lsc(self, der, key, capf):
        """What CAPF issued is for our key and name, and by CAPF itself."""
        try:
            certificate = read_certificate(der)
        except Malformed as err:
            raise Refused('capf-lsc', err) from err
        if certificate.public_bytes(DER) != der:
            raise Refused('capf-lsc', 'it is not plain DER')
        if spki(certificate.public_key()) != spki(key):
            raise Refused('capf-lsc', 'it is for another key')
        names = device_names(certificate)
        if not {self.name, self.full_name()} & set(names):
            raise Refused('capf-lsc', f'it is for {names}')
        if not any(is_issued_by(certificate, ca) for ca in capf):
            raise Refused('capf-lsc', 'CAPF has not signed it')
        return certificate

    def store_lsc(self, der, key):
        """Key first: a certificate without one would be believed in."""
        self.delete_lsc()
        self.write_key(self.path('lsc.key'), key)
        keep(self.path('lsc.pem'), read_certificate(der).public_bytes(PEM))

    def delete_lsc(self):
        """Never the MIC."""
        for name in ('lsc.pem', 'lsc.key'):
            if os.path.exists(self.path(name)):
                os.unlink(self.path(name))

    @staticmethod
    def write_key(path, key):
        keep(path, key.private_bytes(
            PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()), 0o600)

    def files(self):
        """Paths of certificate and key for a TLS client, or None."""
        found = self.best()
        return found and (self.path(found.kind + '.pem'),
                          self.path(found.kind + '.key'))

    def export(self, folder, trusted):
        """cert, key, ca and, for baresip, both of the former in one file."""
        found = self.best()
        os.makedirs(folder, exist_ok=True)
        pem = found.certificate.public_bytes(PEM)
        with open(self.path(found.kind + '.key'), 'rb') as file:
            key = file.read()
        keep(os.path.join(folder, 'cert.pem'), pem)
        keep(os.path.join(folder, 'key.pem'), key, 0o600)
        keep(os.path.join(folder, 'phone.pem'), key + pem, 0o600)
        keep(os.path.join(folder, 'ca.pem'), b''.join(
            read_certificate(der).public_bytes(PEM) for der in trusted))
