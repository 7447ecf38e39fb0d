#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Static analysis, and compilers that no preset builds with.

Usage: check_lint.py {clang_tidy|cppcheck|compile} <source directory> <program> <flag or @file of flags>...

clang_tidy  everything.cpp, which uses every public feature, behind all headers, by the checks of .clang-tidy; the compiler's own
            warnings are among what it finds
cppcheck    each header and each file of the examples for itself, but for what cppcheck.txt leaves out
compile     everything.cpp behind all headers, with warnings as errors

Any finding is a failure. Each analyser is first shown a defect, in a header where sonde's would lie, which it must find. Without
the program the check is skipped, by name; where CI is set, that is a failure."""

import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
PACKAGES = {"cppcheck": "cppcheck", "clang_tidy": "clang-tidy-19", "compile": "clang-16"}
DEFECT = """#pragma once
inline int planted() {
  int value[2] = {1, 2};
  int* nowhere = nullptr;
  return value[0] == 1 ? *nowhere : value[2];
}
"""


def expanded(flags):
    """The flags, those in response files too, which clang-tidy does not read."""
    for flag in flags:
        if flag.startswith("@"):
            yield from shlex.split(pathlib.Path(flag[1:]).read_text())
        else:
            yield flag


def run(command, **options):
    done = subprocess.run([str(each) for each in command], text=True, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **options)
    return done.returncode, done.stdout


def headers_of(tree):
    return sorted(tree.glob("include/sonde/**/*.hpp"))


def behind_all(tree, scratch, file, program, flags, arguments=(), separator=()):
    """Runs the program on a file that comes behind every header of the tree."""
    everything = scratch / "every_header.hpp"
    root = tree / "include"
    everything.write_text("".join(f"#include <{each.relative_to(root).as_posix()}>\n" for each in headers_of(tree)))
    return run([program, *arguments, file, *separator, *flags, f"-I{root}", "-include", everything])


def clang_tidy(config, tree, scratch, file, program, flags):
    return behind_all(tree, scratch, file, program, flags,
                      [f"--config-file={config}", "--quiet", "--warnings-as-errors=*"], ["--"])


def cppcheck(suppressions, tree, scratch, program):
    files = [*headers_of(tree), *sorted(tree.glob("examples/**/*.[ch]pp"))]
    listed = scratch / "files"
    listed.write_text("".join(f"{each.relative_to(tree)}\n" for each in files))
    return run([program, "--std=c++20", "--language=c++", "--enable=warning,portability", "--inline-suppr", "--quiet",
                "--error-exitcode=1", "-D__GNUC__=12", "-D__x86_64__", f"--suppressions-list={suppressions}",
                f"--file-list={listed}"], cwd=tree)


def main():
    what, source, program, *flags = sys.argv[1:]
    if shutil.which(program) is None:
        print(f"lint: {'failed' if os.environ.get('CI') else 'skipped'}: {program} was not found; install {PACKAGES[what]}")
        return 1 if os.environ.get("CI") else SKIPPED
    tree = pathlib.Path(source).resolve()
    here = tree / "tests" / "lint"
    flags = list(expanded(flags))
    with tempfile.TemporaryDirectory() as directory:
        scratch = pathlib.Path(directory)
        planted = scratch / "planted"
        (planted / "include" / "sonde").mkdir(parents=True)
        (planted / "include" / "sonde" / "planted.hpp").write_text(DEFECT)
        (planted / "main.cpp").write_text("int main() { return planted(); }\n")
        if what == "clang_tidy":
            config = tree / ".clang-tidy"
            code, said = clang_tidy(config, planted, scratch, planted / "main.cpp", program, flags)
            blind = code == 0 or "clang-analyzer-core.NullDereference" not in said
            code, said = (1, said) if blind else clang_tidy(config, tree, scratch, here / "everything.cpp", program, flags)
        elif what == "cppcheck":
            code, said = cppcheck(here / "cppcheck.txt", planted, scratch, program)
            blind = code == 0 or "nullPointer" not in said
            code, said = (1, said) if blind else cppcheck(here / "cppcheck.txt", tree, scratch, program)
        else:
            blind = False
            code, said = behind_all(tree, scratch, here / "everything.cpp", program, flags, ["-fsyntax-only"])
        print(said)
    if blind:
        print(f"{program} did not find the defect it was shown")
    print(f"{program}: {'failed' if code else 'nothing found'}")
    return 1 if code else 0


if __name__ == "__main__":
    sys.exit(main())
