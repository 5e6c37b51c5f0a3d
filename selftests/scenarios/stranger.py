# SPDX-License-Identifier: GPL-2.0
"""A stranger that says over UDP, TCP and TLS ports whatever it likes to a daemon
of its own addresses."""

import os
import re
import select
import socket
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'daemon'))
from daemon import Daemon, Tap  # noqa: E402

PID = os.getpid()
NET = f'127.{PID // 250 % 250 + 1}.{PID % 250}'
HOST, PEER, OTHER = (f'{NET}.{n}' for n in (1, 2, 9))

tap = Tap()
count = 0


def options(via=f'{PEER}:5060', hops=70, extra='', transport='UDP', uri=HOST):
    global count
    count += 1
    return (f'OPTIONS sip:{uri} SIP/2.0\r\nVia: SIP/2.0/{transport} {via};'
            f'branch=z9hG4bK{PID}x{count}\r\nFrom: <sip:a@{PEER}>;tag=1\r\n'
            f'To: <sip:{HOST}>\r\nCall-ID: {PID}y{count}\r\n'
            f'CSeq: {count} OPTIONS\r\nMax-Forwards: {hops}\r\n'
            f'{extra}Content-Length: 0\r\n\r\n').encode()


SDP = ('v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\n'
       't=0 0\r\nm=audio 4000 RTP/AVP 0\r\n')


def invite(call_id, hops=70, uri=f'95551@{HOST}'):
    """A call of PEER's, over UDP."""
    return (f'INVITE sip:{uri} SIP/2.0\r\nVia: SIP/2.0/UDP {PEER}:5060;'
            f'branch=z9hG4bK{PID}{call_id}\r\nFrom: <sip:9@{PEER}>;tag=2\r\n'
            f'To: <sip:{uri}>\r\nCall-ID: {call_id}\r\n'
            f'CSeq: 1 INVITE\r\nMax-Forwards: {hops}\r\n'
            f'Contact: <sip:9@{PEER}:5060>\r\n'
            f'Content-Type: application/sdp\r\n'
            f'Content-Length: {len(SDP)}\r\n\r\n{SDP}').encode()


def datagram(host=PEER, port=5060):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((host, port))
    sock.settimeout(10)
    return sock


def say(sock, data, wait=0.4):
    """The first final answer to a datagram, or 0 when none comes."""
    sock.sendto(data, (HOST, 5060))
    while select.select([sock], [], [], wait)[0]:
        text = sock.recv(65536)
        if not text.startswith(b'SIP/2.0 1'):
            return int(text.split()[1])
    return 0


def drain(sock):
    while select.select([sock], [], [], 0)[0]:
        sock.recv(65536)


def lives(sock, what):
    drain(sock)
    got = [say(sock, options(), 10)]
    tap.ok(got == [200], f'{what}: the daemon answers as before', got)


def stream(data=b'', host=PEER, port=5060):
    sock = socket.create_connection((HOST, port), timeout=20,
                                    source_address=(host, 0))
    sock.sendall(data)
    return sock


def status_of(sock):
    """Of the next final answer on a stream; 0 when it was closed."""
    data = b''
    try:
        while True:
            data += sock.recv(65536)
            found = re.match(rb'SIP/2.0 ([2-6]\d\d)', data)
            if found:
                return int(found[1])
            if not data:
                return 0
    except ConnectionError:
        return 0


def configure(daemon):
    return daemon.ask('POST', '/v1/import', {
        'version': 1, 'param': {'handshake_timeout': 3},
        'profile': [{'name': 'p', 'kind': 'phone', 'transport': 'tcp+udp',
                     'device_security_mode': 'nonsecure', 'digest': True},
                    {'name': 't', 'kind': 'trunk', 'incoming_transport':
                     'tcp+udp', 'outgoing_transport': 'udp',
                     'device_security_mode': 'nonsecure'}],
        'user': [{'name': 'alice', 'password': 'wonderland'}],
        'line': [{'number': '2001'}],
        'phone': [{'name': 'SEP000000000001', 'profile': 'p',
                   'digest_user': 'alice', 'lines': [{'number': '2001'}]}],
        'trunk': [{'name': 'peer', 'profile': 't', 'options_ping': False,
                   'destinations': [{'address': PEER, 'port': 5060}]}]})


def run_with(binary, test):
    """test(daemon, sock) with a daemon that has a phone and the peer's trunk."""
    daemon = Daemon(f'[listen]\nudp = {HOST}:5060\ntcp = {HOST}:5060\n'
                    f'tls = {HOST}:5061\n[media]\nanchor = no\n', binary)
    try:
        daemon.start()
        status, reply = configure(daemon)
        tap.ok(status == 200, f'{binary} takes the configuration', reply)
        with datagram() as sock:
            test(daemon, sock)
        tap.ok(daemon.stop() == 0 and
               not re.search('Sanitizer|runtime error', daemon.read_log()),
               f'{binary} stops cleanly', daemon.read_log()[-4000:])
    finally:
        daemon.remove()
