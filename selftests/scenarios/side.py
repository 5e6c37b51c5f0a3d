# SPDX-License-Identifier: GPL-2.0
"""One side of a ladder: its steps become a scenario file of sipp's."""
from xml.sax.saxutils import escape, quoteattr

SDP = '''v=0
o=- 1 [version] IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio [media_port] RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a={direction}
'''
ALLOW = 'INVITE, ACK, CANCEL, BYE, UPDATE, PRACK, INFO, REFER, NOTIFY'


class Side:
    def __init__(self, name):
        self.name = name
        self.out = []           # elements
        self.names = {}         # variables, in order of appearance
        self.version = 0
        self.branches = 0
        self.number = ''        # of the dialog: '' or '2'
        self.dialogs = {}       # what is known of the others
        self.begin()

    def begin(self):
        self.cseq = 0
        self.dialog = None      # 'uac', 'uas'; None: nothing yet
        self.is_peer_known = False
        self.invite = None      # CSeq number and branch of our last INVITE
        self.invite_uri = None
        self.last = None        # the same of our last request
        self.method = None      # of the request received last
        self.outside = ()

    def switch(self, number):
        if number == self.number:
            return
        kept = ('cseq', 'dialog', 'is_peer_known', 'invite', 'invite_uri',
                'last', 'method', 'outside')
        self.dialogs[self.number] = {name: getattr(self, name)
                                     for name in kept}
        self.number = number
        self.begin()
        for name, value in self.dialogs.get(number, {}).items():
            setattr(self, name, value)

    def var(self, name):
        self.names[name + self.number] = True
        return f'[${name}{self.number}]'

    def call_id(self):
        # What sipp knows a call by stands behind the slashes.
        return f'{self.number}///[call_id]' if self.number else '[call_id]'

    def send(self, lines, body, optional=''):
        text = '\n'.join(lines)
        if body:
            text += '\nContent-Type: ' + body[0]
        text += '\nContent-Length: [len]\n\n' + (body[1] if body else '')
        self.out.append(f'<send{optional}><![CDATA[\n{text}\n]]></send>')

    def tag(self):
        return f'[pid]{self.name}{self.number}[call_number]'

    def local(self):
        if self.dialog == 'uas':
            return self.var('local') + f';tag={self.tag()}'
        return (f'<sip:{self.name.lower()}@[local_ip]:[local_port]>'
                f';tag={self.tag()}')

    def request(self, method, words, headers, body):
        to = words.get('to', 'ucsec')
        if method in ('ACK', 'CANCEL') and self.invite:
            number, branch = self.invite
        elif 'again' in words:
            number, branch = self.last
        else:
            self.cseq += 1
            self.branches += 1
            number, branch = self.cseq, f'{self.name}{self.branches}'
        if method == 'ACK' and 'fail' not in words:
            self.branches += 1
            branch = f'{self.name}{self.branches}'
        branch = words.get('branch', branch)
        if method == 'INVITE':
            self.invite = number, branch
        if method not in ('ACK', 'CANCEL'):
            self.last = number, branch
        self.dialog = self.dialog or 'uac'
        plain = f'sip:{to}@[remote_ip]:[remote_port]'
        uri, remote = plain, f'<{plain}>'
        if self.is_peer_known and method != 'CANCEL' and 'to' not in words:
            remote = self.var('remote')
            uri = plain if 'fail' in words else self.var('target')
        if self.invite and method in ('ACK', 'CANCEL'):
            uri = self.invite_uri if 'fail' in words or method == 'CANCEL' \
                else uri
        if method == 'INVITE':
            self.invite_uri = uri
        scheme = words.get('scheme', '[transport]')
        lines = [f'{method} {uri} SIP/2.0',
                 f'Via: SIP/2.0/{scheme} [local_ip]:[local_port];rport'
                 f';branch=z9hG4bK-[pid]-[call_number]-{branch}',
                 f'From: {self.local()}', f'To: {remote}',
                 f'Call-ID: {self.call_id()}', f'CSeq: {number} {method}',
                 'Max-Forwards: 70']
        if 'nocontact' not in words and method not in ('ACK', 'CANCEL', 'BYE'):
            lines.append(f'Contact: <sip:{self.name.lower()}@[local_ip]:'
                         '[local_port];transport=[transport]>')
        if method == 'INVITE':
            lines.append('Allow: ' + ALLOW)
        if 'auth' in words:
            lines.append('[authentication username=%s password=%s]' %
                         tuple(words['auth'].split(':')))
        self.send(lines + headers, body)

    def status(self, status, words, headers, body):
        method = words.get('for', self.method)
        to = self.var('to_' + method)
        if method in self.outside and status != '100':
            to += f';tag={self.tag()}'
        lines = [f'SIP/2.0 {status} {words.get("phrase", "As Said")}']
        lines += [f'{name}: ' + self.var(f'{name}_{method}')
                  for name in ('Via', 'From')]
        lines += [f'To: {to}', f'Call-ID: {self.call_id()}',
                  'CSeq: ' + self.var('CSeq_' + method)]
        if method in ('INVITE', 'UPDATE', 'SUBSCRIBE', 'REFER'):
            lines.append(f'Contact: <sip:{self.name.lower()}@[local_ip]:'
                         '[local_port];transport=[transport]>')
        if method == 'INVITE':
            lines.append('Allow: ' + ALLOW)
        if 'req' in words:
            lines += ['Require: 100rel', f'RSeq: {words["req"] or 1}']
        self.send(lines + headers, body)

    def receive(self, what, words, conditions):
        optional = what.endswith('?')
        what = what.rstrip('?')
        actions = []

        def keep(header, name, regex='.*'):
            self.var(name)
            name += self.number
            actions.append(f'<ereg regexp={quoteattr(regex)} search_in="hdr" '
                           f'header="{header}:" assign_to="{name}"/>')
        if what.isdigit():
            if int(what) > 100 and not optional and \
               words.get('for', 'INVITE') == 'INVITE' and int(what) < 300:
                keep('To', 'remote')
                keep('Contact', 'target', 'sip:[^>;]*')
                self.var('tag')
                self.var('totag')
                actions.append('<ereg regexp="tag=([^;]*)" search_in="hdr" '
                               f'header="To:" assign_to="tag{self.number},'
                               f'totag{self.number}"/>')
                self.is_peer_known = True
            if 'rseq' in words:
                keep('RSeq', 'rseq')
            kind = f'response="{what}"'
        else:
            self.method = what
            for name in ('Via', 'From', 'CSeq'):
                keep(name, f'{name}_{what}')
            keep('To', 'to_' + what)
            if self.dialog is None:
                self.dialog = 'uas'
                self.outside = (what,)
                keep('From', 'remote')
                keep('To', 'local')
                self.is_peer_known = True
                keep('Contact', 'target', 'sip:[^>;]*')
            elif self.dialog == 'uas' and what == 'INVITE':
                self.outside = ()
            kind = f'request="{what}"'
        for sign, regex in conditions:
            name = f'check{len(self.names)}'
            self.names[name] = True
            actions.append(f'<ereg regexp={quoteattr(regex)} search_in="msg" '
                           f'check_it{"_inverse" if sign == "!" else ""}='
                           f'"true" assign_to="{name}"/>')
        more = ' optional="true"' if optional else ''
        if what in ('401', '407'):
            more += ' auth="true"'
        self.out.append(f'<recv {kind}{more}><action>' + ''.join(actions) +
                        '</action></recv>')

    def step(self, number, sign, what, words, extra):
        self.switch(number)
        if sign == '.':
            self.out.append(f'<pause milliseconds="{what}"/>')
            return
        if sign == '<':
            self.receive(what, words, [(line[0], line[2:]) for line in extra])
            return
        body = None
        if 'sdp' in words:
            text = SDP.format(direction=words['sdp'] or 'sendrecv')
            self.version += 1
            body = ('application/sdp',
                    text.replace('[version]', str(self.version)))
        elif 'body' in words:
            kind, _, text = words['body'].partition(',')
            body = (kind, text.replace('_', ' ') + '\n')
        if what.isdigit():
            self.status(what, words, extra, body)
        else:
            self.request(what, words, extra, body)

    def xml(self):
        used = ','.join(self.names)
        if used:
            self.out.append(f'<Reference variables={quoteattr(used)}/>')
        return ('<?xml version="1.0" encoding="ISO-8859-1"?>\n'
                f'<scenario name="{escape(self.name)}">\n' +
                '\n'.join(self.out) + '\n</scenario>\n')
