# SPDX-License-Identifier: MIT
"""What a source costs its compiler: user time, alternating with the sources it is compared to, and what its object holds.
Used by `costs` and `types` beside it, and by the budget test (tests/compile_time)."""
import os
import pathlib
import shutil
import subprocess

INCLUDE = pathlib.Path(__file__).resolve().parents[2] / "include"
STANDARD = "#include <string_view>\n#include <atomic>\n#include <source_location>\n"
ENTRY = "#include <sonde/sonde.hpp>\n"
SITES = 200
LONG = 3  # seconds


class Refused(Exception):
    """A source that does not compile; says what the compiler said."""


def compilers():
    """Those at hand, oldest supported ones first: the bars are theirs."""
    for names in (("g++",), ("clang++-14", "clang++")):
        found = next((name for name in names if shutil.which(name)), None)
        if found:
            yield found


def span_and_nothing_else():
    return ENTRY + 'void f() { sonde::span<"name"> span; }\n'


def sites(line, before=""):
    """A source of so many functions, `line` with {i} for the number of each."""
    return before + "".join(line.replace("{i}", str(i)) + "\n" for i in range(SITES))


class Source:
    """A source, and the least it took to compile it, in seconds of user time."""

    def __init__(self, name, text, directory, flags=()):
        self.file, self.object = directory / f"{name}.cpp", directory / f"{name}.o"
        self.file.write_text(text)
        self.flags = flags
        self.seconds = float("inf")

    def compile(self, compiler):
        command = [compiler, "-std=c++20", "-O2", f"-I{INCLUDE}", *self.flags, "-c", self.file, "-o", self.object]
        with open(f"{self.object}.said", "w+") as said:
            child = subprocess.Popen(command, stdout=said, stderr=said)
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode != 0:
                said.seek(0)
                raise Refused(f"{compiler} does not compile {self.file.name}: {said.read()[:500]}")
        self.seconds = min(self.seconds, used.ru_utime)

    def code(self):
        """As the bar of 200 bytes counts: what `size` calls text, which has constants and unwind tables in it."""
        return sizes(self.object)[0]


def sizes(file):
    """Text, data and zeroed data of an object or a program."""
    table = subprocess.run(["size", file], check=True, capture_output=True, text=True).stdout
    return tuple(int(column) for column in table.splitlines()[1].split()[:3])


def loaded_bytes(program):
    return sum(sizes(program))


def in_turns(compiler, sources, turns):
    """What takes long is compiled once: it needs no second chance."""
    for turn in range(turns):
        for each in sources:
            if turn == 0 or each.seconds < LONG:
                each.compile(compiler)
