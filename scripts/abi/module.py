# SPDX-License-Identifier: GPL-2.0
"""Policies and operations of the module against the specification."""

import re

from abi.spec import c_name, compare, documented_nested, number, \
    parse_values, strip_comments

TYPES = {"u8": "NLA_U8", "u16": "NLA_U16", "u32": "NLA_U32", "u64": "NLA_U64",
         "flag": "NLA_FLAG", "binary": "NLA_BINARY"}


def initialisers(body):
    """(index, value) of each [INDEX] = VALUE at the top of an array."""
    depth, start, items = 0, 0, []
    for i, char in enumerate(body):
        depth += char in "({["
        depth -= char in ")}]"
        if char == "," and depth == 0:
            items.append(body[start:i])
            start = i + 1
    items.append(body[start:])
    for item in items:
        match = re.match(r"\s*\[(\w+)\]\s*=\s*(.*)", item, re.S)
        if match:
            yield match.group(1), " ".join(match.group(2).split())


class Module:
    """Policies and operations, out of the C text of the module."""

    def __init__(self, texts, values):
        self.text = strip_comments("\n".join(texts))
        self.values = parse_values("\n".join(texts), values)
        for name, body in re.findall(r"#define\s+(\w+)\s+\(((?:[^()]|\\\n)*)\)",
                                     self.text):
            self.values.setdefault(name, self.mask(body))
        self.ranges = {
            name: {k: number(v, self.values)
                   for k, v in re.findall(r"\.(min|max)\s*=\s*(\w+)", body)}
            for name, body in re.findall(
                r"struct netlink_range_validation\s+(\w+)\s*=\s*\{(.*?)\}",
                self.text, re.S)}
        self.policies = {
            name: dict(initialisers(body))
            for name, body in re.findall(
                r"struct nla_policy\s+(\w+)\s*\[[^]]*\]\s*=\s*\{(.*?)\n\};",
                self.text, re.S)}

    def mask(self, text):
        sum_of_flags = 0
        for name in re.findall(r"\w+", text):
            value = number(name, self.values)
            sum_of_flags |= value if isinstance(value, int) else 0
        return sum_of_flags

    def operations(self):
        match = re.search(r"struct genl_(?:small_)?ops\s+ucsec_nl_ops\[\][^=]*="
                          r"\s*\{(.*?)\n\};", self.text, re.S)
        entries = re.findall(r"\{(.*?)\}", match.group(1), re.S)
        for entry in entries:
            yield dict(re.findall(r"\.(\w+)\s*=\s*([^,]+?)\s*(?:,|$)", entry))

    def describe(self, text):
        """The same form as wanted() for a policy as written in C."""
        match = re.fullmatch(r"NLA_POLICY_(\w+)\((.*)\)", text)
        if not match:
            kind = re.fullmatch(
                r"\{ \.type = (\w+)(?:, \.len = (\w+))?,? \}", text)
            if not kind:
                return (text,)
            size = kind.group(2)
            return kind.group(1), None, number(size, self.values) \
                if size else None
        macro = match.group(1)
        args = [a.strip() for a in match.group(2).split(",")]
        if macro == "NESTED":
            return "nest", args[0]
        if macro == "BITFIELD32":
            return "bitfield32", self.mask(args[0])
        if macro == "MASK":
            return "mask", args[0], self.mask(args[1])
        if macro == "FULL_RANGE":
            limits = self.ranges.get(args[1].lstrip("& "), {})
            return args[0], limits.get("min"), limits.get("max")
        limits = [number(a, self.values) for a in args]
        if macro == "EXACT_LEN":
            return "NLA_BINARY", limits[0], limits[0]
        if macro == "MIN":
            return args[0], limits[1], None
        if macro == "MAX":
            return args[0], None, limits[1]
        if macro == "RANGE":
            return args[0], limits[1], limits[2]
        return (text,)


def wanted(spec, attr):
    kind = attr["type"]
    if kind == "nest":
        return "nest", f"ucsec_{attr['nested-attributes']}_nl_policy"
    if kind == "bitfield32":
        return "bitfield32", sum(spec.flags[attr["enum"]].values())
    if "enum-as-flags" in attr:
        return "mask", TYPES[kind], sum(spec.flags[attr["enum"]].values())
    checks = {k: spec.constant(v) for k, v in attr.get("checks", {}).items()}
    exact = checks.get("exact-len")
    low = checks.get("min", checks.get("min-len", exact))
    high = checks.get("max", checks.get("max-len", exact))
    if "enum" in attr:
        high = len(spec.enums[attr["enum"]]) - 1
    c_type = TYPES.get(kind, kind)
    if attr.get("byte-order") == "big-endian":
        c_type = c_type.replace("_U", "_BE")
    return c_type, low, high


def check_policy(spec, module, policy, set_name, attributes):
    want = {c_name(f"A_{set_name}-", a["name"]): wanted(spec, a)
            for a in spec.sets[set_name] if a["name"] in attributes}
    got = {n: module.describe(t)
           for n, t in module.policies.get(policy, {}).items()}
    return [f"{policy}: {fault}" for fault in compare(want, got)]


def check_policies(spec, module, header):
    """Nests have the policy of their set, requests that of their operation.

    A request without a policy of its own takes that of all operations with
    the same attributes; the operations table tells, see check_operations.
    """
    faults = []
    nested = documented_nested(spec, header)
    for name in ("endpoint", "key", "crypto", "ssrc", "prefix", "rate"):
        faults += check_policy(spec, module, f"ucsec_{name}_nl_policy", name,
                               nested[name])
    for op in spec.operations:
        attributes = spec.request_attributes(op)
        if attributes:
            faults += check_policy(spec, module, policy_of(module, op),
                                   op["attribute-set"], attributes)
    return faults


def policy_of(module, op):
    """By name, for the table may defer it; else by the table."""
    name = f"ucsec_{op['name'].replace('-', '_')}_nl_policy"
    if name in module.policies:
        return name
    for entry in module.operations():
        if entry.get("cmd") == c_name("CMD_", op["name"]):
            return entry.get("policy", name)
    return name


def check_operations(spec, module):
    want, got = {}, {}
    for op in spec.operations:
        if "event" not in op:
            want[c_name("CMD_", op["name"])] = {
                "doit": "do" in op, "dumpit": "dump" in op,
                "policy": bool(spec.request_attributes(op)),
                "admin": "admin-perm" in op.get("flags", [])}
    for entry in module.operations():
        got[entry.get("cmd")] = {
            "doit": "doit" in entry, "dumpit": "dumpit" in entry,
            "policy": "policy" in entry,
            "admin": "GENL_ADMIN_PERM" in entry.get("flags", "")}
    faults = compare(want, got)
    # A policy that the table defers has to be used elsewhere.
    for op in spec.operations:
        if spec.request_attributes(op):
            name = policy_of(module, op)
            uses = len(re.findall(rf"\b{name}\b(?!\s*\[)", module.text))
            if not uses:
                faults.append(f"nothing uses {name}")
    for group in spec.yaml["mcast-groups"]["list"]:
        if "admin-perm" in group.get("flags", []) and \
                "GENL_MCAST_CAP_NET_ADMIN" not in module.text:
            faults.append(f"group {group['name']}: no GENL_MCAST_CAP_NET_ADMIN")
    return faults
