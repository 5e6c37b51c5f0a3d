# SPDX-License-Identifier: GPL-2.0
"""SIP requests that a trunk without boxes may not send, dressed up as ones that it
may; and harmless ones that look alike. As (name, datagram)."""

PRESENCE = 'Event: presence'
REPLACES = 'Replaces: a@b;to-tag=1;from-tag=2'
PLAIN_TO = 'To: <sip:2001@gateway.example>'
TAGGED = PLAIN_TO + ';tag=9'
INSIDE = 'Refer-To: <sip:3001@h?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2>'
count = 0


def request(method, *headers, to=PLAIN_TO, start='', host='192.0.2.7',
            body=b'', eol='\r\n'):
    """With the headers last, behind those that every request has."""
    global count
    count += 1
    lines = [start or f'{method} sip:2001@gateway.example SIP/2.0',
             f'Via: SIP/2.0/UDP {host}:5060;branch=z9hG4bKe{count};rport',
             f'From: <sip:1001@{host}>;tag=1', to, f'Call-ID: evasion{count}',
             f'CSeq: 1 {method}', 'Max-Forwards: 70',
             f'Contact: <sip:1001@{host}:5060>',
             f'Content-Length: {len(body)}', *headers, '', '']
    text = eol.join(line for line in lines[:-2] if line) + eol * 2
    return text.encode('utf-8', 'surrogateescape') + body


def refer(*headers, **more):
    return request('REFER', 'Refer-To: <sip:3001@gateway.example>', *headers,
                   **more)


def of_start_lines():
    for name, start in {
            'lower case': 'refer sip:2001@h SIP/2.0',
            'mixed case': 'ReFeR sip:2001@h SIP/2.0',
            'two spaces': 'REFER  sip:2001@h SIP/2.0',
            'a tab': 'REFER\tsip:2001@h SIP/2.0',
            'a space in front': ' REFER sip:2001@h SIP/2.0',
            'a NUL behind the method': 'REFER\0 sip:2001@h SIP/2.0',
            'a NUL in front': '\0REFER sip:2001@h SIP/2.0',
            'a space behind': 'REFER sip:2001@h SIP/2.0 ',
            'version in lower case': 'REFER sip:2001@h sip/2.0',
            'another version': 'REFER sip:2001@h SIP/3.0',
            'no version': 'REFER sip:2001@h',
            'a space in the URI': 'REFER sip:20 01@h SIP/2.0',
            'empty lines in front': '\r\n\r\n\r\nREFER sip:2001@h SIP/2.0',
            'a bare LF in front': '\nREFER sip:2001@h SIP/2.0',
            'a UTF-8 mark in front': '\ufeffREFER sip:2001@h SIP/2.0',
            'a method of 10,000 letters': 'R' * 10000 + ' sip:2001@h SIP/2.0',
            'a harmless start line in front':
            'OPTIONS sip:h SIP/2.0\nREFER sip:2001@h SIP/2.0',
    }.items():
        yield f'start line: {name}', refer(start=start)
    yield ('start line: another method than CSeq',
           refer(start='OPTIONS sip:2001@h SIP/2.0'))


