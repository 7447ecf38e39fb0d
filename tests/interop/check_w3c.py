#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The W3C's harness for Trace Context, level 2, strict, against w3c_service.cpp. Usage: check_w3c.py <service program>

The harness is in no package: it is looked for in the checkout of github.com/w3c/trace-context that W3C_TRACE_CONTEXT
names, or in ~/.cache/sonde/trace-context. Where there is none the test is skipped by name, in CI too: its cases are
also in tests/propagation/trace_context_suite_test.cpp. With a checkout, what else is missing is a failure where CI is
set.
"""
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import outcome
import processes
import service
import virtual_environment

NAME = "interop_w3c"
COMMIT = "acab820be9db7b3433668baa5cdd43f57f4c4be0"  # 2026-06-29
DIGEST = "3ce5ca024edc4708a0fa100becae9c8b2d40cff58ab4feec9b7b7a1827bf71c3"  # of its files, as digest() says it
CASES = 41


def checkout():
    named = os.environ.get("W3C_TRACE_CONTEXT")
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    return pathlib.Path(named) if named else cache / "sonde" / "trace-context"


def digest(harness):
    files = b"".join(str(path.relative_to(harness)).encode() + b"\0" + path.read_bytes()
                     for path in sorted(harness.rglob("*.py")))
    return hashlib.sha256(files).hexdigest()


def check():
    harness = checkout() / "test"
    if digest(harness) != DIGEST:  # its cases have changed more than once: a failure must mean the same everywhere
        raise outcome.Unavailable(f"{harness} is not the harness of commit {COMMIT}: check that one out")
    _, python = virtual_environment.of("aiohttp==3.14.5")
    with tempfile.TemporaryDirectory(prefix="sonde-interop-") as name:
        with service.Service("w3c", [pathlib.Path(sys.argv[1]).absolute()], pathlib.Path(name)) as served:
            levels = {"SPEC_LEVEL": "2", "STRICT_LEVEL": "2", "HARNESS_HOST": "127.0.0.1",
                      "HARNESS_PORT": str(processes.free_port()), "HARNESS_TIMEOUT": "60"}
            run = subprocess.run([python, "-B", "test.py", f"{served.url}/test"], cwd=harness,
                                 env={**processes.clean_environment(), **levels}, capture_output=True, text=True,
                                 check=False, timeout=processes.DEADLINE, preexec_fn=processes.die_with_parent)
            served.finish()
    last = run.stderr.strip().split("\n")[-1]
    complaints = re.findall(r"^((?:FAIL|ERROR): .*)$", run.stderr, re.M)
    if run.returncode != 0 or last != "OK" or f"Ran {CASES} tests" not in run.stderr:
        print(run.stderr[-6000:])
        complaints.append(f"the harness says {last!r}, not that all of {CASES} cases are well")
    return complaints


if __name__ == "__main__":
    if not (checkout() / "test" / "test.py").exists():
        print(f"{NAME}: skipped: no checkout of github.com/w3c/trace-context (commit {COMMIT[:12]}) at {checkout()}; "
              "W3C_TRACE_CONTEXT names another place")
        sys.exit(outcome.SKIPPED)
    sys.exit(outcome.of(NAME, check))
