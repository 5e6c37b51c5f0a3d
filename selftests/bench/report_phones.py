# SPDX-License-Identifier: GPL-2.0
"""Rows of the table about phones: registered, enrolled, given their files."""


def phone_rows(f):
    """(name, goal, ours, bare OpenSSL's) of phones that register by TLS."""
    def both(metric):
        what = {"path": "signalling", "payload": 0, "metric": metric}
        return f.get("ucsecd", **what), f.get("openssl", **what)

    cost = both("cpu_microseconds_per_registration")
    return [
        ("microseconds of processor a phone",
         cost[1] and round(cost[1] * 1.6), *cost),
        ("bytes a phone, 10,000 at once", 40 * 1024,
         *both("bytes_per_phone")),
    ]


def file_rows(f):
    """What signing a phone's file costs, keyd's part and the daemon's."""
    def one(system, metric, **more):
        return f.get(system, path="signalling", payload=0, metric=metric,
                     **more)

    cost = "cpu_microseconds_per_file"
    bare = one("openssl", cost)
    return [
        ("microseconds of processor a file, keyd",
         bare and round(bare / 0.8), one("ucsec-keyd", cost), bare),
        ("microseconds of processor a file, ucsecd",
         bare and round(bare / 0.8), one("ucsecd", cost), bare),
        ("bytes of ucsecd a phone, of 10,000", None,
         one("ucsecd", "bytes_per_published_phone"), None),
    ]


def enrolment_rows(f):
    """(name, goal, ours, bare OpenSSL's) of phones that enrol by CAPF."""
    what = {"path": "signalling", "payload": 0,
            "metric": "cpu_microseconds_per_enrolment"}

    def row(name, **more):
        peer = f.get("openssl", **what, **more)
        return (name, peer and round(peer / 0.7),
                f.get("ucsecd", **what, **more), peer)

    return [
        row("microseconds of processor a phone"),
        row("... without its file", note="without the phone's file"),
        ("... of all, keyd's", None, f.get("ucsec-keyd", **what), None),
        ("enrolments a second, eight at a time", None,
         f.get("ucsecd", **{**what, "metric": "enrolments_per_second"}),
         None),
    ]