def of_to():
    """The tag that would make it a dialog's is none of To's."""
    for name, to in {
            'tag in the display name': 'To: "x;tag=1" <sip:2001@h>',
            'tag in the user part': 'To: <sip:2001;tag=1@h>',
            'tag as parameter of the URI': 'To: <sip:2001@h;tag=1>',
            'tag in a header of the URI': 'To: <sip:2001@h?x=;tag=1>',
            'tag in a quoted value': 'To: <sip:2001@h>;x=";tag=1"',
            'tag behind an escaped quote':
            'To: "a\\"" <sip:2001@h;tag=1>',
            'tag behind a quote that is open': 'To: "<sip:2001@h>;tag=1',
            'tag in a comment': 'To: <sip:2001@h> (;tag=1)',
            'a name that ends like tag': 'To: <sip:2001@h>;xtag=1',
            'a name that begins like tag': 'To: <sip:2001@h>;tagx=1',
            'an empty tag': 'To: <sip:2001@h>;tag=',
            'a tag without value': 'To: <sip:2001@h>;tag',
            'the tag of a second To': f'{PLAIN_TO}\r\nTo: <sip:x@h>;tag=1',
            'the tag of a first To': f'To: <sip:x@h>;tag=1\r\n{PLAIN_TO}',
            'the tag of a second To, compact': f'{PLAIN_TO}\r\nt: <sip:x@h>;tag=1',
            'a second To behind a comma': f'{PLAIN_TO}, <sip:x@h>;tag=1',
            'tag behind a NUL': f'{PLAIN_TO}\0;tag=1',
            'tag behind a bare LF': f'{PLAIN_TO}\n;tag=1',
            'tag behind a bare CR': f'{PLAIN_TO}\r;tag=1',
            'tag behind a fold that is empty': f'{PLAIN_TO}\r\n \r\n ;tag=1',
            'tag in a fold of another header': f'{PLAIN_TO}\r\nX: y\r\n ;tag=1',
            'compact': 't: <sip:2001@h>', 'odd case': 'tO: <sip:2001@h>',
            'space before the colon': 'To : <sip:2001@h>',
            'folded': 'To:\r\n <sip:2001@h>', 'none': '',
    }.items():
        yield f'To: {name}', refer(to=to)
    yield 'To: the tag of From', request('NOTIFY', 'Event: x',
                                         'From: <sip:a@h>;tag=1')


def of_replaces():
    body = 'a@b;to-tag=1;from-tag=2'
    for name, header in {
            'plain': REPLACES, 'lower case': 'replaces: ' + body,
            'upper case': 'REPLACES:' + body,
            'space before the colon': 'Replaces : ' + body,
            'tab before the colon': 'Replaces\t: ' + body,
            'folded': 'Replaces:\r\n ' + body,
            'fold before the colon': 'Replaces\r\n : ' + body,
            'empty': 'Replaces:', 'behind a bare LF': 'X: y\n' + REPLACES,
            'behind a bare CR': 'X: y\r' + REPLACES,
            'behind a NUL': 'X: y\0\r\n' + REPLACES,
            'behind a header without colon': 'X\r\n' + REPLACES,
            'behind a header without name': ': y\r\n' + REPLACES,
            'behind an overlong line': f'X: {"y" * 9000}\r\n' + REPLACES,
            'behind 60,000 bytes': f'X: {"y" * 60000}\r\n' + REPLACES,
            'behind an odd end of line': 'X: y\r\n\n' + REPLACES,
            'behind a fold that is empty': 'X: y\r\n \r\n' + REPLACES,
            'behind a line with a space': 'X: y\r\n \r\n \r\n' + REPLACES,
            'a NUL in the name': 'Repla\0ces: ' + body,
    }.items():
        yield f'Replaces: {name}', request('INVITE', header)
    yield 'Replaces: in a body that begins as a fold does', request(
        'INVITE', body=f' x\r\n{REPLACES}\r\n\r\n'.encode())
    yield 'Replaces: in a dialog', request('INVITE', REPLACES, to=TAGGED)
    yield 'Replaces: of SUBSCRIBE', request('SUBSCRIBE', 'Event: dialog',
                                            REPLACES, to=TAGGED)
    yield 'Replaces: all lines end with LF', request('INVITE', REPLACES,
                                                     eol='\n')
    yield 'Replaces: all lines end with CR', request('INVITE', REPLACES,
                                                     eol='\r')


def of_refer_to():
    for name, header in {
            'plain': INSIDE,
            'compact': INSIDE.replace('Refer-To', 'r'),
            'escaped letter': INSIDE.replace('Replaces', '%52eplaces'),
            'escaped word': INSIDE.replace(
                'Replaces', ''.join(f'%{ord(c):02x}' for c in 'Replaces')),
            'upper case': INSIDE.replace('Replaces', 'REPLACES'),
            'second header': INSIDE.replace('?', '?X=y&'),
            'behind a method': INSIDE.replace('?', ';method=INVITE?'),
            'behind a question mark in the name':
            INSIDE.replace('<', '"a?b" <'),
            'behind a question mark of the user':
            INSIDE.replace('3001', '30?01'),
            'folded': INSIDE.replace(': ', ':\r\n\t'),
            'no angles': 'Refer-To: sip:3001@h?Replaces=a%40b',
            'a second Refer-To': f'Refer-To: <sip:x@h>\r\n{INSIDE}',
            'a first Refer-To': f'{INSIDE}\r\nRefer-To: <sip:x@h>',
            'a second one, compact':
            'Refer-To: <sip:x@h>\r\n' + INSIDE.replace('Refer-To', 'r'),
            'a list': INSIDE.replace(': ', ': <sip:x@h>, '),
            'a bad escape in front': INSIDE.replace('?', '?%zz=1&'),
            'an escaped NUL in front': INSIDE.replace('?', '?%00'),
            'the end of a name': INSIDE.replace('Replaces', 'XReplaces'),
            'escaped twice': INSIDE.replace('Replaces', '%2552eplaces'),
    }.items():
        yield f'Refer-To: {name}', request('REFER', header, to=TAGGED)


