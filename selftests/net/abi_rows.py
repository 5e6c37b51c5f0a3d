# SPDX-License-Identifier: GPL-2.0
"""Requests that are refused: name, command, attributes, and what is said."""

import errno
import socket

from genl import attr, be16, bits, u8, u16, u32

NEW, SET, DEL, GET, FLUSH, SUITES, STATS, PARAM_GET, PARAM_SET = range(1, 10)
ID, IN, FROM, OUT, TO, RX, TX, FLAGS, WINDOW, MAX_SSRCS, SSRC, COOKIE, PAIR, \
    DSCP, IDLE, RELATCH, LATCHED, STATS_A = range(2, 20)
MUX_RX, MUX_TX, STRICT, FREEBIND = 1, 2, 4, 32


def a4(text):
    return attr(1, socket.inet_aton(text))


def a6(text):
    return attr(2, socket.inet_pton(socket.AF_INET6, text))


def port(n):
    return attr(3, be16(n))


def ep(text, n, *more):
    return [a6(text) if ":" in text else a4(text), port(n), *more]


KEY = bytes(range(0x40, 0x40 + 30))


def key(material=KEY, mki=None):
    nest = [attr(1, material)]
    if mki is not None:
        nest.append(attr(2, mki))
    return attr(2, nest)


def crypto(suite=1, *keys):
    return [attr(1, u32(suite)), *(keys or [key()])]


def ssrc(n, *more):
    return attr(SSRC, [attr(1, u32(n)), *more])


BASE = {IN: ep("10.0.1.1", 7000), OUT: ep("10.0.2.1", 7000),
        TO: ep("10.0.2.2", 7000)}


def body(changes, base=None):
    """The attributes of a request; raw bytes under a negative key."""
    merged = dict(BASE if base is None else base)
    merged.update(changes)
    return b"".join(v if k < 0 else attr(k, v) for k, v in merged.items()
                    if v is not None)


EINVAL, ERANGE = errno.EINVAL, errno.ERANGE
POLICY = "Attribute failed policy validation"
LENGTH = "invalid attribute length"
SIZE = "binary attribute size out of range"
RANGE = "integer out of range"
UNKNOWN = "Unknown attribute type"
UNICAST = "not a unicast address"

