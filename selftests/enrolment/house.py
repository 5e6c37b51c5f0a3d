# SPDX-License-Identifier: GPL-2.0
"""ucsec-keyd, ucsecd on it, and phones that know nothing of either."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ('phone', 'daemon'):
    sys.path.insert(0, os.path.join(HERE, '..', folder))
import factory  # noqa: E402
import capf  # noqa: E402
from daemon import Tap, wait_for  # noqa: E402,F401
from identity import Identity  # noqa: E402
from keyed import CAPF as SERVER, Keyed  # noqa: E402
from link import Link  # noqa: E402
from mischief import Mischief  # noqa: E402
from refusal import Refused  # noqa: E402
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives.serialization import (  # noqa: E402
    Encoding)


def read_pem(text):
    return x509.load_pem_x509_certificate(text.encode()).public_bytes(
        Encoding.DER)


class Stepped(capf.Capf):
    """Keeps its key from one session to the next, and calls at each step."""
    own_key = None
    before, after = {}, {}

    def send(self, opcode, **more):
        self.before.get(opcode, lambda: None)()
        super().send(opcode, **more)
        self.after.get(opcode, lambda: None)()

    def make_key(self, elements):
        capf.make_key = lambda *size, **curve: self.own_key
        super().make_key(elements)


class House(Keyed):
    def __init__(self, kind='san'):
        super().__init__(kind=kind)
        try:
            self.start()
            with open(os.path.join(self.dir, 'keyd', 'capf-rsa.pem'),
                      encoding='ascii') as file:
                self.capf = read_pem(file.read())
        except BaseException:
            self.remove()
            raise

    def issued(self):
        """How many LSCs keyd has ever issued."""
        path = os.path.join(self.dir, 'keyd', 'lsc.journal')
        if not os.path.exists(path):
            return 0
        with open(path, 'rb') as file:
            return file.read().count(b'lsc1')

    # Administration

    def item(self, noun, key):
        return self.change('GET', f'{noun}/{key}')['item']

    def param(self, name, value):
        self.change('PATCH', f'param/{name}', {'value': value})

    def order(self, name, mode='null-string', operation='install', **more):
        """A phone with that operation pending, made where it is not there."""
        status, _ = self.ask('GET', f'/v1/phone/{name}')
        body = {'capf_operation': operation,
                'capf_authentication_mode': mode, **more}
        if status == 404:
            self.change('POST', 'phone', {
                'name': name, 'profile': 'Standard SIP Non-Secure Profile',
                **body})
        else:
            self.change('PATCH', f'phone/{name}', body)

    def status(self, name):
        return self.item('capf', name)

    def ends(self, name, *results):
        """What did not come off is written down after the phone heard it."""
        return wait_for(lambda: self.status(name)['last_result'] in results)

    def certificate(self, name, kind='lsc'):
        """As DER, or None."""
        found = [c for c in self.status(name)['certificates']
                 if c['kind'] == kind]
        return read_pem(found[0]['pem']) if found else None

    # Phones

    def identity(self, name):
        return Identity(os.path.join(self.dir, 'phones', name), name)

    def factory(self):
        return os.path.join(self.dir, 'factory')

    def make_mic(self, name, days='3650'):
        factory.make_mic(self.factory(), self.identity(name).folder, name,
                         '8861', days)

    def trust_factory(self):
        factory.make_ca(self.factory())
        with open(os.path.join(self.factory(), 'ca.pem'),
                  encoding='ascii') as file:
            self.change('POST', 'cert', {'name': 'factory', 'purpose':
                                         'capf-trust', 'pem': file.read()})

    def visit(self, name, misbehave=(), timeout=30, top=None, said=None,
              kind=capf.Capf, **settings):
        """What was done in one session, or why the phone gave up."""
        phone = kind(self.identity(name), [self.capf], Mischief(misbehave))
        for key, value in settings.items():
            setattr(phone, key, value)
        link = None
        try:
            link = Link('capf', SERVER, [self.capf], None, top, timeout)
            return phone.run(link)
        except Refused as err:
            if said is not None:
                said.append(err.why)
            return err.what
        finally:
            if link:
                link.close()
