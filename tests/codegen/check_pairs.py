#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Switched off, instrumented code must compile to the same object file as code whose instrumentation was removed by hand.

Usage: check_pairs.py <directory> <compilers, comma-separated> <flag>...

Each <directory>/pairs/*.cpp is compiled as it stands and with -DSTRIPPED, where it does not even include sonde. The two
object files must be equal byte for byte: instructions, call targets, data, exception tables, symbols. Those of
<directory>/reordered may differ in the order of instructions and the registers they use, and in nothing else. Those of
<directory>/differing must do so: they hold the documented limit and mistakes that this check has to see.
A first line `// flags: ...` says what switches the instrumentation off; without these flags the file must compile as well.
"""

import concurrent.futures
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

LEVELS = ["-O1", "-O2", "-Os"]
FLAGS = "// flags: "
MIRRORED = {"jg": "jl", "jge": "jle", "ja": "jb", "jae": "jbe"}  # the same comparison with its operands exchanged


def run(command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def described(path):
    """Everything in an object file as lines to compare: code with relocations, every section's bytes, symbols."""
    lines = []
    for arguments in (["-drC", "--no-show-raw-insn"], ["-s"], ["-tC"], ["-h"]):
        text = run(["objdump", *arguments, str(path)]).stdout
        lines += [re.sub(r"^( +[0-9a-f]+):\t", "\t", line) for line in text.splitlines() if "file format" not in line]
    return lines


def outline(path):
    """Per function its operations and call targets, and all sections and symbols: what order and registers do not change."""
    functions, current = {}, []
    for line in run(["objdump", "-dr", "--no-show-raw-insn", "-M", "suffix", str(path)]).stdout.splitlines():
        if title := re.match(r"[0-9a-f]+ <(.*)>:", line):
            current = functions.setdefault(title[1], [])
        elif relocation := re.match(r"\t+[0-9a-f]+: (R_.*)", line):
            current.append(relocation[1])
        elif instruction := re.match(r" +[0-9a-f]+:\t(\S+)", line):
            if not instruction[1].startswith(("nop", "cs", "data16", "xchg")):
                current.append(MIRRORED.get(instruction[1], instruction[1]))
    symbols = sorted(re.sub(r"\t[0-9a-f]+ |^[0-9a-f]+ ", " ", line)
                     for line in run(["objdump", "-t", str(path)]).stdout.splitlines() if "file format" not in line)
    return {name: sorted(body) for name, body in functions.items()}, symbols


def complaint_about(case, compiler, level, flags):
    first_line = case.read_text().partition("\n")[0]
    if not first_line.startswith(FLAGS):
        return f"the first line must be `{FLAGS}...`\n"
    own_flags = first_line.removeprefix(FLAGS).split()
    if level == LEVELS[0] and (switched_on := run([compiler, *flags, "-fsyntax-only", str(case)])).returncode != 0:
        return f"the instrumented form compiles only where it is switched off:\n{switched_on.stdout}"
    with tempfile.TemporaryDirectory() as scratch:
        objects = {}
        for form, more in (("instrumented", []), ("stripped", ["-DSTRIPPED", "-w"])):
            objects[form] = pathlib.Path(scratch) / f"{form}.o"
            made = run([compiler, *flags, *own_flags, level, *more, "-c", str(case), "-o", str(objects[form])])
            if made.returncode != 0:
                return f"the {form} form does not compile:\n{made.stdout}"
        instrumented, stripped = objects["instrumented"], objects["stripped"]
        same = instrumented.read_bytes() == stripped.read_bytes()
        if case.parent.name != "pairs":
            same = outline(instrumented) == outline(stripped)
        if case.parent.name == "differing":
            return "the two forms are the same, but must differ\n" if same else ""
        if same:
            return ""
        difference = list(difflib.unified_diff(described(stripped), described(instrumented), "stripped", "instrumented",
                                               lineterm="", n=8))
        return "\n".join(difference or ["equal but for what objdump shows"]) + "\n"


def main():
    directory, compilers, *flags = sys.argv[1:]
    root = pathlib.Path(directory)
    flags = [word for flag in flags for word in (pathlib.Path(flag[1:]).read_text().split() if flag[0] == "@" else [flag])]
    jobs = [(case, compiler, level, flags)
            for folder in ("pairs", "reordered", "differing") for case in sorted(root.glob(f"{folder}/*.cpp"))
            for compiler in compilers.split(",") for level in LEVELS]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=int(os.environ.get("SONDE_JOBS", "2"))) as pool:
        for job, complaint in zip(jobs, pool.map(lambda job: complaint_about(*job), jobs)):
            case, compiler, level = job[:3]
            print("FAILED" if complaint else "ok    ", f"{case.parent.name}/{case.name}", pathlib.Path(compiler).name, level,
                  flush=True)
            if complaint:
                failed += 1
                print(complaint)
    print(f"{len(jobs)} pairs, {failed} failed")
    return 1 if failed or not jobs else 0


if __name__ == "__main__":
    sys.exit(main())
