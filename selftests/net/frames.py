# SPDX-License-Identifier: GPL-2.0
"""IP packets by hand, and a wire to put them on."""

import socket
import struct

from acl import enter, shell

HOP, ROUTING, FRAGMENT, AH, DEST = 0, 43, 44, 51, 60
TCP, UDP, UDPLITE = 6, 17, 136
FIN, SYN, RST, ACK, ECE, CWR = 1, 2, 4, 16, 64, 128


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def packed(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.inet_pton(family, address)


def pseudo(source, dest, proto, length):
    return packed(source) + packed(dest) + struct.pack("!II", length, proto)


def udp(source, dest, data, dport=5060, check=None, proto=UDP, sport=6000):
    """A datagram whose checksum is right, or the given one."""
    head = struct.pack("!HHHH", sport, dport, 8 + len(data), 0)
    if check is None:
        check = checksum(pseudo(source, dest, proto, 8 + len(data)) + head +
                         data) or 0xffff
    return head[:6] + struct.pack("!H", check) + data


def tcp(source, dest, flags, options=b"", data=b"", doff=None, wrong=0,
        sport=7000, dport=5060, ack=0):
    options += b"\0" * (-len(options) % 4)
    if doff is None:
        doff = 5 + len(options) // 4
    head = struct.pack("!HHIIBBHHH", sport, dport, 1, ack, doff << 4, flags,
                       1000, 0, 0) + options
    check = checksum(pseudo(source, dest, TCP, len(head + data)) + head +
                     data) ^ wrong
    return head[:16] + struct.pack("!H", check) + head[18:] + data


def ip4(source, dest, payload, proto=UDP, options=b"", fragment=0, ident=9):
    """With the type of its frame before it."""
    options += b"\0" * (-len(options) % 4)
    ihl = 5 + len(options) // 4
    head = struct.pack("!BBHHHBBH4s4s", 0x40 + ihl, 0,
                       4 * ihl + len(payload), ident, fragment, 64, proto, 0,
                       packed(source), packed(dest)) + options
    return b"\x08\x00" + head[:10] + struct.pack("!H", checksum(head)) + \
        head[12:] + payload


def ip6(source, dest, payload, proto=UDP):
    return b"\x86\xdd" + struct.pack("!IHBB", 6 << 28, len(payload), proto,
                                     64) + packed(source) + packed(dest) + \
        payload


def chain(headers, last, payload):
    """Extension headers and what they are before: (first type, bytes).

    A header is (type, its bytes without the type of what follows).
    """
    out, following = payload, last
    for kind, content in reversed(headers):
        out = bytes([following]) + content + out
        following = kind
    return following, out


def link_address(namespace, dev):
    text = shell(f"ip netns exec {namespace} cat /sys/class/net/{dev}/address")
    return bytes.fromhex(text.strip().replace(":", ""))


class Wire:
    """Frames out of a device, and the IP packets that come back by it."""

    def __init__(self, here, dev, there, its):
        enter(here)
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                  socket.htons(3))
        self.sock.bind((dev, 0))
        self.sock.setblocking(False)
        self.us, self.them = link_address(here, dev), link_address(there, its)
        enter(there)

    def put(self, packet, to=None):
        self.sock.send((to or self.them) + self.us + packet)

    def back(self):
        """What arrived here since the last time, without link headers."""
        out = []
        while True:
            try:
                data, where = self.sock.recvfrom(65536)
            except BlockingIOError:
                return out
            if where[2] != socket.PACKET_OUTGOING:
                out.append(data[12:])
