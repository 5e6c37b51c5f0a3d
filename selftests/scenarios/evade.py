#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Sends evasions.py through the kernel to who listens on port 5060.

evade.py NAMESPACE FROM NAMESPACE TO drop|reject|daemon

With drop nothing forbidden may arrive at the socket that listens at TO, with
reject all that does has the mark; with daemon TO is somebody else's, who must
answer nothing forbidden, and what comes between. Behind each goes a request
that must arrive: whatever was before it on the same processor has by then.
Prints what went wrong, and how many there were.
"""

import ctypes
import os
import re
import socket
import sys

import evasions

SO_MARK, SO_RCVMARK, SO_RCVBUFFORCE = 36, 75, 33
MARK = 0x20000000


def udp(namespace, host, port=5060):
    """A socket in a namespace of `ip netns`."""
    with open(f'/run/netns/{namespace}', 'rb') as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), 0):
            raise OSError(ctypes.get_errno(), 'setns')
    sock = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET,
                         socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 22)
    sock.settimeout(20)
    sock.bind((host, port))
    return sock


class Way:
    """From a sender to who listens."""

    def __init__(self, sender, host, sink):
        self.sender, self.sink, self.to = sender, sink, (host, 5060)

    def received(self):
        """The next message, and its mark, where it can be told."""
        data, control, _, _ = self.sink.recvmsg(1 << 17, 64)
        marks = [int.from_bytes(value, sys.byteorder)
                 for level, kind, value in control
                 if level == socket.SOL_SOCKET and kind == SO_MARK]
        return data, marks[0] if marks else 0

    def what_arrives(self, datagram):
        """Of a datagram, up to the request behind it."""
        behind = evasions.request('OPTIONS')
        call = re.search(rb'Call-ID: (evasion\d+)\r', behind)[1]
        self.sender.sendto(datagram, self.to)
        self.sender.sendto(behind, self.to)
        found = []
        while True:
            data, mark = self.received()
            if re.search(rb'Call-ID: ' + call + rb'\r', data):
                return found
            found.append((data, mark))


def judge_forbidden(way, verdict):
    count = 0
    for name, datagram in evasions.forbidden():
        count += 1
        for data, mark in way.what_arrives(datagram):
            if verdict != 'reject' or data != datagram or not mark & MARK:
                print(f'{name}: arrives, marked {mark:x}: {data[:60]}')
    return count


def judge_allowed(way, verdict):
    count = 0
    for name, datagram in evasions.allowed():
        count += 1
        found = way.what_arrives(datagram)
        if verdict != 'daemon' and found != [(datagram, 0)]:
            print(f'{name}: {len(found)} arrive, marks '
                  f'{[mark for _, mark in found]}')
    return count


def main(near, source, far, host, verdict):
    os.sched_setaffinity(0, {0})
    if verdict == 'daemon':
        sender = udp(near, source)
        way = Way(sender, host, sender)
    else:
        sink = udp(far, host)
        sink.setsockopt(socket.SOL_SOCKET, SO_RCVMARK, 1)
        way = Way(udp(near, source), host, sink)
    print(f'{judge_forbidden(way, verdict)} forbidden,',
          f'{judge_allowed(way, verdict)} allowed')


main(*sys.argv[1:])
