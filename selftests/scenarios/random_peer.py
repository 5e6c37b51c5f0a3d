# SPDX-License-Identifier: GPL-2.0
"""Trunks that send and answer at random, by UDP and by connections that come and
go."""

import os
import random
import re
import socket
import sys

from stranger import HOST

SEED = int(sys.argv[1]) if len(sys.argv) > 1 else os.getpid()
chance = random.Random(SEED)
NUMBERS = ('71', '91', '404')
SDP = ('v=0\r\no=- 1 {} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\n'
       't=0 0\r\nm=audio {} RTP/AVP 0 8\r\n')
ALLOW = 'Allow: INVITE, ACK, BYE, CANCEL, UPDATE, PRACK, INFO, REFER\r\n'


def description():
    return chance.choice(('', SDP, SDP, SDP + 'a=inactive\r\n')).format(
        chance.randint(1, 9), chance.choice((0, 4000, 4002)))


def tag_of(value):
    found = re.search(r';tag=([^;>\s]+)', value)
    return found[1] if found else ''


def target_of(contact):
    found = re.search(r'<([^>]+)>', contact)
    return found[1] if found else f'sip:{HOST}'


class Message:
    def __init__(self, data):
        head, _, self.body = data.decode('latin1').partition('\r\n\r\n')
        self.lines = head.split('\r\n')
        self.first = self.lines[0].split()
        self.headers = {}
        for line in self.lines[1:]:
            name, _, value = line.partition(':')
            self.headers.setdefault(name.lower(), value.strip())

    def get(self, name):
        return self.headers.get(name, '')


