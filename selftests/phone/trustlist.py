# SPDX-License-Identifier: GPL-2.0
"""The trust lists a phone holds, and whom it believes for what.

A first list is taken as it comes; each later one must be signed by a SAST that
is held, or by one that TVS vouches for. In any list the signer is among its own
one or two SAST records, by serial and issuer.
"""

import os

from refusal import Refused
from tlv import Malformed, SignedFile, read_certificate, read_records

SAST, CCM, CCM_TFTP, TFTP, CAPF, HTTPS, TVS = 0, 1, 2, 3, 4, 7, 21
SIGNS_FILES = (CCM_TFTP, TFTP)


def keep(path, data, mode=0o644):
    """As a whole or not at all."""
    part = path + '.part'
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode),
              'wb') as out:
        out.write(data)
    os.replace(part, path)


class TrustList:
    """A CTL or an ITL that agrees with itself."""

    def __init__(self, data, names):
        self.data = data
        try:
            self.file = SignedFile(data)
            self.records = read_records(self.file.body)
        except Malformed as err:
            raise Refused('list-format', err) from err
        if self.file.version[0] != 1:
            raise Refused('list-format', f'version {self.file.version}')
        if self.file.filename not in names:
            raise Refused('list-name', self.file.filename)
        sasts = self.find(SAST)
        if len(sasts) not in (1, 2):
            raise Refused('list-sast', f'{len(sasts)} of them')
        signers = [r for r in sasts if signed_as(self.file, r)]
        if len(signers) != 1:
            raise Refused('list-record', f'serial {self.file.serial:x}, '
                          f'issuer {self.file.issuer}')
        self.signer = signers[0]
        if not self.file.verify(self.signer.certificate):
            raise Refused('list-signature', self.file.subject)

    def find(self, *functions):
        """The records that carry a certificate for one of these."""
        return [r for r in self.records
                if r.function in functions and r.certificate]


def signed_as(file, record):
    return record.serial == file.serial and \
        plain_name(record.issuer) == plain_name(file.issuer)


def plain_name(text):
    """Separators, their blanks and the order of a DN's parts differ."""
    return sorted(part.strip() for part in text.replace(',', ';').split(';'))


class Trust:
    """What is in the phone's flash, a folder; tvs is asked where it ends."""

    def __init__(self, folder, tvs=None):
        self.folder, self.tvs = folder, tvs
        self.held = {}
        for kind in ('CTL', 'ITL'):
            path = self.path(kind)
            if os.path.exists(path):
                with open(path, 'rb') as file:
                    data = file.read()
                self.held[kind] = TrustList(data, self.names(kind, None))

    def path(self, kind):
        return os.path.join(self.folder, f'{kind}File.tlv')

    @staticmethod
    def names(kind, device):
        """Under which a list may have been signed; None: it was checked."""
        class Any:
            def __contains__(self, name):
                return True
        return Any() if device is None else \
            (f'{kind}File.tlv', f'{kind}{device}.tlv')

    def find(self, *functions):
        return [record for kind in ('CTL', 'ITL') if kind in self.held
                for record in self.held[kind].find(*functions)]

    def certificates(self, *functions):
        """Each of them once, as DER."""
        return list(dict.fromkeys(r.der for r in self.find(*functions)))

    def wants_signatures(self):
        return bool(self.find(*SIGNS_FILES))

    def accept(self, kind, data, device):
        """Takes a list in, and says on whose word."""
        new = TrustList(data, self.names(kind, device))
        old = self.held.get(kind)
        if old and old.data == data:
            return 'unchanged'
        why = self.vouched(new)
        self.held[kind] = new
        keep(self.path(kind), data)
        return why

    def vouched(self, new):
        """A new CTL is believed for the lists held; an ITL for the CTL, which
        has been renewed before it, then for the ITL held; last comes TVS. An
        ITL that trusts nobody with files, to roll back by, lets any follow."""
        if not self.held:
            return 'first'
        for other in ('CTL', 'ITL'):
            held = self.held.get(other)
            if held and any(r.der == new.signer.der for r in held.find(SAST)):
                return f'signed by a SAST of the {other}'
        if 'ITL' in self.held and not self.find(CCM_TFTP, TFTP, TVS):
            return 'after a rollback'
        der, roles = self.ask(new.file)
        if der is None:
            raise Refused('list-signer', f'{new.file.subject}; {roles}')
        if der != new.signer.der or SAST not in roles:
            raise Refused('list-signer', f'TVS has roles {roles} for it')
        return 'TVS vouches for its signer'

    def ask(self, file):
        """The signer's certificate and its roles, from TVS if there is one."""
        if not self.tvs or not self.find(TVS):
            return None, 'there is no TVS to ask'
        try:
            return self.tvs.query(file, self.certificates(TVS))
        except Refused as err:
            if err.what in ('tvs-connect', 'tvs-invalid'):
                return None, str(err)
            raise

    def check_file(self, file):
        """The signer of a configuration or another file that came signed."""
        found = [r for r in self.find(*SIGNS_FILES) if signed_as(file, r)]
        for record in found:
            if file.verify(record.certificate):
                return f'signed by {file.subject}'
        if found:
            raise Refused('config-signature', file.subject)
        der, roles = self.ask(file)
        if der is None:
            other = [r.function for kind in self.held.values()
                     for r in kind.records if signed_as(file, r)]
            if other:
                raise Refused('config-role', f'its function is {other}')
            raise Refused('config-signer', f'{file.subject}; {roles}')
        if not set(roles) & set(SIGNS_FILES):
            raise Refused('config-role', f'TVS has roles {roles} for it')
        if not file.verify(read_certificate(der)):
            raise Refused('config-signature', file.subject)
        return f'TVS vouches for {file.subject}'
