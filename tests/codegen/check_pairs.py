#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Switched off, instrumented code must compile to the same instructions, sections and symbols as code whose instrumentation was
removed by hand.

Usage: check_pairs.py <directory> <compiler> <flag or @file of flags>...

Each file is compiled as it stands and with -DSTRIPPED, where it does not even include sonde; all files of a folder with the same
flags together, at each level. What the two object files consist of is compared part by part (object_file.py): each function's
code with what it calls, data, initialisers, exception tables, unwinding, symbols.

pairs       are the same
min_level   are the same for each SONDE_MIN_LEVEL, with instrumentation on
reordered   may differ in the order of instructions and the registers they use
differing   differ, and as they say: the documented limits, seen from the other side

The head of a file may say more:
// flags: ...          instead of -DSONDE_ENABLED=0
// levels: ...         fewer levels than all, because its headers are slow to compile
// differs: ...        of differing: the compiler (gcc, clang) it holds for, if not for both; the section in which it differs;
                       what the lines there must show, as a regular expression
"""

import collections
import concurrent.futures
import difflib
import functools
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from object_file import ObjectFile, numberless

LEVELS = ("-O1", "-O2", "-O3", "-Os", "-O2 -fPIC")
ONCE = LEVELS[:-1]  # enough beside the pairs
# By function, and none folded into another of the same code: which one stays depends on their order.
BY_FUNCTION = "-g0 -ffunction-sections -fdata-sections".split()
APART = {False: ["-fno-ipa-icf"], True: []}
OFF = "-DSONDE_ENABLED=0"
MIN_LEVELS = range(1, 6)
SHOWN = 12  # lines of a difference
MIRRORED = {"jg": "jl", "jge": "jle", "ja": "jb", "jae": "jbe"}  # the same comparison with its operands exchanged

PADDING = ("nop", "cs nop", "data16", "xchg   %ax,%ax")
MOVED = (".text", ".text.unlikely", ".eh_frame", ".rodata")  # by other registers and another order: numbers in them

# Without optimisation the guard is an object and arguments are copied. These pairs are the same all the same, for both compilers.
HOLD_AT_O0 = ("functions::at_run_time", "functions::recursive_template", "functions::variadic_template",
              "functions::through_both", "functions::address_taken", "spans::where_told_apart")
# Of the others this is all that may be more: copies on the stack, jumps, and calls of functions that optimisers inline.
COPIES = re.compile(r"(mem(cpy|set)-|mov|lea|nop|sub|add|push|pop|leave|call|jmp|xor|cvt|cmp|test|j[a-z]+$|set|and|pxor|endbr|"
                    r"ret)|\.(rodata|data|LC|L)")
INLINED = re.compile(r".*(\bstd::|\bsonde::|_ZSt|_ZNK?St|_ZNK?5sonde|_Unwind_Resume|__cxa_)")
# What is submitted is another callable than by hand; what a value form computes, and dead branches, stay.
EXCUSED_AT_O0 = ("tasks::", "value_form::", "typed_attributes::nested", "propagation::reading_baggage",
                 "callables::in_tracer_span", "functions::traced_at_run_time")

Batch = collections.namedtuple("Batch", "folder files flags levels")
Difference = collections.namedtuple("Difference", "function section lines")


def run(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options)


def demangled(texts):
    """`.text._ZN5spans5plainEi` as `.text spans::plain(int)`, all of them in one go."""
    spaced = "\n".join(re.sub(r"\._Z", " _Z", text) for text in texts)
    return run(["c++filt"], input=spaced).stdout.splitlines()


def said(file, what):
    found = re.search(rf"^// {what}: (.*)$", file.read_text(), re.MULTILINE)
    return found[1] if found else ""


def batches_of(directory):
    found = collections.defaultdict(list)
    for folder in ("pairs", "min_level", "reordered", "differing"):
        for file in sorted(directory.glob(f"{folder}/*.cpp")):
            levels = tuple(said(file, "levels").split(", ")) if said(file, "levels") else LEVELS if folder == "pairs" else ONCE
            all_flags = [f"-DSONDE_MIN_LEVEL={n}" for n in MIN_LEVELS] if folder == "min_level" else [said(file, "flags") or OFF]
            for flags in all_flags:
                found[folder, flags, levels].append(file)
    return [Batch(folder, files, flags.split(), levels) for (folder, flags, levels), files in found.items()]


class DoesNotCompile(Exception):
    pass


def compiled(batch, command, level, scratch):
    """Both object files, of a source that includes all files of the batch."""
    source = scratch / "batch.cpp"
    source.write_text("".join(f'#include "{file}"\n' for file in batch.files))
    made = []
    for form, more in (("stripped", ["-DSTRIPPED", "-w"]), ("instrumented", [])):
        target = scratch / f"{form}.o"
        done = run([*command, *batch.flags, *BY_FUNCTION, *APART[is_clang(command[0])], *level.split(), *more,
                    "-c", str(source), "-o", str(target)])
        if done.returncode != 0:
            raise DoesNotCompile(f"the {form} form does not compile:\n{done.stdout}")
        made.append(target)
    return made


def differences(stripped, instrumented):
    """The parts in which two object files differ, each with its first differing lines."""
    if stripped.read_bytes() == instrumented.read_bytes():
        return []
    files = [ObjectFile(stripped), ObjectFile(instrumented)]
    before, after = (each.parts() for each in files)
    code = [each.disassembly() for each in files]
    names = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
    names.sort(key=lambda name: (not name.startswith(".text"), name))  # code first: it says most
    found = []
    for name, shown in zip(names, demangled(names)):
        if name.startswith(".text"):
            lines = [each.get(name, []) for each in code]
        else:
            lines = [demangled([line for content in parts.get(name, []) for line in content]) for parts in (before, after)]
        if lines[0] == lines[1]:
            lines = [[line for content in parts.get(name, []) for line in content] for parts in (before, after)]
        changed = list(difflib.unified_diff(*lines, "stripped", "instrumented", lineterm="", n=2))
        section, _, function = shown.replace(" of .text ", " ").replace(" of ", " ").partition(" ")
        if name == "symbols":
            found += [Difference(line[1:], "symbols", [line]) for line in changed[2:] if line[0] in "+-"]
        else:
            found.append(Difference(function, section, changed))
    return found


def operations(stripped, instrumented):
    """By function its operations, and what it refers to, sorted: all that neither order nor registers change."""
    return [{name: sorted(operation(line) for line in lines if not line.strip().startswith(PADDING))
             for name, lines in each.items()}
            for each in (ObjectFile(path).disassembly() for path in (stripped, instrumented))]


def operation(line):
    first, _, rest = line.strip().partition(" ")
    return numberless(rest.strip()) if first.startswith("R_") else MIRRORED.get(first, first)


def other_operations(stripped, instrumented):
    before, after = operations(stripped, instrumented)
    names = [name for name in after if before.get(name, []) != after[name]]
    for name, shown in zip(names, demangled(names)):
        lines = difflib.unified_diff(before.get(name, []), after[name], "stripped", "instrumented", lineterm="", n=2)
        yield Difference(shown.removeprefix(".text "), ".text", list(lines))


def beyond_copies(stripped, instrumented):
    """At -O0: the functions of HOLD_AT_O0 are the same, others copy more, and call more of what optimisers inline."""
    before, after = operations(stripped, instrumented)
    code = [ObjectFile(path).disassembly() for path in (stripped, instrumented)]
    names = [name for name in before if name in after and re.match(r"\.text\._ZN?K?\d", name)]
    for name, shown in zip(names, demangled(names)):
        function = shown.removeprefix(".text ")
        if function.partition("(")[0] in HOLD_AT_O0:
            if code[0][name] != code[1][name]:
                lines = difflib.unified_diff(code[0][name], code[1][name], "stripped", "instrumented", lineterm="", n=2)
                yield Difference(function, ".text", list(lines))
            continue
        more = collections.Counter(after[name]) - collections.Counter(before[name])
        wrong = [each for each in demangled(sorted(more)) if not COPIES.match(each) and not INLINED.match(each)]
        if wrong and not function.startswith(EXCUSED_AT_O0):
            yield Difference(function, ".text", [f"+ {each}" for each in wrong])


def file_of(batch, difference):
    """Whose function it is: that of the namespace named after the file, if any."""
    for file in batch.files:
        if re.search(rf"\b{file.stem}::", difference.function):
            return file
    return batch.files[0] if len(batch.files) == 1 else None


def told(batch, difference, compiler, level):
    file = file_of(batch, difference)
    name = f"{batch.folder}/{file.name if file else '*'}"
    where = f"{pathlib.Path(compiler).name} {level} {' '.join(batch.flags)}, {difference.section}"
    return "\n".join([f"FAILED {name}: {difference.function or 'no function'}: {where}",
                      *(f"    {line}" for line in difference.lines[:SHOWN])])


def complaints_about(batch, command, level):
    """One per difference that should not be, or that should be and is not."""
    compiler = command[0]
    try:
        with tempfile.TemporaryDirectory() as scratch:
            objects = compiled(batch, command, level, pathlib.Path(scratch))
            if level == "-O0":
                found = list(beyond_copies(*objects))
            else:
                found = differences(*objects)
            if batch.folder == "reordered":
                found = [each for each in found if each.section not in MOVED] + list(other_operations(*objects))
    except DoesNotCompile as error:
        return [f"FAILED {batch.folder}: {compiler} {level} {' '.join(batch.flags)}: {error}"]
    if batch.folder != "differing":
        return [told(batch, each, compiler, level) for each in found]
    complaints = []
    for file in batch.files:
        theirs = [each for each in found if file_of(batch, each) == file]
        reports = [told(batch, each, compiler, level) for each in theirs]
        family, section, pattern = re.match(r"(gcc |clang )?(\S+) (.*)", said(file, "differs")).groups()
        if family and (family == "clang ") != is_clang(compiler):
            complaints += reports
        elif not any(re.search(pattern, line) for each in theirs for line in each.lines if each.section == section):
            complaints.append(f"FAILED differing/{file.name}: {compiler} {level}: must differ in {section}, by {pattern}, but:\n"
                              + ("\n".join(reports) or "is the same"))
    return complaints


@functools.cache
def is_clang(compiler):
    return "clang" in run([compiler, "--version"]).stdout


def switched_on(batch, command):
    """What a program that is off compiles must compile where it is on."""
    text = "".join(f'#include "{file}"\n' for file in batch.files)
    flags = [each for each in batch.flags if each != OFF]
    done = run([*command, *flags, "-fsyntax-only", "-x", "c++", "-"], input=text)
    return [f"FAILED {batch.folder}: compiles only where it is switched off:\n{done.stdout}"] if done.returncode else []


def check(directory, command):
    """Complaints by what was compiled."""
    batches = batches_of(directory)
    jobs = [(batch, level) for batch in batches for level in batch.levels]
    jobs += [(batch, "-O0") for batch in batches if batch.folder == "pairs" and batch.levels == LEVELS]
    jobs += [(batch, None) for batch in batches if batch.folder == "pairs" and OFF in batch.flags]
    jobs.sort(key=lambda job: job[0].levels == LEVELS)  # the slow ones first

    def complaints_of(job):
        return complaints_about(job[0], command, job[1]) if job[1] else switched_on(job[0], command)

    with concurrent.futures.ThreadPoolExecutor(max_workers=int(os.environ.get("SONDE_JOBS", "2"))) as pool:
        yield from zip(jobs, pool.map(complaints_of, jobs))


def expanded(flags):
    return [word for flag in flags for word in (pathlib.Path(flag[1:]).read_text().split() if flag[0] == "@" else [flag])]


def main():
    directory, compiler, *flags = sys.argv[1:]
    done = failed = 0
    for (batch, level), complaints in check(pathlib.Path(directory).resolve(), [compiler, *expanded(flags)]):
        names = ", ".join(file.stem for file in batch.files)
        print("FAILED" if complaints else "ok    ", batch.folder, level or "switched on", *batch.flags, f"({names})", flush=True)
        print(*complaints, sep="\n", end="\n" if complaints else "")
        done, failed = done + 1, failed + bool(complaints)
    print(f"{pathlib.Path(compiler).name}: {done} compared, {failed} failed")
    return 1 if failed or not done else 0


if __name__ == "__main__":
    sys.exit(main())
