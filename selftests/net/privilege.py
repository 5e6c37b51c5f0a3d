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
from genl import Genl, NLM_F_DUMP  # noqa: E402

if len(sys.argv) > 1:
    os.setgroups([])
    os.setuid(int(sys.argv[1]))
genl = Genl()
LO = {IN: ep("127.0.0.1", 7000), OUT: ep("127.0.0.1", 7010),
      TO: ep("127.0.0.1", 7020), TX: crypto(1)}
for name, cmd, data, flags in (
        ("new", NEW, body(LO), 0),
        ("set", SET, attr(ID, u32(1)), 0),
        ("get", GET, attr(ID, u32(1)), 0),
        ("dump", GET, b"", NLM_F_DUMP),
        ("stats", STATS, b"", 0),
        ("params", PARAM_GET, b"", 0),
        ("params-set", PARAM_SET, attr(3, u32(5)), 0),
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
