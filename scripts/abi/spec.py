# SPDX-License-Identifier: GPL-2.0
"""The netlink specification under the names that C gives to it."""

import operator
import re

import yaml


def c_name(prefix, name):
    return f"UCSEC_{prefix}{name}".upper().replace("-", "_")


def strip_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)


def parse_values(text, known=None):
    """Values of all #defines and enumerators that are a number or a name.

    Known ones, of another file, may stand in expressions.
    """
    values = dict(known or {})
    text = strip_comments(text)
    for name, value in re.findall(
            r"^[ \t]*#define[ \t]+(UCSEC_\w+)[ \t]+(\S+)[ \t]*$", text, re.M):
        values[name] = (value.strip('"') if value.startswith('"')
                        else number(value, values))
    for body in re.findall(r"\benum\b\s*\w*\s*\{(.*?)\}", text, re.S):
        last = -1
        for item in filter(None, (i.strip() for i in body.split(","))):
            name, _, value = (part.strip() for part in item.partition("="))
            last = number(value, values) if value else last + 1
            values[name] = last
    return values


OPERATORS = {"<<": operator.lshift, "+": operator.add, "-": operator.sub,
             "*": operator.mul}


def number(text, values):
    """A constant expression out of numbers, names, <<, +, - and *."""
    text = text.strip().strip("()").strip()
    for sign, operation in OPERATORS.items():
        left, found, right = text.rpartition(sign)
        if not found or not left.strip():
            continue
        left, right = number(left, values), number(right, values)
        if isinstance(left, int) and isinstance(right, int):
            return operation(left, right)
        return text
    if text in values:
        return values[text]
    try:
        return int(text.rstrip("uUlL"), 0)
    except ValueError:
        return text


class Spec:
    """What the specification says, under the names C gives to it."""

    def __init__(self, text):
        self.yaml = yaml.safe_load(text)
        self.consts, self.enums, self.flags = {}, {}, {}
        # Enums and flags alike: value name to the name in the specification.
        self.entry_names = {}
        for item in self.yaml["definitions"]:
            self.define(item)
        self.consts["UCSEC_FAMILY_VERSION"] = self.yaml["version"]
        for group in self.yaml["mcast-groups"]["list"]:
            self.consts[c_name("MCGRP_", group["name"])] = group["name"]
        self.sets = {s["name"]: s["attributes"]
                     for s in self.yaml["attribute-sets"]}
        self.operations = self.yaml["operations"]["list"]

    def define(self, item):
        name = item["name"]
        if item["type"] == "const":
            self.consts[c_name("", name)] = item["value"]
            return
        flags = item["type"] == "flags"
        prefix = item.get("name-prefix", f"ucsec-{name}-")
        values = {f"{prefix}{e['name']}".upper().replace("-", "_"):
                  1 << i if flags else i
                  for i, e in enumerate(item["entries"])}
        (self.flags if flags else self.enums)[name] = values
        self.entry_names.update(
            zip(values, (e["name"] for e in item["entries"])))

    def attribute_values(self):
        return {c_name(f"A_{s}-", a["name"]): i
                for s, attrs in self.sets.items()
                for i, a in enumerate(attrs, 1)}

    def command_values(self):
        return {c_name("CMD_", op["name"]): i
                for i, op in enumerate(self.operations, 1)}

    def values(self):
        values = {**self.consts, **self.attribute_values(),
                  **self.command_values()}
        for entries in (*self.enums.values(), *self.flags.values()):
            values.update(entries)
        return values

    def request_attributes(self, op):
        """Of a dump where there is no do; where there are both they agree."""
        return op.get("do", op.get("dump", {})).get("request", {}).get(
            "attributes", [])

    def constant(self, value):
        """A limit, which may be the name of a constant."""
        return self.consts.get(c_name("", str(value)), value)


def compare(want, got, what=lambda name: name):
    faults = [f"missing: {what(n)}" for n in want if n not in got]
    faults += [f"extra: {what(n)}" for n in got if n not in want]
    faults += [f"{what(n)}: {got[n]}, the specification says {want[n]}"
               for n in want if n in got and got[n] != want[n]]
    return faults


def doc_comment(text):
    return text[text.index("/*\n"):text.index("#ifndef")]


def documented_nested(spec, text):
    """Attributes of nests that the doc comment lists: those of requests."""
    doc = doc_comment(text)
    return {s: [a["name"] for a in attrs if re.search(
        rf"^ \*     +{c_name(f'A_{s}-', a['name'])}\b", doc, re.M)]
        for s, attrs in spec.sets.items()}
