#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles every header as if it were alone. Usage: check_headers.py [--one-by-one] <include directory> <compiler> <flag>...

A header stands alone if its own text compiles with nothing before it but what it includes itself. One file per header proves
that, and takes minutes. The same is proven by a file that includes a chain of headers A, B, C, ... where B includes A, directly
or not, C includes B, and so on: before the text of B stands what B includes and nothing else, for A is part of that. So each
file takes as long as its last header alone, and there are as many files as the largest set of headers none of which includes
another. Only includes that stand before all code and outside of #if count. Where a chain fails, its headers are compiled one by
one, to name those that do not stand alone (what includes one of these may go unnamed).

Without the compiler the check is skipped, by name; where CI is set, that is a failure."""

import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys

SKIPPED = 77
LINE = re.compile(r'\s*(?:#\s*(?P<directive>\w+)\s*(?:[<"](?P<path>[^>"]*)[>"])?.*|//.*)?$')


def includes_of(text):
    """The paths that a header includes in any case, before it says anything itself."""
    depth, found = 0, set()
    for line in text.splitlines():
        match = LINE.match(line)
        if match is None:
            break
        directive = match["directive"] or ""
        depth += directive.startswith("if") - (directive == "endif")
        if directive == "include" and depth == 0 and match["path"]:
            found.add(match["path"])
    return found


def read_tree(root):
    """By header: what it includes of this tree, directly or not."""
    texts = {path.relative_to(root).as_posix(): path.read_text() for path in pathlib.Path(root).rglob("*.hpp")}
    direct = {header: includes_of(text) & texts.keys() for header, text in texts.items()}
    all_below = {}

    def below(header, path=()):
        if header in path:
            raise SystemExit(f"headers include one another: {' -> '.join((*path[path.index(header):], header))}")
        if header not in all_below:
            all_below[header] = set().union(direct[header], *(below(each, (*path, header)) for each in direct[header]))
        return all_below[header]

    return {header: below(header) for header in sorted(direct)}


def chains_of(below):
    """The fewest lists that hold each header once, each header including the one before it: a matching of each header with one
    that includes it (Dilworth 1950, Fulkerson 1956), augmented until none is left. The largest headers are matched first, so that
    those that are last in a list, and cost its time, are as small as can be."""
    above, lower_of = {}, {}
    including = {header: [each for each in below if header in below[each]] for header in below}

    def match(header, seen):
        for upper in including[header]:
            if upper not in seen:
                seen.add(upper)
                if upper not in lower_of or match(lower_of[upper], seen):
                    above[header], lower_of[upper] = upper, header
                    return True
        return False

    for header in sorted(below, key=lambda each: (-len(below[each]), each)):
        match(header, set())
    chains = []
    for header in below:
        if header not in above:
            chain = [header]
            while chain[-1] in lower_of:
                chain.append(lower_of[chain[-1]])
            chains.append(chain[::-1])
    return chains


def compile_together(command, headers):
    """What the compiler has to say about a file of these includes; empty when all is well."""
    text = "".join(f"#include <{header}>\n" for header in headers)
    run = subprocess.run([*command, "-fsyntax-only", "-x", "c++", "-"], input=text, text=True, check=False,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return run.stdout or ("" if run.returncode == 0 else f"exit code {run.returncode}")


def check(root, command, one_by_one=False, workers=2):
    """How many headers and files there were, and by header what is wrong with it."""
    below = read_tree(root)
    chains = [[header] for header in below] if one_by_one else chains_of(below)
    chains.sort(key=lambda chain: -len(below[chain[-1]]))  # the longest first, so that none is waited for at the end
    complaints = {}
    with concurrent.futures.ThreadPoolExecutor(max_workers=workers) as pool:
        for chain, complaint in zip(chains, pool.map(lambda chain: compile_together(command, chain), chains)):
            if complaint:
                found = dict(zip(chain, pool.map(lambda header: compile_together(command, [header]), chain))) if chain[1:] else {}
                found = {header: alone for header, alone in found.items() if alone}
                complaints |= found or {", ".join(chain): complaint}
    return len(below), len(chains), complaints


def main():
    arguments = sys.argv[1:]
    one_by_one = "--one-by-one" in arguments
    root, compiler, *flags = (each for each in arguments if each != "--one-by-one")
    if shutil.which(compiler) is None:
        print(f"headers: {'failed' if os.environ.get('CI') else 'skipped'}: {compiler} was not found; install "
              f"{pathlib.Path(compiler).name.replace('++', '')}")
        return 1 if os.environ.get("CI") else SKIPPED
    headers, files, complaints = check(root, [compiler, *flags], one_by_one)
    for header, complaint in sorted(complaints.items()):
        print(f"FAILED {header}\n{complaint}")
    print(f"{compiler}: {headers} headers in {files} files, {len(complaints)} failed")
    return 1 if complaints or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