# name, changes to a good STREAM_NEW, errno, sentence, blamed attribute
NEW_ROWS = [
    ("without in", {IN: None}, EINVAL, "where does media arrive?", "-3"),
    ("without out", {OUT: None}, EINVAL, "where does media leave from?",
     "-5"),
    ("without to", {TO: None}, EINVAL, "where does media go?", "-6"),
    ("in without address", {IN: [port(7000)]}, EINVAL,
     "an endpoint needs an address", "3-1"),
    ("in of two addresses", {IN: ep("10.0.1.1", 7000, a6("fd00:1::1"))},
     EINVAL, "an endpoint has one address", "3.2"),
    ("in without port", {IN: [a4("10.0.1.1")]}, EINVAL,
     "an endpoint needs a port", "3-3"),
    ("in at port 0", {IN: ep("10.0.1.1", 0)}, EINVAL,
     "port 0 carries no media", "3.3"),
    ("to port 0", {TO: ep("10.0.2.2", 0)}, EINVAL,
     "port 0 carries no media", "6.3"),
    ("address of 3 bytes", {IN: [attr(1, b"\n\0\1"), port(7000)]}, EINVAL,
     LENGTH, "3.1"),
    ("address of 5 bytes", {IN: [attr(1, b"\n\0\1\1\1"), port(7000)]},
     EINVAL, LENGTH, "3.1"),
    ("IPv6 address of 15 bytes", {IN: [attr(2, b"1" * 15), port(7000)]},
     ERANGE, SIZE, "3.2"),
    ("IPv6 address of 17 bytes", {IN: [attr(2, b"1" * 17), port(7000)]},
     ERANGE, SIZE, "3.2"),
    ("port of a byte", {IN: [a4("10.0.1.1"), attr(3, b"1")]}, EINVAL, LENGTH,
     "3.3"),
    ("port of four bytes", {IN: [a4("10.0.1.1"), attr(3, b"1234")]}, EINVAL,
     LENGTH, "3.3"),
    ("unknown in an endpoint", {IN: ep("10.0.1.1", 7000, attr(9, b"1234"))},
     EINVAL, UNKNOWN, "3.9"),
    ("to a multicast address", {TO: ep("224.0.0.5", 7000)}, EINVAL, UNICAST,
     "6.1"),
    ("to everyone", {TO: ep("255.255.255.255", 7000)}, EINVAL, UNICAST,
     "6.1"),
    ("to nobody", {TO: ep("0.0.0.0", 7000)}, EINVAL, UNICAST, "6.1"),
    ("in at a multicast address", {IN: ep("224.0.0.5", 7000)}, EINVAL,
     UNICAST, "3.1"),
    ("to IPv6 multicast", {OUT: ep("fd00:2::1", 7000),
                           TO: ep("ff02::1", 7000)}, EINVAL, UNICAST, "6.2"),
    ("to unspecified IPv6", {OUT: ep("fd00:2::1", 7000),
                             TO: ep("::", 7000)}, EINVAL, UNICAST, "6.2"),
    ("to a mapped address", {OUT: ep("fd00:2::1", 7000),
                             TO: ep("::ffff:10.0.2.2", 7000)}, EINVAL,
     "an IPv4 address belongs in addr4", "6.2"),
    ("to loopback", {TO: ep("127.0.0.1", 7000)}, EINVAL,
     "a loopback destination from another address", "6"),
    ("to IPv6 loopback", {OUT: ep("fd00:2::1", 7000), TO: ep("::1", 7000)},
     EINVAL, "a loopback destination from another address", "6"),
    ("to itself", {TO: ep("10.0.1.1", 7000)}, errno.ELOOP,
     "a stream must not send to itself", "6"),
    ("to of another family", {TO: ep("fd00:2::2", 7000)},
     errno.EAFNOSUPPORT, '"to" is not of the family of "out"', "6"),
    ("from of another family", {FROM: ep("fd00:1::2", 7000)},
     errno.EAFNOSUPPORT, '"from" is not of the family of "in"', "4"),
    ("in of a stranger", {IN: ep("10.0.9.9", 7000)}, errno.EADDRNOTAVAIL,
     '"in" is not an address of this namespace', "3"),
    ("out of a stranger", {OUT: ep("10.0.9.9", 7000)}, errno.EADDRNOTAVAIL,
     '"out" is not an address of this namespace', "5"),
    ("in of the peer", {IN: ep("10.0.1.2", 7000)}, errno.EADDRNOTAVAIL,
     '"in" is not an address of this namespace', "3"),
    ("link-local without interface", {IN: ep("fe80::1", 7000)}, EINVAL,
     "a link-local address needs an interface", "3-5"),
    ("no such interface", {IN: ep("10.0.1.1", 7000, attr(5, u32(9999)))},
     errno.ENODEV, "no such interface", "3"),
    ("interface 0", {IN: ep("10.0.1.1", 7000, attr(5, u32(0)))}, EINVAL,
     "no such interface", "3.5"),
    ("interface of to", {TO: ep("10.0.2.2", 7000, attr(5, u32(1)))}, EINVAL,
     'interfaces belong to "in" and "out"', "6.5"),
    ("RTCP at the port of RTP", {IN: ep("10.0.1.1", 7000,
                                        attr(4, be16(7000)))}, EINVAL,
     "not a port of its own for RTCP", "3.4"),
    ("RTCP at port 0", {IN: ep("10.0.1.1", 7000, attr(4, be16(0)))}, EINVAL,
     "not a port of its own for RTCP", "3.4"),
    ("no port left for RTCP", {IN: ep("10.0.1.1", 65535)}, ERANGE,
     "port 65535 leaves no port for RTCP", "3"),
    ("mux and RTCP port", {IN: ep("10.0.1.1", 7000, attr(4, be16(7009))),
                           FLAGS: bits(MUX_RX)}, EINVAL,
     "with rtcp-mux there is no RTCP port", "3"),
    ("taken", {IN: ep("10.0.1.1", 7100)}, errno.EADDRINUSE,
     "another stream has that address and port", "3"),
    ("RTCP taken", {IN: ep("10.0.1.1", 7099)}, errno.EADDRINUSE,
     "another stream has that address and port", "3"),
    ("taken by RTCP", {IN: ep("10.0.1.1", 7101)}, errno.EADDRINUSE,
     "another stream has that address and port", "3"),
    ("strict without from", {FLAGS: bits(STRICT)}, EINVAL,
     'strict needs "from" with address and port', "9"),
    ("strict without port", {FLAGS: bits(STRICT), FROM: [a4("10.0.1.2")]},
     EINVAL, 'strict needs "from" with address and port', "9"),
    ("unknown flag", {FLAGS: bits(1 << 20)}, EINVAL, POLICY, "9"),
    ("flag not selected", {FLAGS: bits(1, 0)}, EINVAL, POLICY, "9"),
    ("flags of 4 bytes", {FLAGS: u32(1)}, ERANGE, POLICY, "9"),
    ("window of 65", {WINDOW: u32(65)}, EINVAL,
     "a window is a multiple of 64", "10"),
    ("window of 0", {WINDOW: u32(0)}, ERANGE, RANGE, "10"),
    ("window of 32832", {WINDOW: u32(32832)}, ERANGE, RANGE, "10"),
    ("window of 2 bytes", {WINDOW: u16(64)}, EINVAL, LENGTH, "10"),
    ("no SSRCs", {MAX_SSRCS: u32(0)}, ERANGE, RANGE, "11"),
    ("17 SSRCs", {MAX_SSRCS: u32(17)}, ERANGE, RANGE, "11"),
    ("more given than allowed",
     {MAX_SSRCS: u32(2), -1: b"".join(ssrc(i) for i in range(3))}, ERANGE,
     "more SSRCs than the stream may have", "12"),
    ("17 given", {MAX_SSRCS: u32(16),
                  -1: b"".join(ssrc(i) for i in range(17))}, ERANGE,
     "more SSRCs than a stream may have", "12"),
    ("an SSRC twice", {-1: ssrc(5) + ssrc(5)}, EINVAL, "the same SSRC twice",
     "12"),
    ("an SSRC without number", {-1: attr(SSRC, [attr(2, u32(1))])}, EINVAL,
     "which SSRC?", "12-1"),
    ("an SSRC with a sequence", {-1: ssrc(5, attr(4, u16(1)))}, EINVAL,
     UNKNOWN, "12.4"),
    ("cookie of nothing", {COOKIE: b""}, EINVAL,
     "a cookie has at least one byte", "13"),
    ("cookie of 33 bytes", {COOKIE: b"c" * 33}, ERANGE, SIZE, "13"),
    ("pair of nobody", {PAIR: u32(4711)}, errno.ENOENT,
     "no stream to pair with", "14"),
    ("DSCP of 64", {DSCP: u8(64)}, ERANGE, RANGE, "15"),
    ("DSCP of 4 bytes", {DSCP: u32(1)}, EINVAL, LENGTH, "15"),
    ("idle for years", {IDLE: u32(0xFFFFFFFF)}, ERANGE,
     "an idle time of more than 30 days", "16"),
    ("an id", {ID: u32(1)}, EINVAL, "Unsupported attribute", "2"),
    ("relatch", {RELATCH: b""}, EINVAL, UNKNOWN, "17"),
    ("statistics", {STATS_A: []}, EINVAL, UNKNOWN, "19"),
    ("an unknown attribute", {99: b"1234"}, EINVAL, UNKNOWN, "99"),
    ("a nest that is none", {-1: attr(RX, u32(1))}, EINVAL,
     "NLA_F_NESTED is missing", "7"),
    ("garbage in a nest", {RX: [b"\xff" * 8]}, EINVAL,
     "bytes leftover after parsing attributes", ""),
    ("rx without suite", {RX: [key()]}, EINVAL, "protection needs a suite",
     "7-1"),
    ("rx without key", {RX: [attr(1, u32(1))]}, EINVAL,
     "protection needs a key", "7-2"),
    ("suite 0", {RX: crypto(0)}, errno.EOPNOTSUPP, "unknown suite", "7.1"),
    ("suite 11", {RX: crypto(11)}, ERANGE, RANGE, "7.1"),
    ("key of 29 bytes", {RX: crypto(1, key(KEY[:29]))}, EINVAL,
     "key and salt are not as long as the suite asks", "7.2.1"),
    ("key of GCM for CM", {RX: crypto(1, key(KEY[:28]))}, EINVAL,
     "key and salt are not as long as the suite asks", "7.2.1"),
    ("key of 47 bytes", {TX: crypto(5, key(b"k" * 47))}, ERANGE, SIZE,
     "8.2.1"),
    ("key without material", {TX: crypto(1, attr(2, []))}, EINVAL,
     "a key needs its material", "8.2-1"),
    ("MKI of nothing", {RX: crypto(1, key(KEY, b""))}, ERANGE, SIZE,
     "7.2.2"),
    ("MKI of 17 bytes", {RX: crypto(1, key(KEY, b"m" * 17))}, ERANGE, SIZE,
     "7.2.2"),
    ("two keys without MKI", {RX: crypto(1, key(), key())}, EINVAL,
     "several keys need MKIs to tell them apart", "7.2"),
    ("MKIs of two lengths", {RX: crypto(1, key(KEY, b"1"),
                                        key(KEY, b"22"))}, EINVAL,
     "MKIs of one side have one length", "7.2.2"),
    ("the same MKI twice", {RX: crypto(1, key(KEY, b"1"), key(KEY, b"1"))},
     EINVAL, "two keys have the same MKI", "7.2.2"),
    ("nine keys", {RX: crypto(1, *[key(KEY, u8(i)) for i in range(9)])},
     ERANGE, "more keys than a side may have", "7.2"),
    ("two sending keys", {TX: crypto(1, key(KEY, b"1"), key(KEY, b"2"))},
     ERANGE, "a side sends under one key", "8.2"),
    ("count of keys", {RX: crypto(1, key(), attr(3, u32(1)))}, EINVAL,
     UNKNOWN, "7.3"),
]
