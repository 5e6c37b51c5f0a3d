# SPDX-License-Identifier: GPL-2.0
"""The real ucsecd and ucsec-keyd, who serve phones their files."""

import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', 'daemon'),
                os.path.join(HERE, '..', 'phone')]
from daemon import ADDRESS, ROOT, Tap  # noqa: E402,F401
from fetch import Absent, Server  # noqa: E402
from keyed import HTTP as PLACE, Keyed  # noqa: E402
from refusal import Refused  # noqa: E402

HTTP, TFTP = PLACE[1], 46969


class Serving:
    def __init__(self):
        os.umask(0o077)     # as systemd starts it; TFTP is somebody else
        self.dir = tempfile.mkdtemp(prefix='serving-')
        self.daemon = Keyed()
        self.files = os.path.join(self.daemon.state, 'files')
        self.server = Server(ADDRESS, HTTP, TFTP)
        self.processes = []
        self.daemon.start()

    def spawn(self, *words):
        # pylint: disable=consider-using-with
        self.processes.append(subprocess.Popen(
            words, stderr=subprocess.DEVNULL))

    def start_tftpd(self):
        """Debian's, until it answers: it says nothing when it is ready."""
        self.spawn('/usr/sbin/in.tftpd', '--listen', '--foreground', '--ipv4',
                   '--address', f'{ADDRESS}:{TFTP}', '--secure', '--user',
                   'nobody', '--map-file',
                   f'{self.daemon.state}/tftpd/tftpd.map', self.files)
        for _ in range(20):
            try:
                self.server.over_tftp('nothing')
            except Absent:
                return
            except (OSError, Refused):
                time.sleep(0.1)
        raise RuntimeError('in.tftpd does not answer')

    def ask(self, method, path, body=None):
        return self.daemon.change(method, path.removeprefix('/v1/'), body)

    def settle(self):
        """Until the files are what they should be."""
        while True:
            status = self.ask('GET', '/v1/file')['status']
            if not status['pending']:
                return status
            time.sleep(0.02)

    def ctl(self, *words):
        """ucsecctl: its status, its output and its errors."""
        done = subprocess.run(
            [os.path.join(ROOT, 'build/user/ucsecctl'), '--socket',
             self.daemon.socket, *words], check=False, text=True,
            capture_output=True)
        return done.returncode, done.stdout, done.stderr

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, data):
        with open(self.path(name), 'wb') as out:
            out.write(data)
        return self.path(name)

    def remove(self):
        for process in self.processes:
            process.kill()
            process.wait()
        self.daemon.remove()
        subprocess.run(['rm', '-rf', self.dir], check=False)


def has(way, name):
    """The file, or None where it is not there."""
    try:
        return way(name)
    except (Absent, Refused):
        return None
