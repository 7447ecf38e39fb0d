#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Types of users that hold spans, in programs of which one part is built with sonde on and one with sonde off.

Usage: check_holding.py <sources> <"1": link-time optimisation tells of types that differ> <compiler> <flag>...
What docs/switching-off.md promises: a function that takes a span, or a type in `inline namespace SONDE_ABI`, does not link.
"""

import pathlib
import subprocess
import sys
import tempfile

OFF = "-DSONDE_ENABLED=0"
DIFFER = ["-O1", "-flto=1", "-Wodr", "-Werror=odr"]


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


class Build:
    """What comes of a library and a program built with these flags each."""

    def __init__(self, sources, command, scratch):
        self.sources, self.command, self.scratch = sources, command, scratch

    def link(self, of_both, of_library=()):
        objects = []
        for part, flags in (("library", of_library), ("program", ())):
            objects.append(str(self.scratch / f"{part}.o"))
            code, said = run(*self.command, *of_both, *flags, "-c", str(self.sources / f"{part}.cpp"), "-o", objects[-1])
            if code != 0:
                sys.exit(f"{part} {of_both} {flags} does not compile:\n{said}")
        return run(*self.command, *of_both, *objects, "-o", str(self.scratch / "program"), "-pthread")

    def is_refused(self, sentence, of_both):
        code, said = self.link(of_both, [OFF])
        if code == 0 or sentence not in said:
            print(f"FAILED {of_both}: links, or without saying '{sentence}':\n{said}")
            return False
        print("ok    ", " ".join(of_both), "with sonde on and off is refused:", sentence)
        return True

    def runs(self, of_both):
        code, said = self.link(of_both)
        if code == 0:
            code, said = run(str(self.scratch / "program"))
        print("ok    " if code == 0 else "FAILED", " ".join(of_both), "with one setting runs", said)
        return code == 0


def main():
    sources, told_apart_by_types, *command = sys.argv[1:]
    with tempfile.TemporaryDirectory() as scratch:
        build = Build(pathlib.Path(sources), command, pathlib.Path(scratch))
        good = build.runs(["-DAPART", "-DWITH_SPAN"])
        good &= build.is_refused("number_of", ["-DAPART"])
        good &= build.is_refused("events_of", ["-DWITH_SPAN"])
        if told_apart_by_types == "1":
            good &= build.is_refused("violates the C++ One Definition Rule", DIFFER)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
