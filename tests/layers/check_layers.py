#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the includes below include/sonde against layers.txt. Usage: check_layers.py <include/sonde> <layers.txt>"""

import pathlib
import re
import sys

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
CONDITION = re.compile(r"^[ \t]*#[ \t]*(?:el)?if(?:n?def)?\b(?:.*\\\n)*.*\bSONDE_(?:ENABLED|MIN_LEVEL|CAPTURE_LOCATION)\b",
                       re.MULTILINE)


class Layers:
    """The table: what each room or entry header may include."""

    def __init__(self, text):
        self.allowed, self.everyone, self.apart, self.flags = {}, set(), set(), set()
        for number, line in enumerate(text.splitlines(), 1):
            line = line.partition("#")[0].strip()
            if line:
                self.read(line, number)

    def read(self, line, number):
        keyword, _, rest = line.partition(" ")
        if keyword == "apart":
            self.apart |= set(rest.split())
            return
        if keyword == "flags":
            self.flags |= set(rest.split())
            return
        if keyword == "except":
            rest, _, reason = rest.partition(":")
            if not reason.strip():
                raise SystemExit(f"layers.txt:{number}: an exception needs its reason after ':'")
            line = rest
        source, arrow, targets = line.partition("->")
        if not arrow:
            raise SystemExit(f"layers.txt:{number}: expected '<from> -> <to> ...'")
        if source.strip() == "everyone":
            self.everyone |= set(targets.split())
        else:
            self.allowed.setdefault(source.strip(), set()).update(targets.split())

    def permits(self, room, target):
        allowed = self.allowed[room] | self.everyone
        return target in allowed or room_of(target) in allowed


def room_of(header):
    """`span/site.hpp` lies in room `span`; an entry header such as `log.hpp` stands for itself."""
    return header.partition("/")[0]


def member_of(header):
    """`adapters/otlp.hpp` and `adapters/otlp/traces.hpp` are one member: `otlp`."""
    return header.split("/")[1].removesuffix(".hpp")


def violations(header, text, layers):
    """Yields one sentence, with its position, for each include or #if that the table does not allow."""
    room = room_of(header)
    if room not in layers.allowed:
        yield f"include/sonde/{header}: '{room}' has no line in layers.txt"
        return
    for match in INCLUDE.finditer(text):
        where = f"include/sonde/{header}:{text.count(chr(10), 0, match.start()) + 1}"
        quote, path = match.groups()
        if not path.startswith("sonde/"):
            if quote == '"':
                yield f'{where}: "{path}" is relative; write <sonde/...>'
            continue
        target = path.removeprefix("sonde/")
        if room_of(target) != room:
            if not layers.permits(room, target):
                yield f"{where}: {room} may not include <{path}>"
        elif room in layers.apart and member_of(target) != member_of(header):
            yield f"{where}: {room} are apart; {member_of(header)} may not include <{path}>"
    if header not in layers.flags:
        for match in CONDITION.finditer(text):
            where = f"include/sonde/{header}:{text.count(chr(10), 0, match.start()) + 1}"
            yield f"{where}: #if on a flag belongs into {' or '.join(sorted(layers.flags))}; use `if constexpr`"


def check(root, table):
    layers = Layers(pathlib.Path(table).read_text())
    root = pathlib.Path(root)
    headers = sorted(root.rglob("*.hpp"))
    found = []
    for path in headers:
        found += violations(path.relative_to(root).as_posix(), path.read_text(), layers)
    return headers, found


def main():
    headers, found = check(*sys.argv[1:])
    for sentence in found:
        print(sentence)
    print(f"{len(headers)} headers, {len(found)} violations")
    return 1 if found or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
