# SPDX-License-Identifier: GPL-2.0
"""A real ucsecd in a directory of its own, and its admin API; TAP output."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))
DEADLINE = 60
# Of this process alone: other trees may be under test at the same time.
ADDRESS = f'127.{os.getpid() // 250 % 250 + 1}.{os.getpid() % 250}.254'


def wait_for(condition, seconds=DEADLINE):
    """What the condition has become, true in time or not."""
    end = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.02)
    return found


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__('ucsecd', timeout=DEADLINE)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(DEADLINE)
        self.sock.connect(self.path)


class Daemon:
    def __init__(self, conf='', binary='build/san/ucsecd'):
        self.dir = tempfile.mkdtemp(prefix='ucsecd-')
        self.state = os.path.join(self.dir, 'state')
        self.socket = os.path.join(self.dir, 's')
        self.security = os.path.join(self.dir, 'security.log')
        self.conf = os.path.join(self.dir, 'conf')
        self.log = os.path.join(self.dir, 'log')
        self.binary = os.path.join(ROOT, binary)
        self.process = None
        self.notify = None
        with open(self.conf, 'w', encoding='utf-8') as out:
            out.write(f'[node]\nname = cm1.example.org\n'
                      f'state-directory = {self.state}\n'
                      f'[log]\nsecurity-log = {self.security}\n'
                      f'[listen]\nudp = {ADDRESS}:45060\n'
                      f'[admin]\nsocket = {self.socket}\n{conf}')

    def start(self):
        """Until it says by NOTIFY_SOCKET that it is ready."""
        path = os.path.join(self.dir, 'notify')
        if os.path.exists(path):
            os.unlink(path)
        if self.notify:
            self.notify.close()
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(path)
        self.notify.settimeout(0.1)
        os.chmod(path, 0o666)   # it may become another user
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(
                [self.binary, '--config', self.conf], stderr=log,
                env=dict(os.environ, NOTIFY_SOCKET=path))
        self.wait_ready()
        return self

    def wait_ready(self):
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            try:
                if self.notify.recv(100) == b'READY=1':
                    return
            except TimeoutError:
                pass
            if self.process.poll() is not None:
                raise RuntimeError('ucsecd ended: ' + self.read_log())
        raise RuntimeError('ucsecd is not ready: ' + self.read_log())

    def reload(self):
        """SIGHUP, until it has been dealt with; what was logged."""
        before = len(self.read_log())
        self.process.send_signal(signal.SIGHUP)
        self.wait_ready()
        return self.read_log()[before:]

    def read_log(self):
        with open(self.log, encoding='utf-8') as log:
            return log.read()

    def read_security(self):
        with open(self.security, encoding='utf-8') as log:
            return log.read()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(DEADLINE)

    def ask(self, method, path, body=None):
        """Status and reply of one request on a connection of its own."""
        connection = Connection(self.socket)
        try:
            if isinstance(body, (dict, list)):
                body = json.dumps(body)
            try:
                connection.request(method, path, body)
            except BrokenPipeError:
                pass    # refused before all of it was read
            reply = connection.getresponse()
            text = reply.read()
            if 'json' not in reply.getheader('Content-Type', ''):
                return reply.status, None
            return reply.status, json.loads(text)
        finally:
            connection.close()

    def change(self, method, path, body=None):
        """The same for what has to succeed; @path is behind /v1/."""
        status, reply = self.ask(method, '/v1/' + path, body)
        if status not in (200, 201):
            raise RuntimeError(f'{method} {path}: {status} {reply}')
        return reply

    def remove(self):
        if self.process and self.process.poll() is None:
            self.kill()
        if self.notify:
            self.notify.close()
        shutil.rmtree(self.dir, ignore_errors=True)


class Tap:
    count = 0
    failed = 0

    def ok(self, good, name, *why):
        self.count += 1
        print(f'{"" if good else "not "}ok {self.count} - {name}')
        if not good:
            self.failed += 1
            for line in why:
                print('# ' + str(line).replace('\n', '\n# '))
        sys.stdout.flush()
        return good

    def end(self):
        print(f'1..{self.count}')
        sys.exit(self.failed != 0)
