#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Merges the benchmark's boots: writes results.json, prints the table.

report.py RESULTS.json BOOT.jsonl...
"""

import json
import statistics
import sys

from report_acl import acl_rows, flood_rows
from report_phones import enrolment_rows, file_rows, phone_rows
from report_xdp import xdp_rows

CM = "AES_CM_128_HMAC_SHA1_80"
GCM = "AEAD_AES_128_GCM"
FIELDS = ("system", "path", "rx", "tx", "payload", "streams", "metric",
          "value", "runs", "note")

CAVEAT = """\
Guest instructions per packet, end to end: send call, both veth links and the
sink's queue included; median of %d boot(s), all systems in the same boot.
Instruction counts hide stalls, cache misses and atomics; the emulated CPU has
no SHA-NI, so HMAC-SHA1 is over-charged against current CPUs, and it counts a
string instruction once per byte, so copies and cleared memory are, too.
* misses the goal    + what the system adds to the kernel's own path"""


def key(result):
    """What makes two figures the same measurement."""
    return tuple(result[f] for f in FIELDS if f not in ("value", "runs"))


def merge(boots):
    """One result per measurement: the median over the boots."""
    values = {}
    for boot in boots:
        for result in boot:
            if result["value"] is not None:
                values.setdefault(key(result), []).append(result["value"])
    names = [f for f in FIELDS if f not in ("value", "runs")]
    merged = []
    for which, found in values.items():
        result = dict(zip(names, which))
        result["value"] = round(statistics.median(found))
        result["runs"] = len(found)
        merged.append({f: result[f] for f in FIELDS})
    return merged


class Figures:
    """Looks results up by what a row of the table says."""

    def __init__(self, results):
        self.results = results

    def get(self, system, path="netfilter", rx=None, tx=None, payload=160,
            metric="instructions_per_packet", note="", streams=None):
        """The value, or None where it was not measured."""
        for r in self.results:
            if (r["system"], r["path"], r["rx"], r["tx"], r["payload"],
                    r["metric"], r["note"]) != (system, path, rx, tx, payload,
                                                metric, note):
                continue
            if streams is None or r["streams"] == streams:
                return r["value"]
        return None

    def forward(self, payload=160):
        """Plain forwarding by the kernel."""
        return self.get("kernel", "forward", payload=payload)

    def extra(self, system, path, note):
        """What a system adds to a path of the kernel's."""
        with_it = self.get(system, path, note=note)
        without = self.get("kernel", path)
        if with_it is None or without is None:
            return None
        return with_it - without


def media_rows(f):
    """(name, goal, ours, peer) of what one stream costs."""
    def both(**what):
        return (f.get("ucsec", **what), f.get("rtpengine", **what))

    one = {"streams": 1}
    forged = {"metric": "instructions_per_forged_packet"}
    good_gcm = f.get("ucsec", rx=GCM, **one)
    good_cm = f.get("ucsec", rx=CM, **one)
    alone = f.get("ucsec", rx=GCM, tx=GCM, **one)
    near_one = alone and round(alone * 1.1)
    return [
        ("RTP to RTP", f.forward(), *both(**one)),
        ("RTP to SRTP GCM128", 13000, *both(tx=GCM, **one)),
        ("RTP to SRTP CM80", 16500, *both(tx=CM, **one)),
        ("SRTP to RTP GCM128", 13200, *both(rx=GCM, **one)),
        ("SRTP to RTP CM80", None, *both(rx=CM, **one)),
        ("SRTP to SRTP GCM128", 15300, *both(rx=GCM, tx=GCM, **one)),
        ("... of 1,001 streams", near_one,
         *both(rx=GCM, tx=GCM, streams=1001)),
        ("... of 100,001 streams", near_one,
         *both(rx=GCM, tx=GCM, streams=100001)),
        ("SRTP to SRTP CM80", 22000, *both(rx=CM, tx=CM, **one)),
        ("RTP to SRTP GCM128, 1200 bytes", 17000,
         *both(tx=GCM, payload=1200, **one)),
        ("forged SRTP GCM128", good_gcm, *both(rx=GCM, **forged)),
        ("forged SRTP CM80", good_cm, *both(rx=CM, **forged)),
    ]


