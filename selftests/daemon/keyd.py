# SPDX-License-Identifier: GPL-2.0
"""A real ucsec-keyd in a directory of its own."""

import os
import pwd
import shutil
import subprocess
import tempfile

from daemon import ROOT


class Keyd:
    """Its socket goes into ucsecd's section [trust]."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix='ucsec-keyd-')
        self.state = os.path.join(self.dir, 'state')
        self.socket = os.path.join(self.dir, 's')
        self.log = os.path.join(self.dir, 'log')
        os.mkdir(self.state, 0o700)
        self.process = None

    def conf(self, address):
        return (f'[trust]\nkeyd-socket = {self.socket}\n'
                f'http = {address}:46970\ntvs = {address}:42445\n'
                f'capf = {address}:43804\n')

    def start(self):
        if os.path.exists(self.socket):
            os.unlink(self.socket)
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(
                [os.path.join(ROOT, 'build/san/ucsec-keyd'), '--user',
                 pwd.getpwuid(os.getuid()).pw_name, '--state', self.state,
                 '--socket', self.socket], stderr=log)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def read_log(self):
        with open(self.log, encoding='utf-8') as log:
            return log.read()

    def remove(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.dir, ignore_errors=True)
