# SPDX-License-Identifier: GPL-2.0
"""Administrators that write without a pause, and what was acknowledged."""

import sqlite3
import threading
from contextlib import closing

from daemon import Connection

WRITERS = 4


class Writers:
    def __init__(self, daemon):
        self.daemon = daemon
        self.acknowledged = {}
        self.lock = threading.Lock()
        self.enough = threading.Event()
        self.threads = []

    def _write(self, writer, round_, limit):
        """Adds, changes and removes lines until the daemon is no more."""
        connection = Connection(self.daemon.socket)
        number = 0
        try:
            while True:
                number += 1
                key = f'{writer}{round_:03d}{number:06d}'
                text = f'{number} of {round_}'
                body = f'{{"number":"{key}","description":"{text}"}}'
                connection.request('POST', '/v1/line', body)
                reply = connection.getresponse()
                reply.read()
                assert reply.status == 201
                if number % 3 == 0:
                    connection.request('PATCH', f'/v1/line/{key}',
                                       '{"description":"changed"}')
                    reply = connection.getresponse()
                    reply.read()
                    assert reply.status == 200
                    text = 'changed'
                with self.lock:
                    self.acknowledged[key] = text
                    if len(self.acknowledged) >= limit:
                        self.enough.set()
        except (OSError, ValueError, ConnectionError):
            pass    # killed: what was asked last may be there or not
        except Exception as e:  # http.client's
            if 'http.client' not in type(e).__module__:
                raise

    def begin(self, round_, more):
        """Until that many more are acknowledged; false: they never were."""
        self.enough.clear()
        limit = len(self.acknowledged) + more
        self.threads = [threading.Thread(target=self._write,
                                         args=(w, round_, limit))
                        for w in range(1, WRITERS + 1)]
        for thread in self.threads:
            thread.start()
        return self.enough.wait(60)

    def end(self):
        """After the daemon was killed."""
        for thread in self.threads:
            thread.join()

    def check(self, tap, name, wanted):
        """All of wanted is there, the daemon running, and it is sound."""
        status, reply = self.daemon.ask('GET', '/v1/line')
        there = {line['number']: line['description']
                 for line in reply['items']}
        lost = [key for key, text in wanted.items() if there.get(key) != text]
        self.daemon.kill()
        with closing(sqlite3.connect(
                f'{self.daemon.state}/ucsec.db')) as db:
            sound = db.execute('PRAGMA integrity_check').fetchone()[0]
            strays = db.execute('PRAGMA foreign_key_check').fetchall()
        tap.ok(status == 200 and not lost and sound == 'ok' and not strays,
               f'{name}: all of {len(wanted)} acknowledged writes', lost,
               sound, strays)
