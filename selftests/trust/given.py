# SPDX-License-Identifier: GPL-2.0
"""A ucsecd with its keys, phones that fetch its lists, ucsecctl; TAP output."""

import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in 'daemon', 'phone':
    sys.path.insert(0, os.path.join(HERE, '..', folder))
from daemon import DEADLINE, ROOT, Tap  # noqa: E402
from fetch import Absent, http_get  # noqa: E402
from keyed import HTTP, Keyed  # noqa: E402
from refusal import Refused  # noqa: E402
from trustlist import SAST, Trust, TrustList  # noqa: E402

DEVICE = 'SEP001122334455'
TOOL = os.path.join(ROOT, 'build/san/selftests/user/ucsecctl')
tap = Tap()
daemon = Keyed()


def path(kind):
    return os.path.join(daemon.state, 'files', f'{kind}File.tlv')


def read(kind):
    with open(path(kind), 'rb') as file:
        return file.read()


def ctl(*words):
    return subprocess.run([TOOL, '--socket', daemon.socket, *words],
                          capture_output=True, text=True, check=False,
                          timeout=120)


def says(status, word, *words):
    """As administrators see it: exit status and a word of what is printed."""
    done = ctl(*words)
    said = done.stdout + done.stderr
    return tap.ok(done.returncode == status and word in said and
                  'Sanitizer' not in said,
                  f'{" ".join(words)}: {status}, {word}', done)


def until(condition):
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def phone(name, *kinds):
    """It boots: what it says to each list that it is given."""
    flash = os.path.join(daemon.dir, 'flash-' + name)
    os.makedirs(flash, exist_ok=True)
    trust = Trust(flash)
    said = []
    for kind in kinds or ('CTL', 'ITL'):
        try:
            data = http_get(*HTTP, f'{kind}{DEVICE}.tlv', DEADLINE)
            said.append(trust.accept(kind, data, DEVICE))
        except Absent:
            said.append('absent')
        except Refused as err:
            said.append(f'REFUSED {err}')
    return said


def takes(name, what, *kinds):
    said = phone(name, *kinds)
    tap.ok(not any('REFUSED' in word for word in said),
           f'phone {name}: {what}', said)


def parse(kind):
    return TrustList(read(kind), [f'{kind}File.tlv'])


def roles(kind):
    return [(r.function, bool(r.certificate)) for r in parse(kind).records]


def count_sasts():
    """In CTL and ITL."""
    return [[r[0] for r in roles(kind)].count(SAST) for kind in ('CTL', 'ITL')]


def published(kind):
    status, reply = daemon.ask('GET', f'/v1/{kind}')
    return reply['item'] if status == 200 else {}


def param(name, value):
    status, reply = daemon.ask('PATCH', f'/v1/param/{name}', {'value': value})
    return status == 200 or print('#', reply)


def run(*tests):
    """From the start of the daemon to its end."""
    try:
        daemon.start()
        for test in tests:
            test()
        tap.ok(daemon.stop() == 0 and 'Sanitizer' not in daemon.read_log(),
               'the daemon stops cleanly', daemon.read_log()[-3000:])
    finally:
        daemon.remove()
    tap.end()
