#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles every header alone. Usage: check_headers.py <include directory> <compiler> <flag>..."""

import concurrent.futures
import pathlib
import subprocess
import sys


def compile_alone(command, header):
    """What the compiler has to say about a file of this one include; empty when all is well."""
    run = subprocess.run([*command, "-fsyntax-only", "-x", "c++", "-"], input=f"#include <{header}>\n",
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return run.stdout or ("" if run.returncode == 0 else f"exit code {run.returncode}")


def main():
    root, *command = sys.argv[1:]
    headers = sorted(path.relative_to(root).as_posix() for path in pathlib.Path(root).rglob("*.hpp"))
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for header, complaint in zip(headers, pool.map(lambda header: compile_alone(command, header), headers)):
            print("FAILED" if complaint else "ok    ", header, flush=True)
            if complaint:
                failed += 1
                print(complaint)
    print(f"{len(headers)} headers, {failed} failed")
    return 1 if failed or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
