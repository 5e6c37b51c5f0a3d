# SPDX-License-Identifier: GPL-2.0
"""ucsecd and ucsec-keyd from an empty disk on, and phones that boot there."""

import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ('phone', 'daemon'):
    sys.path.insert(0, os.path.join(HERE, '..', folder))
from daemon import ADDRESS, DEADLINE, ROOT, Tap, wait_for  # noqa: E402
from keyed import HTTP, Keyed  # noqa: E402
from maker import Maker  # noqa: E402

TOOL = os.path.join(ROOT, 'build/san/selftests/user/ucsecctl')
PHONE = os.path.join(HERE, '..', 'phone', 'phone.py')
LOAD = 'sip88xx.9'
# Nothing else has such a number, or word, in it by chance.
PHONES = {'SEP00000000000A': ('739154628001', 'alice', 'wonderland-in-clear'),
          'SEP00000000000B': ('739154628002', 'bob', 'builder-in-clear')}
tap = Tap()


class Whole(Keyed):
    def __init__(self):
        super().__init__(f'[listen]\ntls = {ADDRESS}:45061\n'
                         '[media]\nanchor = no\n')
        # Phones are told the node's name, and nobody resolves one here.
        with open(self.conf, encoding='utf-8') as file:
            text = file.read()
        with open(self.conf, 'w', encoding='utf-8') as file:
            file.write(re.sub('(?m)^name = .*', f'name = {ADDRESS}', text, 1))
        self.files = os.path.join(self.state, 'files')
        self.maker = Maker(self.dir)

    def ctl(self, *words, status=0):
        done = subprocess.run([TOOL, '--socket', self.socket, *words],
                              capture_output=True, text=True, check=False,
                              timeout=120)
        said = done.stdout + done.stderr
        if done.returncode != status or 'Sanitizer' in said:
            raise RuntimeError(f'{words}: {done.returncode} {said}')
        return said

    def document(self):
        """Two phones and their firmware's maker; nothing is secure."""
        self.maker.make('vendor')
        return {
            'version': 1,
            'param': {'cluster_security_mode': 'nonsecure'},
            'profile': [{'name': 'encrypted', 'kind': 'phone',
                         'protocol': 'sip', 'transport': 'tls',
                         'device_security_mode': 'encrypted',
                         'digest': True, 'tftp_encrypted_config': True,
                         'capf_authentication_mode':
                         'authentication-string'}],
            'user': [{'name': user, 'password': password,
                      'phone_file_password': True}
                     for _, user, password in PHONES.values()],
            'line': [{'number': number} for number, *_ in PHONES.values()],
            'phone': [{'name': name, 'model': '8861', 'protocol': 'sip',
                       'profile': 'encrypted', 'load': LOAD,
                       'digest_user': user, 'lines': [{'number': number}]}
                      for name, (number, user, _) in PHONES.items()],
            'cert': [{'name': 'vendor', 'purpose': 'firmware-trust',
                      'pem': self.maker.read('vendor.pem').decode()}]}

    def load(self):
        path = self.maker.write('house.json',
                                json.dumps(self.document()).encode())
        self.ctl('import', path)
        self.settle()

    def secure(self):
        self.ctl('ctl', 'mode', 'mixed')
        self.ctl('firmware', 'import', self.maker.write(
            LOAD + '.loads', self.maker.signed(
                'vendor', LOAD + '.loads', b'firmware ' * 99, 3, b'\1\1')))

    def order(self, name, operation='install', string=None, **more):
        body = {'capf_operation': operation, **more}
        if string:
            body['capf_auth_string'] = string
        self.change('PATCH', f'phone/{name}', body)
        self.settle()

    def set_up(self):
        """All of it, and phones that are enrolled."""
        self.load()
        self.secure()
        for name in PHONES:
            self.order(name, string='4711')
            self.comes_up(f'{name} enrols', name, '--auth-string', '4711')

    def settle(self):
        """Until the files are what they should be."""
        return wait_for(lambda: not self.change(
            'GET', 'file')['status']['pending'])

    def read_file(self, name):
        with open(os.path.join(self.files, name), 'rb') as file:
            return file.read()

    # Phones

    def flash(self, name):
        path = os.path.join(self.dir, 'flash-' + name)
        os.makedirs(path, exist_ok=True)
        return path

    def copy_flash(self, name, to='changed'):
        target = os.path.join(self.dir, 'flash-' + to)
        shutil.rmtree(target, ignore_errors=True)
        return shutil.copytree(self.flash(name), target)

    def words(self, name, flash=None, port=HTTP[1]):
        return [sys.executable, PHONE, '--name', name, '--flash',
                flash or self.flash(name), '--server', ADDRESS,
                '--http-port', str(port), '--tftp-port', '0', '--vendor',
                self.maker.path('vendor.pem')]

    def boot(self, name, *more, **where):
        """The steps that it took, by name, the last of each, and all."""
        done = subprocess.run([*self.words(name, **where), *more], timeout=120,
                              capture_output=True, text=True, check=False)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        if done.returncode == 1 or not lines:
            raise RuntimeError(f'{name}: {done}')
        return {line['step']: line for line in lines}

    def comes_up(self, what, name, *more, **where):
        steps = self.boot(name, '--register', *more, **where)
        tap.ok('done' in steps and 'register' in steps, what, steps)
        return steps

    def stays(self, name):
        """It is registered until its standard input is closed."""
        log = os.path.join(self.dir, name + '.out')
        with open(log, 'wb') as out:
            # pylint: disable=consider-using-with
            phone = subprocess.Popen([*self.words(name), '--register',
                                      '--stay'], stdin=subprocess.PIPE,
                                     stdout=out)

        def is_registered():
            with open(log, encoding='ascii') as file:
                return '"register"' in file.read() or phone.poll() is not None
        wait_for(is_registered)
        return phone


def leave(*phones):
    for phone in phones:
        phone.stdin.close()
        phone.wait(DEADLINE)


def run(whole, *tests):
    """From the start of the daemon to its end."""
    try:
        whole.start()
        for test in tests:
            test()
        tap.ok(whole.stop() == 0 and 'Sanitizer' not in whole.read_log(),
               'the daemon stops cleanly', whole.read_log()[-3000:])
        if tap.failed:
            print('# ' + whole.read_log()[-3000:].replace('\n', '\n# '))
    finally:
        whole.remove()
    tap.end()
