# SPDX-License-Identifier: GPL-2.0
"""TLS connections of a phone: only trust lists tell it whom to believe."""

import socket
import ssl
import warnings

from refusal import Refused
from tlv import read_certificate

RECORD = 16384
VERSIONS = {'1.0': ssl.TLSVersion.TLSv1, '1.2': ssl.TLSVersion.TLSv1_2,
            '1.3': ssl.TLSVersion.TLSv1_3}


class Link:
    """kind is the prefix of what may be refused: capf, tvs or sip. trusted are
    the certificates, as DER, of which the server must show one, or else one
    that vouch says yes to. What they have issued will not do: every LSC is
    issued by CAPF, so that each phone could play the server to the others."""

    def __init__(self, kind, address, trusted, files=None, top=None,
                 timeout=30, ciphers='DEFAULT', vouch=None):
        self.kind = kind
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE     # done below, as phones do
        # An LSC of 1024 bits is old, but a phone shows what it has.
        context.set_ciphers(ciphers + ':@SECLEVEL=0')
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if top:
            with warnings.catch_warnings():
                warnings.simplefilter('ignore', DeprecationWarning)
                context.maximum_version = VERSIONS[top]
                if top == '1.0':
                    context.minimum_version = VERSIONS[top]
        if files:
            context.load_cert_chain(*files)
        raw = None
        try:
            raw = socket.create_connection(address, timeout)
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.tls = context.wrap_socket(raw)
        except OSError as err:
            if raw:
                raw.close()
            raise Refused(f'{kind}-connect', err) from err
        der = self.tls.getpeercert(True)
        if der not in trusted and not (vouch and vouch(der)):
            self.close()
            raise Refused(f'{kind}-server',
                          read_certificate(der).subject.rfc4514_string())

    def local(self):
        return self.tls.getsockname()

    def cipher(self):
        return self.tls.cipher()[0]

    def sendall(self, data):
        try:
            self.tls.sendall(data)
        except OSError:
            pass    # what the other side had said before is still to be read

    def record(self):
        """What one TLS record holds; b'' where the other side is done."""
        try:
            return self.tls.recv(RECORD)
        except TimeoutError:
            raise
        except OSError:
            return b''

    def close(self):
        self.tls.close()
