# SPDX-License-Identifier: GPL-2.0
"""Three namespaces for the tests of the ACL, and sockets in them.

	  a                   g                   b
	10.0.1.2 -------- 10.0.1.1            10.0.2.2
	fd00:1::2     wa  fd00:1::1     wb    routed through g
"""

import atexit
import os
import socket

from acl import Acl, Receiver, enter, shell, wait_for

A, G, B = (f"ucsec-{os.getpid()}-{n}" for n in "agb")


def make():
    for n in (A, G, B):
        shell(f"ip netns add {n}; ip -n {n} link set lo up")
        atexit.register(shell, f"ip netns del {n}")
    shell(f"ip link add w netns {A} type veth peer name wa netns {G};"
          f"ip link add wb netns {G} type veth peer name w netns {B};"
          f"for d in '{A} w' '{G} wa' '{G} wb' '{B} w'; do"
          "  set -- $d; ip -n $1 link set $2 up; done;"
          f"ip -n {A} addr add 10.0.1.2/24 dev w;"
          f"ip -n {A} addr add 10.0.1.3/24 dev w;"
          f"ip -n {A} addr add fd00:1::2/64 dev w nodad;"
          f"ip -n {G} addr add 10.0.1.1/24 dev wa;"
          f"ip -n {G} addr add fd00:1::1/64 dev wa nodad;"
          f"ip -n {G} addr add 10.0.2.1/24 dev wb;"
          f"ip -n {B} addr add 10.0.2.2/24 dev w;"
          f"ip -n {A} route add default via 10.0.1.1;"
          f"ip -n {B} route add default via 10.0.2.1;"
          f"ip netns exec {G} sysctl -qw net.ipv4.ip_forward=1")
    if "UCSEC_XDP" in os.environ:
        with_xdp(os.environ["UCSEC_XDP"], os.environ["UCSEC_XDP_REPORT"])


def with_xdp(mode, report):
    """XDP where senders come in; its counters are for who started us."""
    shell(f"ip netns exec {G} ucsecctl xdp attach wa --mode {mode}")
    atexit.register(shell, f"ip netns exec {G} ucsecctl --json xdp show"
                    f" >{report}")


def sender(family, source):
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.bind((source, 0))
    return sock


class World:
    """Senders in a, the ACL and sockets in g."""

    def __init__(self):
        # On one processor datagrams stay in order.
        os.sched_setaffinity(0, {0})
        make()
        enter(A)
        self.known = sender(socket.AF_INET, "10.0.1.2")
        self.stranger = sender(socket.AF_INET, "10.0.1.3")
        self.six = sender(socket.AF_INET6, "fd00:1::2")
        enter(B)
        self.beyond = Receiver()
        enter(G)
        self.at = Receiver()
        self.at6 = Receiver("fd00:1::1", family=socket.AF_INET6)
        self.fence = Receiver(port=9)
        self.acl, self.acl_ns = Acl(), G

    def send(self, data, by=None, to=("10.0.1.1", 5060)):
        (by or self.known).sendto(data, to)

    def marks(self, data, by=None):
        """None if it is dropped."""
        self.send(data, by)
        self.arrived()
        got = [m for d, m in self.at.take() if d == data]
        return got[0] if got else None

    def arrived(self):
        """What follows to a port that nobody judges comes after the rest."""
        self.send(b"fence", to=("10.0.1.1", 9))
        if not wait_for(self.fence.take):
            raise RuntimeError("nothing arrives")
