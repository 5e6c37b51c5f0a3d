# SPDX-License-Identifier: GPL-2.0
"""The rows of media in XDP."""

CM = "AES_CM_128_HMAC_SHA1_80"
GCM = "AEAD_AES_128_GCM"


def xdp_rows(f):
    """(name, goal, ours, peer) of media in XDP, above a bare redirect."""
    def above(payload=160, **what):
        ours = f.get("ucsec", "xdp", payload=payload, streams=1, **what)
        bare = f.get("kernel", "xdp", payload=payload)
        return None if ours is None or bare is None else ours - bare

    return [
        ("XDP: a bare redirect, all of it", None, f.get("kernel", "xdp"),
         None),
        ("... RTP to RTP, above it", None, above(), None),
        ("... RTP to SRTP GCM128", 3200, above(tx=GCM), None),
        ("... RTP to SRTP CM80", None, above(tx=CM), None),
        ("... SRTP to RTP GCM128", None, above(rx=GCM), None),
        ("... SRTP to SRTP GCM128", None, above(rx=GCM, tx=GCM), None),
        ("... RTP to SRTP GCM128, 1200 bytes", None,
         above(payload=1200, tx=GCM), None),
    ]
