# SPDX-License-Identifier: GPL-2.0
"""Scripted peers of the phone: TLS, HTTP and TFTP, at an address of a test."""

import http.server
import os
import socket
import ssl
import struct
import threading

ADDRESS = f'127.{os.getpid() // 250 % 250 + 1}.{os.getpid() % 250}.251'
READ, RECORD = 'read', 'record'


class TlsPeer:
    """Each connection plays the next of its scripts, or the last again.

    Its bytes are sent, READ reads a message, RECORD a TLS record whatever
    it holds; what can be called is given what was read last and returns what
    is sent: bytes, or a list of them for TLS records of their own.
    """

    def __init__(self, maker, name, *scripts, header=8, ca=None, port=0):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(maker.path(name + '.pem'),
                                     maker.path(name + '.key'))
        if ca:
            self.context.verify_mode = ssl.CERT_REQUIRED
            self.context.load_verify_locations(maker.path(ca + '.pem'))
        self.scripts, self.header = list(scripts), header
        self.heard, self.seen = [], []     # messages; certificates
        self.listener = socket.create_server((ADDRESS, port))
        self.address = self.listener.getsockname()
        self.is_idle = threading.Event()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                raw, _ = self.listener.accept()
            except OSError:
                return
            self.is_idle.clear()
            raw.settimeout(30)
            try:
                with self.context.wrap_socket(raw, server_side=True) as link:
                    self.seen.append(link.getpeercert(True))
                    self.play(link, self.scripts.pop(0)
                              if len(self.scripts) > 1 else self.scripts[0])
            except OSError:
                raw.close()
            self.is_idle.set()

    def play(self, link, script):
        for step in script:
            if step == RECORD:
                self.heard.append(link.recv(65536))
            elif step == READ:
                message = self.read(link)
                if message is None:
                    return
                self.heard.append(message)
            else:
                step = step(self.heard[-1]) if callable(step) else step
                for record in [step] if isinstance(step, bytes) else step:
                    link.sendall(record)
        self.linger(link)

    @staticmethod
    def linger(link):
        """Until the phone closes: a reset would take away what was said."""
        try:
            link.unwrap()
        except OSError:
            pass

    def read(self, link):
        """A message of CAPF or TVS by its header, or a head of SIP."""
        data = b''
        while not (data.endswith(b'\r\n\r\n') if not self.header else
                   len(data) >= self.header and len(data) >= self.header +
                   int.from_bytes(data[self.header - 2:self.header], 'big')):
            more = link.recv(1 if not self.header else self.header - len(data)
                             if len(data) < self.header else self.header +
                             int.from_bytes(data[self.header - 2:self.header],
                                            'big') - len(data))
            if not more:
                self.heard.append(data)     # as far as it came
                return None
            data += more
        return data

    def close(self):
        self.listener.close()


class Files(dict):
    """Name to bytes, served over HTTP and TFTP; asked: what was, and how."""

    def __init__(self):
        super().__init__()
        self.asked = []
        self.lost = set()       # blocks of TFTP that get lost, once each,
        self.doubled = set()    # or arrive twice
        files = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                name = self.path[1:]
                files.asked.append(('http', name))
                data = files.get(name)
                self.send_response(404 if data is None else 200)
                self.send_header('Content-Length', str(len(data or b'')))
                self.end_headers()
                self.wfile.write(data or b'')

            def log_message(self, *_):
                pass
        self.http = http.server.ThreadingHTTPServer((ADDRESS, 0), Handler)
        self.http_port = self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.sock = self.udp()
        self.tftp_port = self.sock.getsockname()[1]
        threading.Thread(target=self.serve_tftp, daemon=True).start()

    @staticmethod
    def udp():
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((ADDRESS, 0))
        return sock

    def serve_tftp(self):
        while True:
            try:
                request, peer = self.sock.recvfrom(2000)
            except OSError:
                return
            threading.Thread(target=self.transfer, args=(request, peer),
                             daemon=True).start()

    def transfer(self, request, peer):
        words = request[2:].split(b'\0')
        name = words[0].decode()
        self.asked.append(('tftp', name))
        data = self.get(name)
        with self.udp() as sock:
            sock.settimeout(10)
            if data is None:
                sock.sendto(struct.pack('>HH', 5, 1) + b'no\0', peer)
                return
            said = dict(zip(words[2::2], words[3::2]))
            size = int(said.get(b'blksize', b'512'))
            if b'blksize' in said:
                sock.sendto(b'\0\6blksize\0%d\0tsize\0%d\0' % (
                    size, len(data)), peer)
                sock.recv(2000)
            for block in range(len(data) // size + 1):
                packet = struct.pack('>HH', 3, block + 1 & 0xffff) + \
                    data[block * size:block * size + size]
                if block in self.lost:
                    self.lost.remove(block)
                else:
                    for _ in range(1 + (block in self.doubled)):
                        sock.sendto(packet, peer)
                while sock.recv(2000)[2:4] != packet[2:4]:
                    sock.sendto(packet, peer)   # asked for again

    def close(self):
        self.http.shutdown()
        self.http.server_close()
        self.sock.close()
