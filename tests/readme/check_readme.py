#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds README and docs to what they say. The comment before a block says how it is checked:

<!-- compile: function -->  declarations and functions that compile      <!-- compile: program -->  with a main of their own
<!-- file: PATH -->         equals that file but for // comments         <!-- prints: EXAMPLE -->   what that example prints
<!-- save: NAME -->         goes into the reader's directory             <!-- run -->               sh: is run there
<!-- output -->             what the block run before it prints          no comment                 sh: its commands exist

C++ blocks that include the same headers of sonde share a translation unit, each in a namespace of its own. Links lead
somewhere; environment variables, flags and headers that are spoken of exist.

Usage: check_readme.py everything|without_commands <root> <directory of the built examples> <compiler> <flag>..."""
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import tempfile

from document import complaints_about_links, complaints_about_names, read_all
from reader import Reader, normalised, pattern_for, unknown_commands

PRELUDE = "".join(f"#include <{h}>\n" for h in ("chrono", "cstdio", "stdexcept", "string", "string_view", "thread", "vector"))
# What an excerpt may do that a program should not: leave things unused, shadow, and main in a namespace returns nothing.
LENIENT = ["-Wno-unused", "-Wno-error=shadow", "-Wno-return-type"]


def without_banner(source):
    return "\n".join(line for line in source.splitlines() if not line.startswith("//")).strip()


def translation_units(blocks):
    """By the headers of sonde they include: the blocks, as one source whose errors name the lines of the documents."""
    units = {}
    for block in blocks:
        lines = block.text.splitlines()
        includes = {line.partition("//")[0].strip() for line in lines if line.startswith("#include")}
        all_includes, source, parts = units.setdefault(frozenset(each for each in includes if "<sonde/" in each), (set(), [], []))
        all_includes |= includes
        body = "\n".join("" if line.startswith("#include") else line for line in lines)
        source.append(f'namespace block_{len(parts)} {{\n#line {block.line} "{block.document.name}"\n{body}\n}}')
        parts.append(block)
    return [(PRELUDE + "\n".join([*sorted(includes), *source]), parts) for includes, source, parts in units.values()]


def complaints_of_compiler(blocks, command):
    def compile_unit(unit):
        with tempfile.NamedTemporaryFile("w", suffix=".cpp") as file:
            file.write(unit[0])
            file.flush()
            done = subprocess.run([*command, *LENIENT, "-fsyntax-only", file.name], capture_output=True, text=True)
        return done.returncode, done.stderr

    units = translation_units(blocks)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for (_, parts), (code, errors) in zip(units, pool.map(compile_unit, units)):
            print(f"{', '.join(map(str, parts))}: {'does not compile' if code else 'compiles'}", flush=True)
            if code:
                yield f"one of {', '.join(map(str, parts))} does not compile:\n{errors}"


def complaint_about_example(block, programs):
    program = programs / block.what
    if not program.exists():
        return f"there is no program {program}: build the examples"
    done = subprocess.run([program], text=True, timeout=60, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={"LC_ALL": "C.UTF-8"})
    if done.returncode == 0 and re.fullmatch(pattern_for(block.text), normalised(done.stdout)):
        return ""
    return f"is not what {block.what} prints (exit code {done.returncode}):\n{normalised(done.stdout)}"


def complaint_about(block, reader, root, programs):
    match block.how:
        case "file":
            same = without_banner((root / block.what).read_text()) == block.text.strip()
            return "" if same else f"differs from {block.what}"
        case "save":
            return reader.save(block.what, block.text) or ""
        case "run":
            return reader.run(block.text)
        case "output":
            return reader.complaint_about(block.text)
        case "prints":
            return complaint_about_example(block, programs)
        case "compile" if block.what in ("function", "program"):
            return ""  # below, with its like
        case "" if block.language == "sh":
            unknown = ", ".join(unknown_commands(block.text, root))
            return f"calls {unknown}, which is not there" if unknown else ""
        case "" if block.language in ("", "text"):
            return ""  # a drawing
    return "has no comment that says how to check it" if not block.how else f"has a comment nobody understands: {block.how}"


def main():
    extent = sys.argv[1]  # everything, or without_commands
    root, programs = (pathlib.Path(each).resolve() for each in sys.argv[2:4])
    documents = read_all(root)
    blocks = [block for document in documents for block in document.blocks]
    if not any(block.language == "cpp" for block in blocks if block.document.name == "README.md"):
        sys.exit("README.md has no C++ blocks: the check finds nothing to check")
    complaints = [*complaints_about_links(documents, root), *complaints_about_names(documents, root)]
    complaints += complaints_of_compiler([block for block in blocks if block.how == "compile"], sys.argv[4:])
    with Reader(root) as reader:
        for document in documents:
            reader.begin_page()
            for block in document.blocks:
                if extent == "without_commands" and block.how in ("run", "output"):
                    continue
                if complaint := complaint_about(block, reader, root, programs):
                    complaints.append(f"{block}: {complaint}")
    for each in complaints:
        print(f"FAILED: {each}")
    print(f"{len(documents)} documents, {len(blocks)} blocks, {len(complaints)} complaints")
    sys.exit(bool(complaints))


main()
