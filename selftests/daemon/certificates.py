# SPDX-License-Identifier: GPL-2.0
"""ucsecctl before a real ucsecd with a real ucsec-keyd."""

import json
import os
import shutil
import subprocess
import tempfile
import time

from daemon import ADDRESS, DEADLINE, ROOT, Daemon, Tap
from keyd import Keyd

CTL = os.path.join(ROOT, 'build/san/selftests/user/ucsecctl')
tap = Tap()
keyd = Keyd()
daemon = Daemon(keyd.conf(ADDRESS))
folder = tempfile.mkdtemp(prefix='ucsec-certificates-')


def ctl(*words):
    return subprocess.run([CTL, '--socket', daemon.socket, *words],
                          capture_output=True, timeout=120, check=False)


def done(*words):
    """What it prints; it has to be able to."""
    said = ctl(*words)
    if said.returncode:
        tap.ok(False, ' '.join(words), said)
    return said.stdout


def item(*words):
    return json.loads(done('--json', *words))['item']


def keep(name, *parts):
    path = os.path.join(folder, name)
    with open(path, 'wb') as out:
        out.write(b''.join(parts))
    return path


def shown(name, field, wanted):
    """Of the database's entry, which the writer may still be at."""
    end = time.monotonic() + DEADLINE
    value = None
    while time.monotonic() < end and value != wanted:
        value = daemon.ask('GET', f'/v1/cert/{name}')[1].get(
            'item', {}).get(field)
    return value


def run(*tests):
    """Both started, all of them called, and what is left taken away."""
    try:
        keyd.start()
        daemon.start()
        for test in tests:
            test()
        tap.ok(daemon.stop() == 0 and 'Sanitizer' not in daemon.read_log() +
               keyd.read_log(), 'it stops well', daemon.read_log())
    finally:
        daemon.remove()
        keyd.remove()
        shutil.rmtree(folder, ignore_errors=True)
    tap.end()