class Peer:
    """A trunk by UDP. legs are dialogs, or what might become one."""

    def __init__(self, name, host):
        self.name, self.host = name, host
        self.legs, self.asked, self.sent, self.count = [], [], [], 0
        self.open()

    def open(self):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((self.host, 5060))
        self.sock.setblocking(False)

    def put(self, data):
        self.sock.sendto(data, (HOST, 5060))

    def heard(self):
        while True:
            try:
                yield self.sock.recv(65536)
            except BlockingIOError:
                return

    transport = 'UDP'

    def add_leg(self, **leg):
        self.legs = self.legs[-12:] + [leg]
        return leg

    def call(self, number, extra=''):
        self.count += 1
        leg = self.add_leg(
            id=f'{SEED}{self.name}{self.count}', own=f't{self.count}',
            tag='', local=f'<sip:5@{self.host}>', uri=f'sip:{number}@{HOST}',
            remote=f'<sip:{number}@{HOST}>', cseq=1)
        self.ask('INVITE', leg, extra + chance.choice((
            '', ALLOW + 'Supported: 100rel, timer, replaces\r\n',
            'Require: 100rel\r\n')), description())

    def ask(self, method, leg, extra='', body='', again=None):
        """again: the branch and CSeq of another request."""
        self.count += 1
        if not again:
            leg['cseq'] += 1
        branch, cseq = again or (f'z9hG4bK{SEED}{self.name}{self.count}',
                                 leg['cseq'])
        if method == 'INVITE':
            self.sent = self.sent[-20:] + [(leg, branch, cseq)]
        tag = f';tag={leg["tag"]}' if leg['tag'] and method != 'CANCEL' else ''
        kind = 'Content-Type: application/sdp\r\n' if body else ''
        self.put((f'{method} {leg["uri"]} SIP/2.0\r\nVia: SIP/2.0/'
                  f'{self.transport} {self.host}:5060;branch={branch}\r\n'
                  f'From: {leg["local"]};tag={leg["own"]}\r\n'
                  f'To: {leg["remote"]}{tag}\r\nCall-ID: {leg["id"]}\r\n'
                  f'CSeq: {cseq} {method}\r\nMax-Forwards: 70\r\n'
                  f'Contact: <sip:{self.name}@{self.host}:5060>\r\n'
                  f'{extra}{kind}Content-Length: {len(body)}\r\n\r\n'
                  f'{body}').encode())

    def answer(self, msg, status, extra='', body=''):
        lines = [line for line in msg.lines if re.match(
            r'(?i)(via|from|call-id|cseq):', line)]
        tag = '' if tag_of(msg.get('to')) else f';tag=u{msg.get("call-id")}'
        kind = 'Content-Type: application/sdp\r\n' if body else ''
        self.put('\r\n'.join([
            f'SIP/2.0 {status} X', *lines, f'To: {msg.get("to")}{tag}',
            f'Contact: <sip:{self.name}@{self.host}:5060>',
            f'{extra}{kind}Content-Length: {len(body)}', '', body]).encode())

    def take_response(self, msg):
        status = int(msg.first[1])
        cseq, method = (msg.get('cseq').split() + ['', ''])[:2]
        for leg in self.legs:
            if leg['id'] != msg.get('call-id') or status == 100:
                continue
            leg['tag'] = tag_of(msg.get('to')) or leg['tag']
            leg['uri'] = target_of(msg.get('contact'))
            if method == 'INVITE' and status >= 200 and chance.random() < .9:
                first = [sent[1] for sent in self.sent if sent[0] is leg]
                branch = first[-1] if status >= 300 and first else \
                    f'z9hG4bK{SEED}{self.name}a{self.count}'
                self.ask('ACK', leg, '', description(), (branch, cseq))
            if msg.get('rseq') and chance.random() < .8:
                self.ask('PRACK', leg, f'RAck: {msg.get("rseq")} '
                         f'{msg.get("cseq")}\r\n')

    def take(self):
        for data in self.heard():
            msg = Message(data)
            if msg.first[0] == 'SIP/2.0':
                self.take_response(msg)
            elif msg.first[0] != 'ACK':
                self.asked = self.asked[-20:] + [msg]
                if msg.first[0] == 'INVITE' and not tag_of(msg.get('to')):
                    self.add_leg(id=msg.get('call-id'), cseq=10,
                                 own=f'u{msg.get("call-id")}',
                                 tag=tag_of(msg.get('from')),
                                 local=msg.get('to'),
                                 remote=msg.get('from').split(';tag')[0],
                                 uri=target_of(msg.get('contact')))

    def respond(self, msg):
        what = chance.random()
        if msg.first[0] == 'INVITE' and what < .3:
            self.answer(msg, 183, chance.choice((
                '', 'Require: 100rel\r\nRSeq: 1\r\n')), description())
            return
        self.asked.remove(msg)
        if msg.first[0] == 'INVITE' and what < .7:
            self.answer(msg, 200, ALLOW, description())
        else:
            self.answer(msg, chance.choice((200, 200, 404, 481, 486, 491,
                                            500, 503)))

    def refer_to(self, leg):
        replaces = (f'?Replaces={leg["id"]}%3Bto-tag%3D{leg["tag"]}'
                    f'%3Bfrom-tag%3D{leg["own"]}')
        return (f'Refer-To: <sip:{chance.choice(NUMBERS)}@{HOST}'
                f'{chance.choice(("", replaces))}>\r\n')

    def act(self, others):
        self.take()
        for msg in self.asked[:3]:
            self.respond(msg)
        leg = chance.choice(self.legs) if self.legs else None
        other = chance.choice(chance.choice(others).legs or [leg])
        what = chance.choice(('call', 'call', 'BYE', 'CANCEL', 'INVITE',
                              'UPDATE', 'INFO', 'REFER', 'outside', 'take'))
        if what == 'call' or not leg:
            self.call(chance.choice(NUMBERS))
        elif what == 'take':
            self.call('71', f'Replaces: {other["id"]};to-tag={other["tag"]}'
                      f';from-tag={other["own"]}\r\n')
        elif what == 'CANCEL' and self.sent:
            sent, *again = chance.choice(self.sent)
            self.ask('CANCEL', sent, again=again)
        elif what == 'REFER':
            self.ask('REFER', leg, self.refer_to(other))
        elif what == 'outside':
            self.ask('REFER', self.add_leg(
                **dict(leg, id=f'{leg["id"]}r{self.count}', tag='',
                       uri=f'sip:{chance.choice(NUMBERS)}@{HOST}')),
                self.refer_to(other))
        elif what != 'CANCEL':
            self.ask(what, leg, '', description() if what != 'BYE' else '')


class StreamPeer(Peer):
    """A trunk by TCP that closes at random."""

    transport = 'TCP'

    def open(self):
        self.sock = socket.create_server((self.host, 5060))
        self.sock.setblocking(False)
        self.conns = {}

    def put(self, data):
        if not self.conns or chance.random() < .02:
            conn = socket.create_connection((HOST, 5060), 10, (self.host, 0))
            self.conns[conn] = b''
        conn = chance.choice(list(self.conns))
        try:
            conn.settimeout(10)
            conn.sendall(data)
        except OSError:
            self.conns.pop(conn).close()

    def read(self, conn):
        conn.setblocking(False)
        try:
            data = conn.recv(65536)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.conns[conn] += data
        return data and chance.random() > .02

    def heard(self):
        try:
            while True:
                self.conns[self.sock.accept()[0]] = b''
        except BlockingIOError:
            pass
        for conn in list(self.conns):
            if not self.read(conn):
                conn.close()
                del self.conns[conn]
                continue
            while (found := re.match(
                    rb'(?is)\s*(.*?content-length: *(\d+).*?\r\n\r\n)',
                    self.conns[conn])):
                end = found.end() + int(found[2])
                if len(self.conns[conn]) < end:
                    break
                yield self.conns[conn][found.start(1):end]
                self.conns[conn] = self.conns[conn][end:]
