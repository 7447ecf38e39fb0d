#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles files that must not compile. Usage: check_compile_fail.py <directory> <compiler> <flag>...

Each *.cpp opens with `// expect: <sentence fragment>`. As it stands it must compile: the control, without which a
missing include would pass for the expected error. With -DSONDE_COMPILE_FAIL it must fail, and say the sentence.
"""

import concurrent.futures
import pathlib
import subprocess
import sys

EXPECT = "// expect: "


def syntax_check(command, path):
    return subprocess.run([*command, "-fsyntax-only", str(path)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)


def complaint_about(command, path):
    """What is wrong with this case; empty when it fails to compile as it should."""
    first_line = path.read_text().partition("\n")[0]
    sentence = first_line.removeprefix(EXPECT).strip()
    if not first_line.startswith(EXPECT) or not sentence:
        return f"the first line must be `{EXPECT}<sentence fragment>`\n"
    control = syntax_check(command, path)
    if control.returncode != 0:
        return f"the control does not compile:\n{control.stdout}"
    guarded = syntax_check([*command, "-DSONDE_COMPILE_FAIL"], path)
    if guarded.returncode == 0:
        return "compiles with SONDE_COMPILE_FAIL defined, but must fail\n"
    if sentence not in " ".join(guarded.stdout.split()):
        return f"fails without saying '{sentence}':\n{guarded.stdout}"
    return ""


def main():
    directory, *command = sys.argv[1:]
    cases = sorted(pathlib.Path(directory).glob("*.cpp"))
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for case, complaint in zip(cases, pool.map(lambda case: complaint_about(command, case), cases)):
            print("FAILED" if complaint else "ok    ", case.name, flush=True)
            if complaint:
                failed += 1
                print(complaint)
    print(f"{len(cases)} cases, {failed} failed")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
