# SPDX-License-Identifier: GPL-2.0
"""Reads trust lists, .sgn and .enc.sgn: strictly, all of it, or not at all."""

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

(VERSION, HEADER_LENGTH, SIGNER, SUBJECT, SERIAL, ISSUER, SIGNATURE_INFO,
 DIGEST, SIGNATURE_ALGORITHM, ALGORITHM, MODULUS, SIGNATURE, PADDING,
 FILENAME, TIMESTAMP, ENCRYPTION) = range(1, 17)
PLAIN_DIGEST_ALGORITHM, PLAIN_DIGEST, SIGNER_VERSION = 26, 27, 28
# Where an element may stand among the others of a header.
ORDER = [VERSION, HEADER_LENGTH, SIGNER_VERSION, SIGNER, SIGNATURE_INFO,
         SIGNATURE, FILENAME, TIMESTAMP, ENCRYPTION, PLAIN_DIGEST_ALGORITHM,
         PLAIN_DIGEST]
MANDATORY = {VERSION, HEADER_LENGTH, SIGNER, SIGNATURE_INFO, SIGNATURE,
             FILENAME, TIMESTAMP}
DIGESTS = {1: hashes.SHA1, 3: hashes.SHA512}
MODULI = {1: 1024, 2: 2048, 3: 4096}


class Malformed(ValueError):
    """The bytes are not what the format says."""


class Cursor:
    """Nothing is read beyond end, whatever a length says."""

    def __init__(self, data, at=0, end=None):
        self.data, self.at = data, at
        self.end = len(data) if end is None else end

    def __bool__(self):
        return self.at < self.end

    def take(self, size):
        if size > self.end - self.at:
            raise Malformed(f'{size} bytes at {self.at} end behind {self.end}')
        self.at += size
        return self.data[self.at - size:self.at]

    def element(self):
        """Tag, value and the offset of the tag."""
        at = self.at
        tag, size = self.take(1)[0], int.from_bytes(self.take(2), 'big')
        return tag, self.take(size), at


def number(value, size):
    if len(value) != size:
        raise Malformed(f'a number of {len(value)} bytes, not {size}')
    return int.from_bytes(value, 'big')


def magnitude(value):
    if not value or (len(value) > 1 and not value[0]):
        raise Malformed('a serial number that is empty or begins with 00')
    return int.from_bytes(value, 'big')


def text(value):
    """Its NUL is counted, and the only one."""
    if value.find(b'\0') != len(value) - 1:
        raise Malformed(f'a text with a NUL not at its end: {value!r}')
    try:
        return value[:-1].decode()
    except UnicodeDecodeError as err:
        raise Malformed(err) from err


def children(value, *tags):
    """The values of a container that has exactly these, in any order."""
    cursor, found = Cursor(value), {}
    while cursor:
        tag, child, _ = cursor.element()
        if tag not in tags or tag in found:
            raise Malformed(f'element {tag} does not belong there')
        found[tag] = child
    if len(found) != len(tags):
        raise Malformed(f'of the elements {tags} only {sorted(found)}')
    return [found[tag] for tag in tags]


def read_header(data):
    """The elements, the bytes that are signed, and the header's length."""
    cursor, fields, last, cut = Cursor(data), {}, -1, (0, 0)
    while cursor:
        if HEADER_LENGTH in fields and data[cursor.at] == PADDING:
            break
        tag, value, at = cursor.element()
        place = ORDER.index(tag) if tag in ORDER else -1
        if place <= last or (place > last + 1 and last < 1):
            raise Malformed(f'header element {tag} does not belong at {at}')
        last, fields[tag] = place, value
        if tag == HEADER_LENGTH:
            cursor.end = number(value, 2)
            if cursor.end > len(data) or cursor.end % 4:
                raise Malformed(f'a header of {cursor.end} bytes')
        elif tag == SIGNATURE:
            cut = at, cursor.at
    rest = cursor.take(cursor.end - cursor.at)
    if len(rest) > 3 or rest.strip(bytes([PADDING])):
        raise Malformed(f'the header ends with {rest.hex()}')
    if not MANDATORY <= set(fields):
        raise Malformed(f'no {sorted(MANDATORY - set(fields))} in the header')
    return fields, data[:cut[0]] + data[cut[1]:], cursor.end


