#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles every C++ block of the README, as the comment before it says: `<!-- compile: function -->` (declarations and
functions), `<!-- compile: program -->`, or `<!-- file: PATH -->` (equals that file, which is built elsewhere)."""
import pathlib
import re
import subprocess
import sys
import tempfile

PRELUDE = "".join(f"#include <{h}>\n" for h in ("chrono", "cstdio", "stdexcept", "string", "string_view", "thread", "vector"))


def without_banner(source):
    return "\n".join(line for line in source.splitlines() if not line.startswith("//")).strip()


def main():
    root, compiler, *flags = sys.argv[1:]
    root = pathlib.Path(root)
    text = (root / "README.md").read_text()
    blocks = re.findall(r"(?:<!-- (compile|file): (\S+) -->\n)?```cpp\n(.*?)```", text, re.S)
    failures = 0
    for number, (how, what, code) in enumerate(blocks, 1):
        if how == "file":
            good = without_banner((root / what).read_text()) == code.strip()
            message = f"differs from {what}"
        elif how == "compile":
            with tempfile.NamedTemporaryFile("w", suffix=".cpp") as source:
                source.write(PRELUDE + code)
                source.flush()
                run = subprocess.run([compiler, *flags, "-Wno-unused", "-Wno-error=shadow", "-fsyntax-only", source.name],
                                     capture_output=True, text=True)
            good, message = run.returncode == 0, run.stderr
        else:
            good, message = False, "has no comment that says how to check it"
        print(f"README block {number}: {'ok' if good else 'FAILED: ' + message}")
        failures += not good
    if not blocks:
        sys.exit("README.md has no C++ blocks: the check finds nothing to check")
    sys.exit(failures != 0)


main()
