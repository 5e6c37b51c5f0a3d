# SPDX-License-Identifier: GPL-2.0
"""Generic netlink by hand: no library stands between a test and the ABI."""

import socket
import struct

NETLINK_GENERIC = 16
SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 1, 10, 11
NETLINK_GET_STRICT_CHK = 12
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x100, 0x200
NLMSG_ERROR, NLMSG_DONE, GENL_ID_CTRL = 2, 3, 16
NESTED = 0x8000


def attr(kind, data=b""):
    """One attribute; a list of them as data makes a nest."""
    if isinstance(data, list):
        kind |= NESTED
        data = b"".join(data)
    pad = b"\0" * (-len(data) % 4)
    return struct.pack("=HH", len(data) + 4, kind) + data + pad


def attrs(data):
    """Yields (offset, type, content) of each attribute."""
    at = 0
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, at)
        if length < 4:
            return
        yield at, kind & 0x3FFF, data[at + 4:at + length]
        at += (length + 3) & ~3


def path_at(data, offset, depth=0):
    """The types on the way to the attribute that begins at offset."""
    for at, kind, content in attrs(data):
        if at == offset:
            return str(kind)
        if at < offset < at + 4 + len(content):
            inner = path_at(content, offset - at - 4, depth + 1)
            return f"{kind}.{inner}"
    return "?"


class Answer:
    """What came back: errno, sentence, blamed attribute, replies, raw bytes."""

    def __init__(self):
        self.errno, self.sentence, self.blame = None, "", ""
        self.replies, self.raw = [], b""


class Genl:
    """A socket in the network namespace of the caller."""

    def __init__(self, family=b"ucsec", cap_ack=False):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                  NETLINK_GENERIC)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, int(cap_ack))
        self.sock.settimeout(10)
        self.sock.bind((0, 0))
        self.seq = 0
        self.groups = {}
        self.family = GENL_ID_CTRL
        reply = self.ask(3, attr(2, family + b"\0")).replies[0]
        for _, kind, content in attrs(reply):
            if kind == 1:
                self.family = struct.unpack("=H", content)[0]
            if kind == 7:
                for _, _, group in attrs(content):
                    g = {k: c for _, k, c in attrs(group)}
                    self.groups[g[1].rstrip(b"\0")] = struct.unpack(
                        "=I", g[2])[0]

    def join(self, group):
        self.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
                             self.groups[group])

    def ask(self, cmd, body=b"", flags=0, header=None):
        """One request, to its acknowledgement or the end of its dump."""
        self.seq += 1
        if header is None:
            header = struct.pack("=BBH", cmd, 1, 0)
        message = header + body
        self.sock.send(struct.pack(
            "=IHHII", len(message) + 16, self.family,
            NLM_F_REQUEST | NLM_F_ACK | flags, self.seq, 0) + message)
        return self.collect(body)

    def collect(self, body):
        answer = Answer()
        while answer.errno is None:
            data = self.sock.recv(1 << 18)
            answer.raw += data
            while len(data) >= 16:
                length, kind, flags, seq, _ = struct.unpack_from("=IHHII",
                                                                 data)
                if seq == self.seq:
                    self.take(answer, kind, flags, data[16:length], body)
                data = data[(length + 3) & ~3:]
        return answer

    @staticmethod
    def take(answer, kind, flags, content, body):
        if kind not in (NLMSG_ERROR, NLMSG_DONE):
            answer.replies.append(content[4:])
            return
        answer.errno = -struct.unpack_from("=i", content)[0]
        if not flags & NLM_F_ACK_TLVS:
            return
        skip = 4
        if kind == NLMSG_ERROR:
            echoed = struct.unpack_from("=I", content, 4)[0]
            skip = 20 if flags & NLM_F_CAPPED else 4 + ((echoed + 3) & ~3)
        for _, tlv, value in attrs(content[skip:]):
            if tlv == 1:
                answer.sentence = value.rstrip(b"\0").decode()
            if tlv == 2:
                offset = struct.unpack("=I", value)[0] - 20
                answer.blame = path_at(body, offset)
            if tlv == 5:
                missing = struct.unpack("=I", value)[0]
                answer.blame = f"{answer.blame}-{missing}"
            if tlv == 6:
                offset = struct.unpack("=I", value)[0] - 20
                answer.blame = path_at(body, offset) + answer.blame


def u8(v):
    return struct.pack("=B", v)


def u16(v):
    return struct.pack("=H", v)


def u32(v):
    return struct.pack("=I", v)


def be16(v):
    return struct.pack("!H", v)


def bits(value, selector=None):
    return struct.pack("=II", value, value if selector is None else selector)
