#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every public name that a program may be compiled without stands in a pair.

Usage: check_names.py <include directory> <directory>

Whatever a flag can change lies inside `inline namespace SONDE_ABI`: the names declared there, the macros, and the members of what
is left where it is off (`idle_...`) are looked for in the files of the pairs, under the names that users write (sonde::log::info,
tracer::span, span.add_event). unpaired.txt says which are not for users, and which have no pair for another reason. A name of
neither kind is an error, and so is a line of unpaired.txt about a header that is not there."""

import pathlib
import re
import sys

CHOSEN = re.compile(r"(^|_)(live|idle)_")  # the two forms of what users name otherwise
OPENED, CLOSED = "inline namespace SONDE_ABI {", "}  // namespace SONDE_ABI"
NO_DECLARATION = re.compile(r"template\b|requires\b|static_assert|[\s}#/]|$|struct \w+<|class \w+<")

MEMBER = re.compile(r"  (?!\s|template|requires|using|static_assert|private|public).*?(\w+)\(")


def declared(line):
    """The name that a line declares, if it begins a declaration."""
    line = re.sub(r"\[\[.*?\]\]|decltype\(auto\)|alignas\(.*?\)", "", line).strip()
    if found := re.match(r"(?:enum class|class|struct|concept|using)\s+(\w+)", line):
        return found[1]
    found = re.search(r"(\w+)\s*(?:\(|=|;|\[)", re.sub(r"<[^()]*>", "", line))
    return found[1] if found and found[1] != "operator" else None


def declared_member(line):
    found = MEMBER.match(re.sub(r"\[\[.*?\]\] ?|decltype\(auto\)", "", line))
    return found[1] if found and "operator" not in line else None


def names_of(text):
    """What a header declares for users: `info` in namespace log as log::info, a member of what is off as .info."""
    found, inside, space, is_idle = [], False, "", False
    for line in text.splitlines():
        if macro := re.match(r"#define (SONDE_\w+[a-zA-Z])\(", line):
            found.append(macro[1])
        if line in (OPENED, CLOSED):
            inside, space = line == OPENED, ""
        elif opened := inside and re.match(r"namespace (\w+) \{", line):
            space = f"{opened[1]}::"
        elif inside and line.startswith("}"):
            space, is_idle = ("" if line.startswith("}  // namespace") else space), False
        elif inside and not NO_DECLARATION.match(line):
            if name := declared(line):
                is_idle = "{" in line and bool(re.match(r"(idle_|tracer$)", name))
                if not CHOSEN.search(name):
                    found.append(f"sonde::{space}{name}")
        elif is_idle and (member := declared_member(line)) and not CHOSEN.search(member):
            found.append(f".{member}")
    return dict.fromkeys(found)


def is_used(name, text):
    if name.startswith("."):
        return re.search(rf"(\.|->|tracer::){name[1:]}\b", text)
    if name.startswith("sonde::") and name.count("::") == 1:
        return re.search(rf"\b(sonde|tracer)::{name[7:]}\b", text)
    return re.search(rf"\b{name}\b", text)


def check(include, pairs, unpaired):
    """Complaints. `unpaired`: lines of `<header> [name...] : reason`; without names all of the header, or of a folder."""
    text = re.sub(r"//.*|\"[^\"]*\"", "", "\n".join(pairs))
    allowed = set()
    for line in unpaired:
        where, separator, reason = line.partition(" : ")
        header, *names = where.split()
        if not separator or not reason.strip():
            yield f"unpaired.txt: without a reason: {line}"
        if not (include / header).exists():
            yield f"unpaired.txt: there is no {header}"
        allowed |= {(header, name) for name in names or ["*"]}
    found = 0
    for path in sorted(include.rglob("*.hpp")):
        header = path.relative_to(include).as_posix()
        for name in names_of(path.read_text()):
            found += 1
            if is_used(name, text):
                continue
            last = re.split(r"::|\.", name)[-1]
            keys = [(header, last), (header, "*"), (f"{pathlib.PurePath(header).parent}/", "*")]
            if not allowed.intersection(keys):
                yield f"{header}: {name} is in no pair, nor in unpaired.txt"
    if found == 0:
        yield f"no names in {include}"


def main():
    include, directory = map(pathlib.Path, sys.argv[1:])
    pairs = [file.read_text() for folder in ("pairs", "differing", "reordered", "min_level")
             for file in sorted(directory.glob(f"{folder}/*.cpp"))]
    lines = (directory / "unpaired.txt").read_text().splitlines()
    complaints = list(check(include / "sonde", pairs, [line for line in lines if line and not line.startswith("#")]))
    print(*complaints, f"{len(complaints)} complaints", sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
