#!/usr/bin/python3 -IS
# SPDX-License-Identifier: GPL-2.0
"""Leaves trunks, a staged set and a table of sources behind."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from acl import Acl, LINE, SOURCE, TRUNK_NEW, body  # noqa: E402

acl = Acl()
for i in range(10):
    acl.new(f"10.{i}.0.0/16", f"fd00:{i}::/32", ports=(5060 + i % 3,),
            transports=7, rates=[(SOURCE, 10, 10)])
acl.params(unknown=2)
acl.ports(5090, 5091)
acl.must(TRUNK_NEW, body(("10.77.0.0/16",), (5060,), kind=LINE, transports=1,
                         stage=acl.begin(b"x")))
