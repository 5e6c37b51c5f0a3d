# SPDX-License-Identifier: GPL-2.0
"""Fetches files as a phone does: over HTTP, then over TFTP."""

import http.client
import socket
import struct

from refusal import Refused

LIMIT = 64 << 20
RRQ, DATA, ACK, ERROR, OACK = 1, 3, 4, 5, 6
NOT_FOUND = 1
TRIES = 5


class Absent(Exception):
    """The server says that there is no such file."""


def http_get(host, port, name, timeout):
    """Over HTTP, whole: its Content-Length is there and true."""
    link = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        link.request('GET', '/' + name, headers={'Connection': 'close'})
        reply = link.getresponse()
        if reply.status == 404:
            raise Absent(name)
        if reply.status != 200:
            raise Refused('fetch', f'{name}: HTTP {reply.status}')
        size = reply.getheader('Content-Length', '')
        if not size.isdigit() or int(size) > LIMIT:
            raise Refused('fetch', f'{name}: Content-Length "{size}"')
        return reply.read(int(size))
    except http.client.HTTPException as err:
        raise Refused('fetch', f'{name}: {type(err).__name__}') from err
    finally:
        link.close()


class Tftp:
    """A read of RFC 1350 with the options blksize and tsize."""

    def __init__(self, host, port, timeout=1.0, blksize=1428):
        info = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        self.server, self.peer = info[4], None
        self.blksize, self.size, self.timeout = blksize, None, timeout
        self.sock = socket.socket(info[0], socket.SOCK_DGRAM)
        self.sock.settimeout(timeout)

    def exchange(self, packet, wanted, name):
        """What was sent is sent again until the wanted answer comes."""
        for _ in range(TRIES):
            self.sock.sendto(packet, self.peer or self.server)
            try:
                while True:
                    reply, peer = self.sock.recvfrom(65536)
                    if peer[0] != self.server[0] or len(reply) < 4 or \
                            (self.peer and peer != self.peer):
                        continue    # of another transfer, RFC 1350 section 4
                    opcode, block = struct.unpack('>HH', reply[:4])
                    if opcode == ERROR:
                        if block == NOT_FOUND:
                            raise Absent(name)
                        raise Refused('fetch', f'{name}: TFTP error {block} '
                                      f'{reply[4:].decode(errors="replace")}')
                    if wanted(opcode, block):
                        self.peer = peer
                        return opcode, reply
            except TimeoutError:
                pass
        raise Refused('fetch', f'{name}: TFTP answers no more')

    def take_options(self, reply, name):
        words = reply[2:].split(b'\0')
        said = {k.lower(): v for k, v in zip(words[::2], words[1::2])}
        blksize = said.get(b'blksize', b'512')
        if not blksize.isdigit() or not 8 <= int(blksize) <= self.blksize:
            raise Refused('fetch', f'{name}: TFTP blksize {blksize}')
        self.blksize = int(blksize)
        if said.get(b'tsize', b'').isdigit():
            self.size = int(said[b'tsize'])

    def get(self, name):
        with self.sock:
            request = b'\0'.join((
                struct.pack('>H', RRQ) + name.encode(), b'octet', b'blksize',
                b'%d' % self.blksize, b'tsize', b'0', b''))
            opcode, reply = self.exchange(
                request, lambda op, n: op == OACK or (op == DATA and n == 1),
                name)
            data, block = [], 0
            if opcode == OACK:
                self.take_options(reply, name)
            else:
                self.blksize, block = 512, 1
                data.append(reply[4:])
            while not block or len(data[-1]) == self.blksize:
                wanted = (block + 1) & 0xffff
                _, reply = self.exchange(
                    struct.pack('>HH', ACK, block & 0xffff),
                    lambda op, n, w=wanted: op == DATA and n == w, name)
                block += 1
                data.append(reply[4:])
                if block * self.blksize > LIMIT:
                    raise Refused('fetch', f'{name}: more than {LIMIT}')
            self.sock.sendto(struct.pack('>HH', ACK, block & 0xffff),
                             self.peer)
        whole = b''.join(data)
        if self.size is not None and self.size != len(whole):
            raise Refused('fetch', f'{name}: {len(whole)} bytes, but the '
                          f'server said {self.size}')
        return whole


class Server:
    """Where the files are; a port of 0 means that a transport is not used."""

    def __init__(self, host, http_port=6970, tftp_port=69, timeout=10):
        self.host, self.timeout = host, timeout
        self.http_port, self.tftp_port = http_port, tftp_port

    def over_http(self, name):
        return http_get(self.host, self.http_port, name, self.timeout)

    def over_tftp(self, name):
        return Tftp(self.host, self.tftp_port).get(name)

    def get(self, name):
        """The file and how it came, or None where no transport has it."""
        ways = ([('http', self.over_http)] if self.http_port else []) + \
               ([('tftp', self.over_tftp)] if self.tftp_port else [])
        errors = []
        for way, get in ways:
            try:
                return get(name), way
            except Absent:
                pass
            except OSError as err:
                errors.append(f'{way}: {err}')
        if len(errors) < len(ways):
            return None, None
        raise Refused('fetch', f'{name}: {"; ".join(errors)}')