def of_event():
    for name, header in {
            'plain': PRESENCE, 'compact': 'o: presence',
            'upper case': 'EVENT: PRESENCE', 'a package of it':
            'Event: presence.winfo', 'parameters': PRESENCE + ';id=1',
            'folded': 'Event:\r\n presence', 'space before the colon':
            'Event : presence', 'a second Event': 'Event: x\r\no: presence',
            'a first Event': 'o: presence\r\nEvent: x',
            'a list': 'Event: x, presence',
            'behind a NUL': 'Event: \0presence',
    }.items():
        yield f'Event: {name}', request('SUBSCRIBE', header)


def of_ends():
    whole = refer()
    for size in range(1, len(whole), 11):
        yield f'the first {size} bytes', whole[:size]
    whole = request('INVITE', REPLACES)
    for size in range(whole.index(b'Replaces'), len(whole), 5):
        yield f'INVITE, the first {size} bytes', whole[:size]
    yield 'blanks alone', b' ' * 500
    yield 'blanks and line ends', b' \r\n\t\r\n' * 50
    yield 'NULs in front', b'\0' * 4 + refer()
    yield 'as the body of a STUN header', (
        b'\0\1' + (len(refer()) // 4 * 4).to_bytes(2, 'big') +
        b'\x21\x12\xa4\x42' + b'x' * 12 + refer())
    yield 'as a response of another version', b'SIP/1.0 200 OK\r\n' + refer()


def forbidden():
    """None of these may reach anybody."""
    yield 'REFER', refer()
    yield 'NOTIFY', request('NOTIFY', 'Event: x')
    for part in (of_start_lines, of_to, of_replaces, of_refer_to, of_event,
                 of_ends):
        yield from part()


def allowed():
    """All of these must arrive."""
    yield 'INVITE', request('INVITE')
    yield 'OPTIONS with UTF-8', request('OPTIONS', 'Subject: \u00e4\u20ac')
    yield 'REFER in a dialog', refer(to=TAGGED)
    yield 'NOTIFY in a dialog', request('NOTIFY', 'Event: x', to=TAGGED)
    yield 'presence in a dialog', request('SUBSCRIBE', PRESENCE, to=TAGGED)
    yield 'SUBSCRIBE for something else', request('SUBSCRIBE', 'Event: dialog')
    yield 'Replaces in a value', request('INVITE', 'Subject: Replaces: a')
    yield 'Replaces in a fold', request('INVITE', 'Subject: x\r\n Replaces: a')
    yield 'Replaces as an option', request('INVITE', 'Supported: replaces')
    yield 'Replaces in the body', request('MESSAGE', body=REPLACES.encode())
    yield 'a name that begins so', request('INVITE', 'Replaces-Not: a')
    yield 'a user named so', request('REFER', 'Refer-To: <sip:Replaces@h>',
                                     to=TAGGED)
    yield 'a tag that is folded', refer(to=PLAIN_TO + '\r\n ;tag=9')
    yield 'an unknown method', request('PING')
    yield '60,000 bytes', request('INVITE', f'X: {"y" * 60000}')
    yield 'a binary body', request('MESSAGE', body=bytes(range(256)))
    yield 'a keepalive', b'\r\n\r\n'
    yield 'a NUL', b'\0'
    yield 'STUN', b'\0\1\0\0\x21\x12\xa4\x42' + b'x' * 12
    yield 'a response', (b'SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.1.1\r\n'
                         b'To: <sip:a@h>;tag=1\r\nFrom: <sip:a@h>;tag=2\r\n'
                         b'Call-ID: x\r\nCSeq: 1 REFER\r\n\r\n')
