#!/usr/bin/python3 -IS
# SPDX-License-Identifier: GPL-2.0
"""Tries every command of the module; prints the errno of each."""

import errno
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from abi_rows import (DEL, FLUSH, GET, ID, IN, NEW, OUT, PARAM_GET,  # noqa
                      PARAM_SET, SET, STATS, SUITES, TO, TX, attr, body,
                      crypto, ep, u32)
from acl import (ACL_BEGIN, ACL_COMMIT, ACL_GET, ACL_SET, ACL_TEST,  # noqa
                 PREFIX_DEL, PREFIX_NEW, TRUNK_DEL, TRUNK_FLUSH, TRUNK_GET,
                 TRUNK_NEW, TRUNK_SET, UDP, be16, body as trunk)
from genl import Genl, NLM_F_DUMP  # noqa: E402

if len(sys.argv) > 1:
    os.setgroups([])
    os.setuid(int(sys.argv[1]))
genl = Genl()
LO = {IN: ep("127.0.0.1", 7000), OUT: ep("127.0.0.1", 7010),
      TO: ep("127.0.0.1", 7020), TX: crypto(1)}
LOCAL = bytes((127, 0, 0, 1))
TRUNK = trunk(("127.0.0.0/16",), (5060,), id=9, kind=1, transports=UDP)
for name, cmd, data, flags in (
        ("new", NEW, body(LO), 0),
        ("set", SET, attr(ID, u32(1)), 0),
        ("get", GET, attr(ID, u32(1)), 0),
        ("dump", GET, b"", NLM_F_DUMP),
        ("stats", STATS, b"", 0),
        ("params", PARAM_GET, b"", 0),
        ("params-set", PARAM_SET, attr(3, u32(5)), 0),
        ("trunk-new", TRUNK_NEW, TRUNK, 0),
        ("trunk-set", TRUNK_SET, trunk(id=9, boxes=1), 0),
        ("trunks", TRUNK_GET, b"", NLM_F_DUMP),
        ("prefix-new", PREFIX_NEW, trunk(("127.1.0.0/16",), id=9), 0),
        ("prefix-del", PREFIX_DEL, trunk(("127.1.0.0/16",), id=9), 0),
        ("acl-begin", ACL_BEGIN, b"", 0),
        ("acl-get", ACL_GET, b"", 0),
        ("acl-set", ACL_SET, attr(1, u32(1)), 0),
        ("acl-test", ACL_TEST, attr(1, bytes(4)) + attr(3, LOCAL) +
         attr(5, be16(5060)), 0),
        ("trunk-del", TRUNK_DEL, trunk(id=9), 0),
        ("trunk-flush", TRUNK_FLUSH, b"", 0),
        ("acl-commit", ACL_COMMIT, trunk(stage=1), 0),
        ("del", DEL, attr(ID, u32(1)), 0),
        ("flush", FLUSH, b"", 0),
        ("suites", SUITES, b"", NLM_F_DUMP)):
    answer = genl.ask(cmd, data, flags)
    print(name, errno.errorcode.get(answer.errno, "ok"), end=" ")
try:
    genl.join(b"events")
    print("join ok")
except OSError as e:
    print("join", errno.errorcode[e.errno])
