#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A program that is off needs nothing but the standard library, whatever headers of sonde it includes.

Usage: check_alone.py <directory> <compiler> <flag or @file of flags>...

<directory>/alone/program.cpp includes every entry header and every exporter, and uses them. It is linked with no library named;
what comes out must run, need none but the compiler's own libraries, and refer to no function of others. The entries that say so
include no header of fmt, Boost, libcurl or zlib (those of sessions and exporters: tests/install/check_recipes.py)."""

import pathlib
import re
import subprocess
import sys
import tempfile

from check_pairs import expanded

OWN = re.compile(r"lib(stdc\+\+|m|gcc_s|c)\.so\.\d+|ld-linux-x86-64\.so\.2")
OTHERS = re.compile(r"\b(curl_|deflate|inflate|gz(open|read|write)|fmt::|boost::|sonde::record::)")
LIBRARIES = {"fmt": "/fmt/", "Boost": "/boost/", "libcurl": "/curl/", "zlib": "/zlib.h", "nlohmann_json": "/nlohmann/"}
ENTRIES = {"sonde.hpp": set(), "baggage.hpp": set(), "propagation.hpp": set(), "log.hpp": {"fmt"}, "attributes.hpp": {"Boost"}}


def output_of(command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True).stdout


def complaints_about(directory, command):
    with tempfile.TemporaryDirectory() as scratch:
        made = pathlib.Path(scratch) / "program"
        output_of([*command, "-g0", "-DSONDE_ENABLED=0", "-O0", str(directory / "alone/program.cpp"), "-o", str(made),
                   "-Wl,--no-undefined"])
        needed = re.findall(r"\(NEEDED\).*\[(.*)\]", output_of(["readelf", "-dW", str(made)]))
        if not needed:
            yield "readelf names no library at all"
        yield from (f"the program needs {each}" for each in needed if not OWN.fullmatch(each))
        undefined = output_of(["nm", "-uC", str(made)]).splitlines()
        yield from (f"the program refers to {each.strip()}" for each in undefined if OTHERS.search(each))
        output_of([str(made)])
    for entry, allowed in ENTRIES.items():
        included = output_of([*command, "-DSONDE_ENABLED=0", "-M", "-x", "c++", "-include", f"sonde/{entry}", "/dev/null"])
        found = {library for library, path in LIBRARIES.items() if path in included}
        yield from (f"{entry} includes headers of {each}" for each in sorted(found - allowed))


def main():
    directory, compiler, *flags = sys.argv[1:]
    try:
        complaints = list(complaints_about(pathlib.Path(directory), [compiler, *expanded(flags)]))
    except subprocess.CalledProcessError as error:
        complaints = [f"{' '.join(error.cmd)}\n{error.stdout}"]
    print(*complaints, f"{pathlib.Path(compiler).name}: {len(complaints)} complaints", sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
