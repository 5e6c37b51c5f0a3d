# SPDX-License-Identifier: GPL-2.0
"""What a phone refuses: a word, an exit status and a sentence for each."""

REFUSALS = {
    'fetch': (10, 'the server gives no such file'),
    'list-format': (20, 'the trust list is not formed as it must be'),
    'list-name': (21, 'the trust list is a file of another name'),
    'list-sast': (22, 'the trust list has not one or two SAST records'),
    'list-record': (23, 'the signer of the trust list is no SAST in it'),
    'list-signature': (24, "the trust list's signature is wrong"),
    'list-signer': (25, 'nobody trusted has signed the trust list'),
    'config-format': (30, 'the file is not formed as it must be'),
    'config-unsigned': (31, 'the file is not signed, and has to be'),
    'config-name': (32, 'the file was signed under another name'),
    'config-signature': (33, "the file's signature is wrong"),
    'config-role': (34, 'the signer of the file may not sign files'),
    'config-signer': (35, 'nobody trusted has signed the file'),
    'config-key': (36, 'the file is encrypted for another key'),
    'config-padding': (37, 'the decrypted file is not padded as it must be'),
    'config-digest': (38, 'the decrypted file is not the one encrypted'),
    'config-xml': (39, 'the configuration is no usable XML'),
    'config-clear': (40, 'a configuration to be encrypted came in the clear'),
    'config-loop': (41, 'after enrolment the server still wants another'),
    'capf-connect': (50, 'there is no TLS session with CAPF'),
    'capf-server': (51, 'the CAPF server is not that of the trust list'),
    'capf-format': (52, 'a message of CAPF is not formed as it must be'),
    'capf-record': (53, 'a message of CAPF came in several TLS records'),
    'capf-order': (54, 'a message of CAPF came where it has no place'),
    'capf-declined': (55, 'CAPF declines'),
    'capf-unknown': (56, 'CAPF does not know this device'),
    'capf-nothing': (57, 'CAPF has nothing to do'),
    'capf-closed': (58, 'CAPF closed the connection before the end'),
    'capf-later': (59, 'CAPF wants this later'),
    'capf-key': (60, 'CAPF asks for a key that this phone cannot make'),
    'capf-lsc': (61, 'the certificate that CAPF issued is not acceptable'),
    'capf-identity': (62, 'CAPF wants a certificate that this phone has not'),
    'capf-string': (63, 'nobody has typed the authentication string'),
    'tvs-connect': (70, 'there is no TLS session with TVS'),
    'tvs-server': (71, 'the TVS server is not that of the trust list'),
    'tvs-format': (72, 'the answer of TVS is not formed as it must be'),
    'tvs-invalid': (73, 'TVS does not vouch for the certificate'),
    'sip-connect': (80, 'there is no TLS session with the call server'),
    'sip-server': (81, 'the call server is not that of the trust list'),
    'sip-refused': (82, 'the call server refuses the registration'),
    'sip-insecure': (83, 'the configuration gives no way to register by TLS'),
}


class Refused(Exception):
    def __init__(self, what, why=''):
        self.what = what
        self.status, self.sentence = REFUSALS[what]
        self.why = str(why)
        super().__init__(f'{self.sentence} ({self.why})' if self.why
                         else self.sentence)
