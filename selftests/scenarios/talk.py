# SPDX-License-Identifier: GPL-2.0
"""One side of a call, of a phone of phone.py: its dialog."""

import re

from phone import PID, Phone, header


class Talk:
    """Of its own INVITE to a number, or of one that it heard."""

    def __init__(self, phone, to, heard=''):
        self.phone, self.to, self.cseq, self.branch = phone, to, 0, ''
        self.call = f'{PID}t{Phone.count}{phone.number}'
        self.tag = ''
        if heard:
            self.call = header(heard, 'Call-ID')
            self.take_tag(header(heard, 'From'))

    def take_tag(self, value):
        found = re.search(r';tag=[^;\s]+', value)
        self.tag = found[0] if found else self.tag

    def say(self, method, *headers, body=''):
        self.cseq += 1
        self.branch = f'z9hG4bK{self.call}x{self.cseq}'
        self.phone.request(method, self.to, *headers, body=body, tag=self.tag,
                           call=self.call, cseq=self.cseq, branch=self.branch)

    def final(self):
        """Status and text of the answer to what was said; ACK for an INVITE."""
        text = self.phone.hear(
            rf'^SIP/2.0 [2-6].*Call-ID: {self.call}\r.*CSeq: {self.cseq} ')
        status = int(text.split()[1]) if text else 0
        if 'INVITE' in header(text, 'CSeq'):
            tag = self.tag
            self.take_tag(header(text, 'To'))
            self.phone.request(
                'ACK', self.to, call=self.call, cseq=self.cseq, tag=self.tag,
                branch=self.branch if status >= 300 else '')
            if status >= 300:
                self.tag = tag
        return status, text

    def ask(self, method, *headers, body=''):
        self.say(method, *headers, body=body)
        return self.final()

    def hear(self, pattern, seconds=10):
        """The next request or answer of this dialog like that."""
        return self.phone.hear(rf'^{pattern}.*Call-ID: {self.call}\r', seconds)


def hang_up(one, other):
    """BYE from one to the other: the answers' statuses."""
    one.say('BYE')
    other.phone.answer(other.hear('BYE '), 200)
    return one.final()[0]
