#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""SECURITY.md and docs/RELIABILITY.md promise tests by their names: each must be there.
Usage: check_threat_model.py <source directory>

In the last column of a table, `suite.name` is one of GoogleTest's, `name.cpp` a file of tests/compile_fail, anything else a test of
ctest. A row that names none must say why, in words."""

import pathlib
import re
import sys


def tests_of(tree):
    names = {path.name for path in tree.glob("tests/compile_fail/*.cpp")}
    for path in tree.glob("tests/**/*_test.cpp"):
        for suite, name in re.findall(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", path.read_text(), re.MULTILINE):
            names.add(f"{suite}.{name}")
    for path in tree.glob("tests/**/CMakeLists.txt"):
        text = path.read_text()
        names.update(re.findall(r"\b\w+", text))
        # foreach(check sources threat_model) ... NAME security_${check}
        for variable, values in re.findall(r"foreach\((\w+) ((?:\w+ ?)+)\)", text):
            for prefix, suffix in re.findall(r"NAME (\w*)\$\{" + variable + r"\}(\w*)", text):
                names.update(prefix + value + suffix for value in values.split())
    return names


def rows_of(text):
    """By line number: the last column of each row of a table that has one named `shown by`."""
    shown_by = False
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("|"):
            shown_by = False
            continue
        last = [cell.strip() for cell in line.strip().strip("|").split("|")][-1]
        if last == "shown by":
            shown_by = True
        elif shown_by and not set(last) <= set("-: "):
            yield number, last


def main():
    tree = pathlib.Path(sys.argv[1])
    known = tests_of(tree)
    rows = [(page, number, cell) for page in ("SECURITY.md", "docs/RELIABILITY.md")
            for number, cell in rows_of((tree / page).read_text())]
    wrong = []
    for page, number, cell in rows:
        named = re.findall(r"`([^`]+)`", cell)
        wrong += [f"{page}:{number}: there is no test `{each}`" for each in named if each not in known]
        if not named and len(cell.split()) < 3:
            wrong.append(f"{page}:{number}: neither a test nor why there is none")
    print(*wrong, sep="\n", end="\n" if wrong else "")
    print(f"{len(rows)} rows, {len(wrong)} wrong")
    return 1 if wrong or len(rows) < 10 else 0


if __name__ == "__main__":
    sys.exit(main())
