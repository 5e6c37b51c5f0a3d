# SPDX-License-Identifier: GPL-2.0
"""A real ucsecd with a real ucsec-keyd beside it."""

import contextlib
import os
import pwd
import socket
import struct
import subprocess
import time

from daemon import ADDRESS, DEADLINE, ROOT, Daemon

HTTP, TVS, CAPF = (ADDRESS, 46970), (ADDRESS, 42445), (ADDRESS, 43804)
PROTOCOL = 0x756b0002       # see userspace/keyd/request.h
REGENERATE, SIGN_FILE = 4, 11
CALLMANAGER, TFTP, RSA = 1, 5, 1


def connect_when_it_listens(sock, path):
    end = time.monotonic() + DEADLINE
    while True:
        try:
            sock.connect(path)
            return
        except (FileNotFoundError, ConnectionRefusedError):
            if time.monotonic() > end:
                raise
        time.sleep(0.02)


class Keyed(Daemon):
    def __init__(self, conf='', kind='san'):
        super().__init__(conf, f'build/{kind}/ucsecd')
        self.keyd_binary = os.path.join(ROOT, f'build/{kind}/ucsec-keyd')
        self.keyd_socket = os.path.join(self.dir, 'keyd.sock')
        with open(self.conf, 'a', encoding='utf-8') as out:
            out.write(f'[trust]\nkeyd-socket = {self.keyd_socket}\n')
            for name, (host, port) in (('http', HTTP), ('tvs', TVS),
                                       ('capf', CAPF)):
                out.write(f'{name} = {host}:{port}\n')
        self.keyd = None

    def start_keyd(self, path=None):
        path = path or self.keyd_socket
        state = os.path.join(self.dir, 'keyd')
        os.makedirs(state, 0o700, exist_ok=True)
        if os.path.exists(path):
            os.unlink(path)
        with open(os.path.join(self.dir, 'keyd.log'), 'ab') as log:
            self.keyd = subprocess.Popen(
                [self.keyd_binary, '--user', pwd.getpwuid(os.getuid()).pw_name,
                 '--state', state, '--socket', path], stderr=log)

    def stop_keyd(self):
        self.keyd.terminate()
        self.keyd.wait(DEADLINE)

    def kill_keyd(self):
        self.keyd.kill()
        self.keyd.wait()

    def start(self):
        if not self.keyd or self.keyd.poll() is not None:
            self.start_keyd()
        return super().start()

    def remove(self):
        if self.process and self.process.poll() is None:
            self.kill()
        if self.keyd and self.keyd.poll() is None:
            self.stop_keyd()
        super().remove()

    @contextlib.contextmanager
    def keyd_apart(self):
        """It has one client: for a while that is not ucsecd."""
        path = os.path.join(self.dir, 'apart.sock')
        self.stop_keyd()
        self.start_keyd(path)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
            for option in socket.SO_SNDBUF, socket.SO_RCVBUF:
                sock.setsockopt(socket.SOL_SOCKET, option, 1 << 20)
            sock.settimeout(DEADLINE)
            connect_when_it_listens(sock, path)
            yield KeydClient(sock)
        self.stop_keyd()
        self.start_keyd()


class KeydClient:
    def __init__(self, sock):
        self.sock = sock

    def ask(self, kind, payload, tail=b''):
        """What is behind the reply."""
        body = payload + tail
        self.sock.send(struct.pack('=IIIHH', PROTOCOL, 16 + len(body), 1, kind,
                                   0) + body)
        reply = self.sock.recv(1 << 20)
        error = struct.unpack_from('=i', reply, 16)[0]
        if error:
            sentence = reply[24:184].split(b'\0')[0].decode()
            raise RuntimeError(f'ucsec-keyd: {error} {sentence}')
        return reply[184:]

    def regenerate(self, service, cn):
        """A new key of that service, self-signed; its certificate in DER."""
        subject = cn.encode().ljust(65, b'\0') + bytes(4 * 65 + 3)
        return self.ask(REGENERATE, struct.pack(
            '=BBBBHHI', service, RSA, 0, 0, 2048, 0, 365) + subject +
            bytes(4 + 16 * 128))

    def sign_file(self, service, name, content, digest=1):
        return self.ask(SIGN_FILE, struct.pack(
            '=BBBBBBBBII256s', service, RSA, 0, 0, 1, digest, 0, 0,
            int(time.time()), 0, name.encode()), content)
