# SPDX-License-Identifier: GPL-2.0
"""All that a phone meets when it boots, made up by a test."""

import atexit
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'daemon'))
from daemon import Tap  # noqa: E402
from maker import Maker, tlv  # noqa: E402
from peers import ADDRESS, READ, Files, TlsPeer  # noqa: E402
from refusal import REFUSALS  # noqa: E402

DEVICE = 'SEP001122334455'
CNF = f'{DEVICE}.cnf.xml'
tap = Tap()
folder = tempfile.mkdtemp(prefix='boot-')
atexit.register(shutil.rmtree, folder)
maker = Maker(folder)
files = Files()
atexit.register(files.close)
issued = 0
for each in ('sast', 'ccm', 'capf', 'tvs', 'other', 'vendor'):
    maker.make(each)
for flash_of in ('first', 'held'):
    subprocess.run([os.path.join(HERE, 'factory.py'), 'mic', folder,
                    os.path.join(folder, flash_of), DEVICE], check=True)


def boot(flash, *words, http=True, tftp=True):
    """Exit status and the lines of its log, by their step."""
    done = subprocess.run(
        [os.path.join(HERE, 'phone.py'), '--name', DEVICE, '--flash',
         os.path.join(folder, flash), '--server', ADDRESS, '--http-port',
         str(files.http_port if http else 0), '--tftp-port',
         str(files.tftp_port if tftp else 0), *words], timeout=120,
        stdout=subprocess.PIPE, check=False)
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    return done.returncode, lines


def expect(what, wanted, flash, *words, **more):
    status, lines = boot(flash, *words, **more)
    last = lines[-1]
    if wanted in REFUSALS:
        good = (status, last['sentence']) == REFUSALS[wanted] and \
            (last['what'], last['status']) == (wanted, status)
    else:
        good = status == 0 and [line['step'] for line in lines] == \
            wanted.split()
    tap.ok(good, f'{what}: {wanted}', status, *lines)
    return lines


def make_list(kind='ITL', signer='sast', sasts=('sast',)):
    return maker.trust_list(signer, [
        *(maker.record(0, name) for name in sasts), maker.record(2, 'ccm'),
        maker.record(4, 'capf'), maker.record(21, 'tvs')], kind)


def config(capf=None, mode=0, full=True, encrypted=False, cert_hash='',
           sip=None, tvs=None):
    text = f'<fullConfig>{str(full).lower()}</fullConfig>' \
        '<deviceSecurityMode>3</deviceSecurityMode>' \
        '<transportLayerProtocol>3</transportLayerProtocol>' \
        '<loadInformation>sip88xx.9</loadInformation>' \
        f'<capfAuthMode>{mode}</capfAuthMode>' \
        f'<certHash>{cert_hash}</certHash>' \
        f'<encrConfig>{str(encrypted).lower()}</encrConfig>'
    if capf:
        text += f'<capfList><capf><phonePort>{capf.address[1]}</phonePort>' \
            f'<processNodeName>{ADDRESS}</processNodeName></capf></capfList>'
    if tvs:
        text += '<TVS><members><member priority="0">' \
            f'<port>{tvs.address[1]}</port><address>{ADDRESS}</address>' \
            '</member></members></TVS>'
    if sip:
        text += '<devicePool><callManagerGroup><members>' \
            '<member priority="0"><callManager><ports><securedSipPort>' \
            f'{sip.address[1]}</securedSipPort></ports><processNodeName>' \
            f'{ADDRESS}</processNodeName></callManager></member></members>' \
            '</callManagerGroup></devicePool><sipProfile><sipLines><line>' \
            '<name>2001</name><authName>jo</authName><authPassword>secret' \
            '</authPassword></line></sipLines></sipProfile>'
    return f'<device>{text}</device>'.encode()


def sign(text, name=CNF + '.sgn', signer='ccm', **lies):
    return maker.signed(signer, name, text, **lies)


def message(opcode, text):
    payload = bytes.fromhex(text)
    return bytes([0x55, opcode]) + b'\0\0\0\1' + \
        len(payload).to_bytes(2, 'big') + payload


def capf_peer(after, end='01000101'):
    """Issues an LSC, then calls after(its DER): the server writes new files."""
    def issue(request):
        global issued
        issued += 1
        der = maker.issue(f'lsc{issued}', 'capf', f'/CN={DEVICE}', request[11:])
        after(der)
        prefix = b'\1' + (len(der) + 2).to_bytes(2, 'big') + b'\0\1'
        return message(9, '03000101' + tlv(4, prefix + der).hex())
    return TlsPeer(maker, 'capf', [
        message(1, '07000103080001 00'), READ,
        message(3, '0a00020800110001 00'), READ, issue, READ, message(15, end)])


def sip_peer(*replies, name='ccm'):
    def reply(status, more=''):
        def answer(request):
            lines = re.findall(r'(?m)^(?:Via|From|To|Call-ID|CSeq): .*(?=\r)',
                               request.decode())
            return '\r\n'.join((f'SIP/2.0 {status} So', *lines, more +
                                'Content-Length: 0', '', '')).encode()
        return answer
    script = [step for status, more in replies
              for step in (READ, reply(status, more))]
    return TlsPeer(maker, name, script, header=0, ca='capf')
