#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""For each line METHOD, TRANSPORT and HEADERs, separated by tabs: status lines of
what the trunk gets for such a request, and a dot."""

import itertools
import socket
import sys

HERE, THERE = ('10.0.3.2', 5060), ('10.0.3.1', 5060)


def request(number, method, transport, headers):
    return '\r\n'.join((
        f'{method} sip:95551@10.0.3.1 SIP/2.0',
        f'Via: SIP/2.0/{transport.upper()} 10.0.3.2:5060;rport;'
        f'branch=z9hG4bK{number}',
        'From: <sip:1@10.0.3.2>;tag=f', 'To: <sip:95551@10.0.3.1>',
        f'Call-ID: {number}@10.0.3.2', f'CSeq: 1 {method}',
        'Max-Forwards: 70', *headers, 'Content-Length: 0', '', '')).encode()


def answers(sock, method):
    """An ACK gets none: for one that comes all the same a while is enough."""
    sock.settimeout(3 if method == 'ACK' else 10)
    try:
        while True:
            text = sock.recv(65536).decode()
            if not text:
                return
            yield text.split('\r\n', maxsplit=1)[0][8:]
            sock.settimeout(1)
    except TimeoutError:
        pass


def main():
    for number in itertools.count(1):
        method, transport, *headers = next(sys.stdin).rstrip('\n').split('\t')
        udp = transport == 'udp'
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if udp else
                           socket.SOCK_STREAM) as sock:
            if udp:
                sock.bind(HERE)
            sock.connect(THERE)
            sock.send(request(number, method, transport, headers))
            print('\n'.join([*answers(sock, method), '.']), flush=True)


if __name__ == '__main__':
    try:
        main()
    except StopIteration:
        pass
