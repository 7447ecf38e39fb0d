#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What sonde may cost whoever compiles with it: lines that sonde.hpp brings, user time beside three standard headers, bytes of
a call site, and no byte where sonde is off. Budgets are above the bars of benchmarks/compile_time, which are for quiet machines.

Usage: check_budget.py ROOT COMPILER
"""
import pathlib
import subprocess
import sys
import tempfile

LINES = 0.55    # of what is left after preprocessing, to the three standard headers
SECONDS = 1.3   # of user time, to the same; the bar is 0.9
SITE_SECONDS = 0.05  # of one more span, to the same; the bar is 5 ms of some 265
FILE_BYTES = 2600    # of a file with one span: the usual path, and how to find the session
SITE_BYTES = 200     # of one more span, with its function
TURNS = 12      # at most; three are made anyway. What else the machine does can only add to the least


def lines(compiler, include, text):
    """How many lines the compiler gets to see."""
    done = subprocess.run([compiler, "-std=c++20", f"-I{include}", "-E", "-P", "-x", "c++", "-"], input=text, check=True,
                          capture_output=True, text=True)
    return done.stdout.count("\n")


def check(root, compiler, directory):
    sys.path.insert(0, str(root / "benchmarks" / "compile_time"))
    import compiling

    def source(name, text, flags=()):
        return compiling.Source(name, text, directory, flags)

    ratio = lines(compiler, compiling.INCLUDE, compiling.ENTRY) / lines(compiler, compiling.INCLUDE, compiling.STANDARD)
    print(f"sonde.hpp: {ratio:.2f} x the lines of three standard headers")
    if ratio > LINES:
        yield f"sonde.hpp brings {ratio:.2f} x the lines of three standard headers; the budget is {LINES}: what is included now?"

    span = 'void f{i}() { sonde::span<"name-{i}"> span; }'
    standard = source("standard", compiling.STANDARD)
    one = source("one", compiling.span_and_nothing_else())
    many = source("many", compiling.sites(span, compiling.span_and_nothing_else()))
    for turn in range(TURNS):
        compiling.in_turns(compiler, (standard, one, many), 1)
        included = one.seconds / standard.seconds
        site = (many.seconds - one.seconds) / compiling.SITES / standard.seconds
        if turn > 1 and included <= SECONDS and site <= SITE_SECONDS:
            break
    print(f"sonde.hpp and a span: {included:.2f} x their time; one span more: {site:.4f} x; {turn + 1} turns")
    if included > SECONDS:
        yield f"sonde.hpp and a span take {included:.2f} x the time of three standard headers; the budget is {SECONDS}"
    if site > SITE_SECONDS:
        yield f"one span more takes {site:.4f} x the time of three standard headers; the budget is {SITE_SECONDS}"

    print(f"a file with one span: {one.code()} bytes")
    if one.code() > FILE_BYTES:
        yield (f"a file with one span takes {one.code()} bytes; the budget is {FILE_BYTES}: what is seldom done belongs behind "
               "the session's table (span/unusual.hpp)")

    size = (many.code() - one.code()) / compiling.SITES
    print(f"one span more: {size:.0f} bytes")
    if size > SITE_BYTES:
        yield f"one span more takes {size:.0f} bytes; the budget is {SITE_BYTES}"

    off = ("-DSONDE_ENABLED=0",)
    idle = source("idle", compiling.sites(span, compiling.ENTRY), off)
    plain = source("plain", compiling.sites("void f{i}() {}", compiling.ENTRY), off)
    compiling.in_turns(compiler, (idle, plain), 1)
    if idle.code() != plain.code():
        yield f"switched off, {compiling.SITES} spans still add {idle.code() - plain.code()} bytes"


def main():
    root, compiler = pathlib.Path(sys.argv[1]), sys.argv[2]
    with tempfile.TemporaryDirectory() as directory:
        complaints = list(check(root, compiler, pathlib.Path(directory)))
    for each in complaints:
        print(f"FAILED: {each}")
    sys.exit(bool(complaints))


main()
