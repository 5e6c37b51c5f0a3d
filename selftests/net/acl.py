# SPDX-License-Identifier: GPL-2.0
"""Trunks by raw netlink, TAP, and a small world, for the tests of the ACL."""

import ipaddress
import os
import socket
import struct
import subprocess
import sys
import time

from genl import Genl, NLM_F_DUMP, attr, attrs, be16, u8, u32

TRUNK_NEW, TRUNK_SET, TRUNK_DEL, TRUNK_GET, TRUNK_FLUSH, PREFIX_NEW, \
    PREFIX_DEL, ACL_BEGIN, ACL_COMMIT, ACL_GET, ACL_SET, ACL_TEST, ACL_NTF = \
    range(11, 24)
ID, KIND, PREFIX, PORT, TRANSPORTS, METHODS, BOXES, UNPARSED, DENIAL, RATE, \
    COOKIE, STAGE, PREFIXES, VERDICTS, EVENT, COUNT = range(2, 18)
TRUNK, LINE = 1, 2
PASS, DROP, REJECT = range(3)
UDP, TCP, TLS = 1, 2, 4
INVITE, ACK, OPTIONS, REFER = 1, 2, 16, 8192
PRESENCE, OOD_REFER, UNSOLICITED, REPLACES = 1, 2, 4, 8
REQUESTS, RESPONSES, KEEPALIVES, SOURCE = range(4)
CLASSES = ("requests", "responses", "keepalives", "stun", "connects",
           "unparsed", "passed", "dropped", "rejected")
DENIALS = ("none", "source", "method", "presence", "refer", "notification",
           "replaces", "unparsed", "rate", "source-rate", "reject-rate",
           "nomem")
A_UNKNOWN, A_PORT, A_MARK, A_REJECT_RATE, A_REJECT_BURST, A_MAX_TRUNKS, \
    A_MAX_PREFIXES, A_DENIAL_BURST, A_TRUNKS, A_PREFIXES, A_SOURCES, \
    A_VERDICTS = range(1, 13)
MARK = 0x20000000
SO_RCVMARK, SO_MARK = 75, 36

count = failed = 0


def ok(passed, name, why=""):
    global count, failed
    count += 1
    failed += not passed
    print(f"{'' if passed else 'not '}ok {count} - {name}")
    if not passed and why != "":
        print(f"# {why}")


def same(name, got, want):
    ok(got == want, name, f"got {got}, wanted {want}")


def done():
    print(f"1..{count}")
    return failed != 0


def shell(text):
    return subprocess.run(text, shell=True, check=True,
                          stdout=subprocess.PIPE).stdout.decode()