class SignedFile:
    """What a file says of itself; believe it after verify()."""

    def __init__(self, data):
        fields, self.signed, length = read_header(data)
        self.body = data[length:]
        self.version = tuple(fields[VERSION])
        number(fields[VERSION], 2)
        self.signer_version = tuple(fields.get(SIGNER_VERSION, b''))
        if len(self.signer_version) not in (0, 2):
            raise Malformed('a signer version that is not two bytes')
        subject, serial, issuer = children(fields[SIGNER], SUBJECT, SERIAL,
                                           ISSUER)
        self.subject, self.issuer = text(subject), text(issuer)
        self.serial_bytes, self.serial = serial, magnitude(serial)
        digest, algorithm = children(fields[SIGNATURE_INFO], DIGEST,
                                     SIGNATURE_ALGORITHM)
        kind, modulus = children(algorithm, ALGORITHM, MODULUS)
        self.digest = DIGESTS.get(number(digest, 1))
        self.bits = MODULI.get(number(modulus, 1))
        self.signature = fields[SIGNATURE]
        if number(kind, 1) or not self.digest or not self.bits or \
                len(self.signature) * 8 != self.bits:
            raise Malformed('a kind of signature that is not known')
        self.filename = text(fields[FILENAME])
        self.timestamp = number(fields[TIMESTAMP], 4)
        self.encryption = fields.get(ENCRYPTION)
        self.plain_digest = None
        given = {ENCRYPTION, PLAIN_DIGEST_ALGORITHM, PLAIN_DIGEST} & set(fields)
        if len(given) != (3 if self.version[0] == 2 else 0):
            raise Malformed('the version does not fit an encrypted file')
        if self.encryption is not None:
            kind = DIGESTS.get(number(fields[PLAIN_DIGEST_ALGORITHM], 1))
            self.plain_digest = kind, fields[PLAIN_DIGEST]
            if not kind or len(fields[PLAIN_DIGEST]) != kind.digest_size:
                raise Malformed('a digest of the plain text that is not one')
        if self.version[0] not in (1, 2):
            raise Malformed(f'version {self.version}')

    def verify(self, certificate):
        """Whether the certificate's key has signed this."""
        key = certificate.public_key()
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size != self.bits:
            return False
        try:
            key.verify(self.signature, self.signed, padding.PKCS1v15(),
                       self.digest())
        except InvalidSignature:
            return False
        return True


class Record:
    """One certificate of a trust list with its function."""

    def __init__(self, value):
        cursor, fields = Cursor(value), {}
        while cursor:
            tag, child, _ = cursor.element()
            if tag in fields and tag <= 12:
                raise Malformed(f'element {tag} twice in a record')
            fields[tag] = child
        self.function = number(fields.get(4, b''), 2)
        self.dns, self.subject, self.issuer = (
            text(fields[tag]) if tag in fields else '' for tag in (2, 3, 5))
        self.serial = magnitude(fields[6]) if 6 in fields else None
        self.address = fields.get(10)
        self.der, self.certificate = fields.get(9), None
        if self.address is not None:
            number(self.address, 4)
        if self.der is not None:
            self.certificate = read_certificate(self.der)
            self.check(fields)

    def host(self):
        return '.'.join(map(str, self.address or b''))

    def check(self, fields):
        """What is said beside the certificate is what the certificate says."""
        cert, key = self.certificate, self.certificate.public_key()
        encoding, form = serialization.Encoding, serialization.PublicFormat
        plain = key.public_bytes(encoding.DER, form.PKCS1) \
            if isinstance(key, rsa.RSAPublicKey) else \
            key.public_bytes(encoding.X962, form.UncompressedPoint)
        if self.serial != cert.serial_number:
            raise Malformed("a record's serial is not its certificate's")
        if fields.get(7) != plain:
            raise Malformed("a record's key is not its certificate's")
        if fields.get(8, cert.signature) != cert.signature:
            raise Malformed("a record's signature is not its certificate's")
        for name, said in ((cert.subject, self.subject),
                           (cert.issuer, self.issuer)):
            if not names_match(name, said):
                raise Malformed(f'a record calls {name} {said}')


def read_certificate(der):
    """All of it now: the library would look at most parts only when asked."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        for part in ('subject', 'issuer', 'serial_number', 'signature',
                     'extensions', 'signature_hash_algorithm'):
            getattr(certificate, part)
        certificate.public_key()
        return certificate
    except Exception as err:    # pylint: disable=broad-except # any kind
        raise Malformed(f'no certificate: {err}') from err


def names_match(name, said):
    """Separators, order and the names of rare attributes may differ."""
    parts = sorted(part.strip().partition('=')[2]
                   for part in said.replace(',', ';').split(';'))
    return parts == sorted(str(part.value).strip() for part in name)


def read_records(body):
    cursor, records = Cursor(body), []
    while cursor:
        at = cursor.at
        tag, value, _ = cursor.element()
        if tag != 1:
            raise Malformed(f'a record at {at} begins with element {tag}')
        size = number(value, 2) - (cursor.at - at)
        if size < 0:
            raise Malformed(f'a record at {at} is shorter than its length')
        records.append(Record(cursor.take(size)))
    return records
