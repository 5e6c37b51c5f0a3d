# SPDX-License-Identifier: GPL-2.0
"""The phone's command line."""

import argparse

import mischief
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding


def address(text):
    host, _, port = text.rpartition(':')
    return host.strip('[]'), int(port)


def progress(text):
    steps, _, seconds = text.partition(',')
    return int(steps), float(seconds or 0)


def certificate(path):
    """As DER, from a file of either form."""
    try:
        with open(path, 'rb') as file:
            data = file.read()
        load = x509.load_pem_x509_certificate if b'-----BEGIN' in data else \
            x509.load_der_x509_certificate
        return load(data).public_bytes(Encoding.DER)
    except OSError as err:
        raise argparse.ArgumentTypeError(err) from err


def misbehaviour(word):
    mischief.Mischief.parse(word)
    return word


def read_options(description):
    parser = argparse.ArgumentParser(
        description=description, epilog=mischief.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add('action', nargs='?', choices=('lists', 'capf', 'tvs-verify'),
        help='this alone, not all of a boot')
    add('--name', required=True, help='SEP and twelve hex digits')
    add('--flash', required=True, metavar='DIR',
        help='its memory: trust lists, MIC and LSC')
    add('--model', default='8861')
    add('--server', default='127.0.0.1', metavar='HOST', help='of the files')
    add('--http-port', type=int, default=6970, help='0: no HTTP')
    add('--tftp-port', type=int, default=69, help='0: no TFTP')
    for name, what in (('capf', 'the configuration\'s'),
                       ('tvs', 'the configuration\'s'),
                       ('sip', 'the configuration\'s')):
        add(f'--{name}', type=address, metavar='HOST:PORT',
            help=f'instead of {what}')
    add('--capf-cert', type=certificate, metavar='FILE',
        help='CAPF\'s, where no list is to say it')
    add('--subject', type=certificate, metavar='FILE',
        help='what tvs-verify is about')
    add('--vendor', type=certificate, metavar='FILE',
        help='fetch the firmware, too, and verify it with this')
    add('--out', metavar='DIR',
        help='where cert.pem, key.pem, ca.pem and phone.pem go')
    add('--register', nargs='?', const='', metavar='NUMBER',
        help='by SIP over TLS at the end')
    add('--stay', action='store_true',
        help='registered, until the end of the standard input')
    add('--tls', choices=('1.0', '1.2', '1.3'), help='no newer than that')
    add('--timeout', type=float, default=30, metavar='SECONDS',
        help='for an answer of CAPF')
    group = parser.add_argument_group('CAPF')
    add = group.add_argument
    add('--auth-string', metavar='DIGITS', help='what the user types')
    add('--mode', type=int, choices=range(1, 5), default=0,
        help='instead of the configuration\'s: 1 string, 2 null string, '
        '3 LSC first, 4 MIC')
    add('--version', type=int, default=3, metavar='N')
    add('--no-ec', dest='ec', action='store_false')
    add('--progress', type=progress, default=(0, 0.0), metavar='N[,SECONDS]',
        help='says N times that it is still at work on the key')
    add('--order', choices=('ascending', 'as-built'), default='ascending',
        help='of elements')
    add('--keep-auth', metavar='FILE', help='keeps its AUTH_RES there')
    group = parser.add_argument_group('misbehaviour')
    add = group.add_argument
    add('--misbehave', action='append', default=[], type=misbehaviour,
        metavar='WORD', help='see below; may be repeated')
    add('--certificate', type=certificate, metavar='FILE',
        help='shows this one, without having its key')
    add('--key', default='', metavar='trailing|point|weak|FILE',
        help='a public key with a byte more, off its curve, of 512 bits, '
        'or what is in FILE')
    return parser.parse_args()