def wait_for(condition, seconds=10):
    """Whether it came true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def num(data):
    return int.from_bytes(data, sys.byteorder)


def prefix(text):
    """As content of a nest."""
    net = ipaddress.ip_network(text)
    return [attr(1 if net.version == 4 else 2, net.network_address.packed),
            attr(3, u8(net.prefixlen))]


def rate(kind, per_second, burst):
    return attr(RATE, [attr(1, u32(kind)), attr(2, u32(per_second)),
                       attr(3, u32(burst))])


def body(prefixes=(), ports=(), rates=(), **scalars):
    """Attributes of a trunk; scalars by their names here, in small letters."""
    out = []
    for name, value in scalars.items():
        out.append(attr(globals()[name.upper()], value if
                        isinstance(value, bytes) else u32(value)))
    out += [attr(PORT, be16(p)) for p in ports]
    out += [attr(PREFIX, prefix(p)) for p in prefixes]
    out += [rate(*r) for r in rates]
    return b"".join(out)


def counts(nest):
    """Counters that are not 0, by name."""
    out = {}
    for _, kind, value in attrs(nest):
        if 2 <= kind <= 10 and num(value):
            out[CLASSES[kind - 2]] = num(value)
        if kind == 11:
            d = {k: num(v) for _, k, v in attrs(value)}
            out["denied " + DENIALS[d[1]]] = d[2]
    return out


class Acl(Genl):
    """The ACL of the namespace that the caller is in."""

    def must(self, cmd, data=b"", flags=0):
        answer = self.ask(cmd, data, flags)
        if answer.errno:
            raise RuntimeError(f"command {cmd}: {answer.errno} "
                               f"{answer.sentence} {answer.blame}")
        return answer

    def new(self, *prefixes, ports=(5060,), kind=TRUNK, transports=UDP,
            **more):
        answer = self.must(TRUNK_NEW, body(prefixes, ports, kind=kind,
                                           transports=transports, **more))
        return num(list(attrs(answer.replies[0]))[0][2])

    def set(self, trunk, **more):
        self.must(TRUNK_SET, body(id=trunk, **more))

    def flush(self):
        self.must(TRUNK_FLUSH)

    def begin(self, cookie=b""):
        answer = self.must(ACL_BEGIN, attr(COOKIE, cookie) if cookie else b"")
        return num(list(attrs(answer.replies[0]))[0][2])

    def commit(self, stage):
        self.must(ACL_COMMIT, attr(STAGE, u32(stage)))

    def params(self, **scalars):
        self.must(ACL_SET, b"".join(
            attr(globals()["A_" + n.upper()], u32(v))
            for n, v in scalars.items()))

    def ports(self, *ports):
        self.must(ACL_SET, b"".join(attr(A_PORT, be16(p)) for p in ports))

    def get(self):
        return {k: v for _, k, v in attrs(self.must(ACL_GET).replies[0])}

    def unknown(self):
        return counts(self.get()[A_VERDICTS])

    def dump(self, only=None):
        """(attributes, prefixes) by id, parts put together."""
        trunks = {}
        answer = self.must(TRUNK_GET, attr(ID, u32(only)) if only else b"",
                           NLM_F_DUMP)
        for reply in answer.replies:
            if len(reply) < 8:
                continue
            a = {k: v for _, k, v in attrs(reply)}
            head, prefixes = trunks.setdefault(num(a[ID]), ({}, []))
            head.update(a)
            prefixes += [text_of(v) for _, k, v in attrs(reply)
                         if k == PREFIX]
        return trunks

    def verdicts(self, trunk):
        return counts(self.dump(trunk)[trunk][0][VERDICTS])

    def test(self, source, dest, port=5060, payload=b"", transport=UDP):
        """(verdict, reason, trunk) or the errno."""
        s, d = ipaddress.ip_address(source), ipaddress.ip_address(dest)
        six = s.version == 6
        answer = self.ask(ACL_TEST, attr(1 + six, s.packed) +
                          attr(3 + six, d.packed) + attr(5, be16(port)) +
                          attr(6, u32(transport)) + attr(7, payload))
        if answer.errno:
            return answer.errno
        a = {k: num(v) for _, k, v in attrs(answer.replies[0]) if k < 16}
        return a[8], DENIALS[a[9]], a.get(15, 0)


def text_of(nest):
    a = {k: v for _, k, v in attrs(nest)}
    return f"{ipaddress.ip_address(a.get(1) or a[2])}/{a[3][0]}"


def sip(method="INVITE", tag="", extra=""):
    to = f";tag={tag}" if tag else ""
    return (f"{method} sip:b@10.0.1.1 SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 10.0.1.2;branch=z9hG4bK1\r\n"
            f"From: <sip:a@10.0.1.2>;tag=1\r\nTo: <sip:b@10.0.1.1>{to}\r\n"
            f"Call-ID: 1\r\nCSeq: 1 {method}\r\n{extra}"
            "Content-Length: 0\r\n\r\n").encode()


RESPONSE = b"SIP/2.0 200 OK\r\nTo: <sip:b@x>;tag=1\r\nFrom: <sip:a@x>;tag=2" \
    b"\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nVia: SIP/2.0/UDP x\r\n\r\n"
STUN = b"\x00\x01\x00\x00\x21\x12\xa4\x42" + b"x" * 12


class Receiver:
    """A socket that says what came, and with which mark."""

    def __init__(self, address="", port=5060, family=socket.AF_INET):
        self.sock = socket.socket(family, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVMARK, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, 33, 1 << 24)
        self.sock.bind((address, port))
        self.sock.setblocking(False)

    def take(self):
        """(data, mark) of what is there."""
        out = []
        while True:
            try:
                data, ancillary, _, _ = self.sock.recvmsg(65536, 64)
            except BlockingIOError:
                return out
            mark = [struct.unpack("=I", d)[0] for level, kind, d in ancillary
                    if level == socket.SOL_SOCKET and kind == SO_MARK]
            out.append((data, mark[0] if mark else None))


def enter(namespace):
    fd = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    # pylint: disable=import-outside-toplevel
    import ctypes
    if ctypes.CDLL(None, use_errno=True).setns(fd, 0x40000000):
        raise OSError(ctypes.get_errno(), "setns")
    os.close(fd)


def in_namespace(main):
    """Runs main in a network namespace of its own, with lo up."""
    name = f"ucsec-{os.getpid()}-t"
    shell(f"ip netns add {name} && ip -n {name} link set lo up")
    try:
        enter(name)
        return main()
    finally:
        shell(f"ip netns del {name}")