def side_rows(f):
    """(name, goal, ours, peer) of what others pay, and of memory."""
    def extra(path, note):
        return (f.extra("ucsec", path, note), f.extra("rtpengine", path, note))

    two = {"payload": 0, "rx": GCM, "tx": GCM}
    life = {"metric": "instructions_per_create_delete", **two}
    grown = {"metric": "bytes_per_stream", **two, "streams": 1000,
             "note": "growth of slab, percpu and vmalloc memory"}
    says = {"metric": "bytes_per_stream", "payload": 0, "tx": GCM,
            "note": "as the module reports it"}
    return [
        ("+ unrelated UDP passing the host", 150,
         *extra("forward", "unrelated UDP passing the host")),
        ("+ unrelated UDP to the host", 150,
         *extra("socket", "unrelated UDP to the host")),
        ("+ UDP passing, module loaded, no stream", None,
         f.extra("ucsec", "forward", "module loaded, no stream"), None),
        ("create + delete a stream, GCM128 both", 90000,
         f.get("ucsec", **life), f.get("rtpengine", **life)),
        ("bytes a stream, GCM128 on both sides", 7168,
         f.get("ucsec", **grown), f.get("rtpengine", **grown)),
        ("... as the module reports it", 7168,
         f.get("ucsec", rx=GCM, **says), None),
        ("... with GCM128 on one side", 4096, f.get("ucsec", **says), None),
    ]


def baseline_rows(f):
    """(name, value) of the kernel and of a relay in userspace."""
    note = "one thread, recvfrom and sendto"
    rows = [("delivery to a local socket", f.get("kernel", "socket")),
            ("plain forwarding", f.forward()),
            ("plain forwarding, 1200 bytes", f.forward(1200)),
            ("userspace relay, RTP to RTP",
             f.get("userspace-libsrtp2", "userspace", note=note))]
    for library in ("libsrtp2", "openssl"):
        for name, suite in (("GCM128", GCM), ("CM80", CM)):
            rows.append((f"userspace relay, {library}, RTP to SRTP {name}",
                         f.get(f"userspace-{library}", "userspace", tx=suite,
                               note=note)))
    return rows


def call_rows(f):
    """(name, goal, ours, sipp's own) of calls through the daemon."""
    what = {"path": "signalling", "payload": 0}
    rate = {"metric": "calls_per_second", **what}
    direct = f.get("sipp", **rate)
    return [
        ("calls a second, none failed", direct and max(direct // 2, 500),
         f.get("ucsecd", **rate), direct),
        ("microseconds of processor a call", None,
         f.get("ucsecd", metric="microseconds_per_call",
               note="processor time", **what), None),
        ("bytes a call, 5,000 at once", 24 * 1024,
         f.get("ucsecd", metric="bytes_per_call", **what), None),
    ]


def print_beside(rows, title, ours, peer):
    """What we do beside a peer."""
    if all(value is None for _, _, value, _ in rows):
        return
    line = "{:<40} {:>9} {:>9} {:>9}"
    print()
    print(line.format(title, "goal", ours, peer))
    for name, goal, value, direct in rows:
        missed = goal is not None and value is not None and (
            value < goal if "a second" in name else value > goal)
        print(line.format(name, cell(goal), cell(value) + "*" * missed,
                          cell(direct)))


def cell(value):
    """A number as people read it."""
    return "-" if value is None else f"{value:,}"


def print_table(f):
    """80 columns: path, goal, ours, peer, ratio."""
    line = "{:<40} {:>9} {:>9} {:>9} {:>8}"
    print(line.format("path", "goal", "ucsec", "rtpengine", "ratio"))
    for name, goal, ours, peer in media_rows(f) + xdp_rows(f) + side_rows(f):
        ratio = "-"
        if ours and peer and not name.startswith("+"):
            ratio = f"{peer / ours:.2f}x"
        over = goal is not None and ours is not None and ours > goal
        print(line.format(name, cell(goal), cell(ours) + "*" * over,
                          cell(peer), ratio))
    print()
    for name, value in baseline_rows(f):
        print(f"{name:<50} {cell(value):>9}")


def main(argv):
    """Merges what it is given."""
    if len(argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    boots = []
    for name in argv[2:]:
        with open(name, encoding="utf-8") as lines:
            boots.append([json.loads(line) for line in lines])
    results = merge(boots)
    with open(argv[1], "w", encoding="utf-8") as out:
        json.dump(results, out, indent=1)
        out.write("\n")
    figures = Figures(results)
    print_table(figures)
    print_beside(acl_rows(figures), "SIP over UDP, 600 bytes, 100 prefixes",
                 "ucsec", "nftables")
    print_beside(flood_rows(figures), "a flood from 10,000 sources", "ACL",
                 "no ACL")
    print_beside(call_rows(figures), "calls over UDP, without media",
                 "ucsecd", "sipp")
    print_beside(phone_rows(figures), "registrations over mutual TLS",
                 "ucsecd", "openssl")
    print_beside(file_rows(figures), "phones' files, RSA 2048", "ours",
                 "openssl")
    print_beside(enrolment_rows(figures), "enrolments by CAPF", "ucsecd",
                 "openssl")
    print()
    print(CAVEAT % sum("boot-" in name for name in argv[2:]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
