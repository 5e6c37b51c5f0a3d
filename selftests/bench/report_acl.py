# SPDX-License-Identifier: GPL-2.0
"""What report.py says of the trunk ACL, beside nftables and a bare hook."""

SIZE = 600
FEW, MANY = 100, 100000     # prefixes
NEAR = 1.15                 # what many of them may make of few
REQUEST = "SIP request"


def added(f, system, base, note, prefixes=FEW):
    """What a system adds to the kernel's own way of the same datagram."""
    whole = f.get(system, note=note, payload=SIZE, streams=prefixes)
    bare = f.get("kernel", base, note=REQUEST, payload=SIZE)
    return whole - bare if whole and bare else None


def acl_rows(f):
    """(name, goal, ours, nftables') of one datagram."""
    def both(*what):
        return added(f, "ucsec", *what), added(f, "nftables", *what)

    def whole(note, prefixes):
        return tuple(f.get(system, note=note, payload=SIZE, streams=prefixes)
                     for system in ("ucsec", "nftables"))

    rows = []
    for name, goal, base, note in (
            ("+ unknown source, dropped", 500, "hook-drop", "unknown source"),
            ("+ forbidden REFER, dropped", 3000, "hook-drop",
             "forbidden method"),
            ("+ INVITE passed", 3000, "socket", "request passed")):
        rows.append((name, goal, *both(base, note)))
        rows.append(("... 100,000 prefixes", None, *both(base, note, MANY)))
    rows.append(("+ INVITE passed, rates on", None,
                 added(f, "ucsec", "socket", "request passed, rates on"),
                 None))
    for name, note in (("unknown source", "unknown source"),
                       ("INVITE passed", "request passed")):
        few, many = whole(note, FEW), whole(note, MANY)
        goal = few[0] and round(few[0] * NEAR)
        rows.append((f"{name}, end to end", None, *few))
        rows.append(("... 100,000 prefixes", goal, *many))
    rows.append(("+ unrelated UDP to the host, ACL alone", 150,
                 f.extra("ucsec", "socket",
                         "unrelated UDP to the host, ACL alone"), None))
    return rows


def flood_rows(f):
    """(name, goal, with the ACL, without) of the daemon's time, in all."""
    what = {"path": "signalling", "payload": 0,
            "metric": "cpu_microseconds_per_flood"}
    of = "20000 INVITEs of unknown sources, "
    return [("microseconds of ucsecd, 20,000 INVITEs", None,
             f.get("ucsecd", note=of + "dropped", **what),
             f.get("ucsecd", note=of + "no ACL", **what))]
