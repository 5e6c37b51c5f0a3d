#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What the kernel's trunk ACL has, read off its netlink by hand: a line for each
trunk, and one for the parameters."""

import os
import socket
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'net'))
from genl import Genl, attrs, NLM_F_DUMP  # noqa: E402

BOXES = ('presence', 'refer', 'notify', 'replaces')
TRANSPORTS = ('udp', 'tcp', 'tls')
VERDICTS = ('pass', 'drop', 'reject')
UNKNOWN = ('pass', 'count', 'drop')


def read_header():
    """Numbers of the ABI's enumerations, from the header itself."""
    path, numbers, at = '../../include/uapi/linux/ucsec.h', {}, 0
    with open(os.path.join(HERE, path), encoding='utf-8') as lines:
        for line in lines:
            word = line.strip().rstrip(',').split(' = ')
            if line.startswith('enum'):
                at = 0
            if not word[0].startswith('UCSEC_') or '(' in line:
                continue
            at = int(word[1], 0) if len(word) == 2 else at
            numbers.setdefault(word[0], at)
            at += 1
    return numbers


NUMBERS = read_header()


def header(name):
    return NUMBERS['UCSEC_' + name]


def number(data):
    return int.from_bytes(data, sys.byteorder)


def flags(value, names):
    return ','.join(n for i, n in enumerate(names) if value >> i & 1) or '-'


def prefix(nest):
    got = {k: c for _, k, c in attrs(nest)}
    length = got[header('A_PREFIX_LEN')][0]
    four = got.get(header('A_PREFIX_ADDR4'))
    if four:
        return f'{socket.inet_ntop(socket.AF_INET, four)}/{length}'
    six = got[header('A_PREFIX_ADDR6')]
    return f'{socket.inet_ntop(socket.AF_INET6, six)}/{length}'


def trunk(reply):
    one = {k: c for _, k, c in attrs(reply)}
    many = [(k, c) for _, k, c in attrs(reply)]
    ports = [str(struct.unpack('>H', c)[0]) for k, c in many
             if k == header('A_TRUNK_PORT')]
    prefixes = [prefix(c) for k, c in many if k == header('A_TRUNK_PREFIX')]
    boxes = one.get(header('A_TRUNK_BOXES'), b'\0')
    denial = number(one.get(header('A_TRUNK_DENIAL'), b'\1'))
    kind = number(one[header('A_TRUNK_KIND')])
    return ' '.join((
        str(number(one[header('A_TRUNK_ID')])),
        'trunk' if kind == 1 else 'line', ','.join(ports),
        flags(number(one[header('A_TRUNK_TRANSPORTS')]), TRANSPORTS),
        flags(number(boxes), BOXES), VERDICTS[denial],
        ' '.join(sorted(prefixes))))


def main():
    genl = Genl()
    for reply in genl.ask(header('CMD_TRUNK_GET'), flags=NLM_F_DUMP).replies:
        print(trunk(reply))
    reply = genl.ask(header('CMD_ACL_GET')).replies[0]
    acl = [(k, c) for _, k, c in attrs(reply)]
    ports = [str(struct.unpack('>H', c)[0]) for k, c in acl
             if k == header('A_ACL_PORT')]
    print('unknown', UNKNOWN[number(dict(acl)[header('A_ACL_UNKNOWN')])],
          'ports', ','.join(ports) or '-')


if __name__ == '__main__':
    main()
