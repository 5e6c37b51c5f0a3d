# SPDX-License-Identifier: GPL-2.0
"""PCMU as baresip does it, sound files and captures, for the demo's parts."""

import array
import struct
import wave

CLOCK = 8000
FRAME = 160


def _value(code):
    code = ~code & 255
    value = (((code & 15) << 3) + 132 << (code >> 4 & 7)) - 132
    # librem's silence is 2, and not 0 as that of G.711.
    value = value or 2
    return -value if code & 128 else value


# What a code decodes to; encoded again, each value gives its code.
PCM = [_value(code) for code in range(256)]
CODE = {value: code for code, value in enumerate(PCM)}


def write_wav(path, samples):
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, CLOCK, 0, "NONE", ""))
        out.writeframes(array.array("h", samples).tobytes())


def read_wav(path):
    """The samples as PCMU. A value that PCMU has not is an error."""
    with wave.open(str(path)) as sound:
        samples = array.array("h", sound.readframes(sound.getnframes()))
    return bytes(CODE[sample] for sample in samples)


class Packet:
    """A UDP datagram: time, source, destination, payload."""
    def __init__(self, when, frame):
        udp = 14 + (frame[14] & 15) * 4
        sport, dport, size = struct.unpack_from(">3H", frame, udp)
        self.when = when
        self.src = ".".join(map(str, frame[26:30])), sport
        self.dst = ".".join(map(str, frame[30:34])), dport
        self.data = frame[udp + 8:udp + size]

    @property
    def is_rtp(self):
        """Not RTCP, by the ranges of RFC 5761, 4."""
        return (len(self.data) >= 12 and self.data[0] >> 6 == 2 and
                not 192 <= self.data[1] < 224)

    @property
    def seq(self):
        return struct.unpack_from(">H", self.data, 2)[0]

    @property
    def timestamp(self):
        return struct.unpack_from(">I", self.data, 4)[0] / CLOCK

    @property
    def payload(self):
        """The sound's place; behind it SRTP has its tag."""
        return self.data[12:12 + FRAME]


def read_pcap(path):
    """Yields the UDP packets of a capture that may still be written."""
    data = path.read_bytes()
    if len(data) < 24:
        return
    unit = {0xa1b23c4d: 1e9, 0xa1b2c3d4: 1e6}[struct.unpack_from("<I", data)[0]]
    offset = 24
    while offset + 16 <= len(data):
        sec, frac, length, whole = struct.unpack_from("<4I", data, offset)
        frame = data[offset + 16:offset + 16 + length]
        offset += 16 + length
        if (length == whole == len(frame) and frame[12:14] == b"\x08\x00" and
                frame[23] == 17):
            yield Packet(sec + frac / unit, frame)
