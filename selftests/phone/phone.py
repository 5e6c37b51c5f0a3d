#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A phone that boots: trust lists, configuration, enrolment, registration.

One line of JSON for each step. Ends with 0, with 2 for a wrong usage, or with
the status of what it refuses, see refusal.py; its last line says which.
"""

import json
import os
import sys
import time

from capf import Capf
from config import Config, decrypt, judge_load, open_signed
from fetch import Server
from identity import Identity
from link import Link
from mischief import Mischief
from options import address, read_options
from refusal import Refused
from register import Registration
from trustlist import CAPF, CCM, CCM_TFTP, TVS, Trust, keep
from tvs import Tvs

ROUNDS, PAUSE = 40, 0.25    # for the files that follow, before it is a loop


def say(step, **more):
    print(json.dumps({'step': step, **more}), flush=True)


class Phone:
    def __init__(self, options):
        self.options = options
        self.identity = Identity(options.flash, options.name, options.model)
        mischief = Mischief(options.misbehave)
        self.tvs = Tvs(self.identity, mischief)
        self.tvs.address, self.tvs.top = options.tvs, options.tls
        if not options.tvs and os.path.exists(self.identity.path('tvs')):
            with open(self.identity.path('tvs'), encoding='ascii') as file:
                self.tvs.address = address(file.read())
        self.trust = Trust(options.flash, self.tvs)
        self.server = Server(options.server, options.http_port,
                             options.tftp_port)
        self.mischief, self.config = mischief, None
        self.is_enrolled = False    # since it was switched on

    def fetch_lists(self):
        """CTL first; the ITL is judged by it."""
        name = self.options.name
        for kind, files in (('CTL', (f'CTL{name}.tlv',)),
                            ('ITL', (f'ITL{name}.tlv', 'ITLFile.tlv'))):
            for file in files:
                data, way = self.server.get(file)
                if data is not None:
                    say(kind.lower(), file=file, way=way, size=len(data),
                        why=self.trust.accept(kind, data, name))
                    break
            else:
                say(kind.lower(), file=files[0], why='absent',
                    held=kind in self.trust.held)

    def flag(self, value=None):
        """Whether the phone was told that its configuration is encrypted."""
        path = self.identity.path('encrypted')
        if value:
            keep(path, b'yes\n')
        elif value is False and os.path.exists(path):
            os.unlink(path)
        return os.path.exists(path)

    def fetch_config(self, is_encrypted=False):
        """The configuration, and whether it was encrypted."""
        name = f'{self.options.name}.cnf.xml'
        if not self.trust.wants_signatures():
            data, way = self.server.get(name)
            if data is None:
                raise Refused('fetch', name)
            say('config', file=name, way=way, size=len(data), why='unsigned')
            return Config(data), False
        tries = ['.enc.sgn'] if is_encrypted or self.flag() else []
        for suffix in [*tries, *(() if is_encrypted else ('.sgn',))]:
            data, way = self.server.get(name + suffix)
            if data is None:
                continue
            file, why = open_signed(data, name + suffix, self.trust)
            said = {'file': name + suffix, 'way': way, 'size': len(data),
                    'why': why}
            if (suffix == '.enc.sgn') != (file.encryption is not None):
                raise Refused('config-format', f'{name + suffix}: version '
                              f'{file.version}')
            if file.encryption is None:
                say('config', **said)
                return Config(file.body), False
            plain, key = decrypt(file, self.identity, self.config.cert_hash
                                 if self.config else '')
            say('config', key=key.kind, **said)
            return Config(plain), True
        raise Refused('fetch', name + '.sgn')

    def configure(self):
        """Until there is a configuration to be used."""
        is_encrypted = False
        for _ in range(ROUNDS):
            try:
                self.config, was_decrypted = self.fetch_config(is_encrypted)
                step = self.config.next_step(self.identity, was_decrypted)
            except Refused as err:
                if err.what != 'config-key':
                    raise
                say('config', why=str(err))
                if not self.config:     # its companion says how to enrol
                    self.flag(False)
                    continue
                step, was_decrypted = 'capf', False
            if self.config.tvs and not self.options.tvs:
                self.tvs.address = self.config.tvs[0]
                keep(self.identity.path('tvs'),
                     '{}:{}'.format(*self.tvs.address).encode())
            is_encrypted = step == 'encrypted'
            if step == 'capf' and self.is_enrolled:
                # It is written anew a moment after CAPF's last word.
                time.sleep(PAUSE)
            elif step == 'capf':
                self.enrol()
            elif step == 'use':
                self.flag(was_decrypted)
                say('use', mode=self.config.security_mode,
                    load=self.config.load, encrypted=was_decrypted)
                return
        raise Refused('config-loop', f'{ROUNDS} times')

    def find_capf(self):
        """In the configuration, else in its record of the trust list."""
        if self.config and self.config.capf:
            return self.config.capf[0]
        hosts = [record.dns or record.host()
                 for record in self.trust.find(CAPF)]
        return next(filter(None, hosts), self.options.server), 3804

    def enrol(self):
        options = self.options
        trusted = self.trust.certificates(CAPF)
        if options.capf_cert:
            trusted = [options.capf_cert]
        server = options.capf or self.find_capf()
        capf = Capf(self.identity, trusted, self.mischief)
        capf.string, capf.version = options.auth_string, options.version
        capf.mode = options.mode or (self.config.capf_mode if self.config
                                     else 0)
        capf.steps, capf.pause = options.progress
        capf.can_ec, capf.key_deed = options.ec, options.key
        capf.element_order = options.order
        capf.certificate, capf.keep_auth = (options.certificate,
                                            options.keep_auth)
        link = Link('capf', server, trusted, None, options.tls,
                    options.timeout)
        try:
            done = capf.run(link)
        finally:
            link.close()
        best = self.identity.best()
        say('capf', done=done, server=f'{server[0]}:{server[1]}',
            holds=best and best.kind)
        if done == 'nothing' and not options.action:
            raise Refused('capf-nothing')
        self.is_enrolled = True

    def fetch_firmware(self):
        """Signed by the vendor, whose certificate is the phone's from birth."""
        name = self.config.load + '.loads'
        data, way = self.server.get(name)
        if data is None:
            raise Refused('fetch', name)
        judge_load(data, name, self.options.vendor)
        say('firmware', file=name, way=way, size=len(data))

    def vouched(self, der):
        """Whether TVS says that a call server has that certificate."""
        try:
            roles = self.tvs.verify(der, self.trust.certificates(TVS))
        except Refused as err:
            if err.what in ('tvs-connect', 'tvs-invalid'):
                return False
            raise
        say('tvs', roles=roles)
        return bool({CCM, CCM_TFTP} & set(roles))

    def register(self):
        servers = self.options.sip and [self.options.sip] or \
            self.config.servers
        if self.config.transport != 3 or self.config.security_mode < 2 or \
                not servers:
            raise Refused('sip-insecure')
        if not self.identity.best():
            raise Refused('sip-insecure', 'this phone has no certificate')
        line = self.config.line()
        number = self.options.register or line[0]
        session = Registration(self.identity, servers[0],
                               self.trust.certificates(CCM, CCM_TFTP),
                               self.config.security_mode, self.options.tls,
                               self.vouched)
        say('register', number=number, cipher=session.register(
            number, *line[1:]), server=f'{servers[0][0]}:{servers[0][1]}')
        if self.options.stay:
            sys.stdin.read()

    def boot(self):
        self.fetch_lists()
        self.configure()
        if self.options.vendor:
            self.fetch_firmware()
        if self.options.out:
            self.identity.export(self.options.out,
                                 self.trust.certificates(CCM, CCM_TFTP))
            say('export', folder=self.options.out)
        if self.options.register is not None:
            self.register()

    def act(self):
        """All of it, or what was asked for alone."""
        action = self.options.action
        if action == 'lists':
            self.fetch_lists()
        elif action == 'capf':
            self.enrol()
        elif action == 'tvs-verify':
            say('tvs', roles=self.tvs.verify(self.options.subject,
                                             self.trust.certificates(TVS)))
        else:
            self.boot()


def main():
    options = read_options(__doc__)
    try:
        Phone(options).act()
    except Refused as err:
        say('refused', what=err.what, status=err.status, why=err.why,
            sentence=err.sentence)
        return err.status
    say('done')
    return 0


if __name__ == '__main__':
    sys.exit(main())
