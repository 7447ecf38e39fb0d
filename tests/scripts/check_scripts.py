#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What people type: every script answers --help and refuses what it does not know before it does anything; shellcheck finds
nothing; presets have the same names in CMakePresets.json, in scripts/test --help and in .ci/run."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# A script that calls one of these with --help or nonsense in hand has begun to work.
WORKERS = ("apt-get", "c++", "clang++-14", "cmake", "ctest", "curl", "dpkg-query", "g++", "meson", "ninja", "sudo")


def is_script(path):
    return path.is_file() and os.access(path, os.X_OK)


def run(script, argument, root):
    """Exit code, output, error output, and which workers were called."""
    with tempfile.TemporaryDirectory() as directory:
        called = pathlib.Path(directory) / "called"
        for name in WORKERS:
            stub = pathlib.Path(directory) / name
            stub.write_text(f'#!/bin/sh\necho {name} >> "{called}"\nexit 1\n')
            stub.chmod(0o755)
        done = subprocess.run([script, argument], cwd=root, text=True, capture_output=True, timeout=30, stdin=subprocess.DEVNULL,
                              env={**os.environ, "PATH": f"{directory}:{os.environ['PATH']}"})
        return done.returncode, done.stdout, done.stderr, called.read_text().split() if called.exists() else []


def check_script(script, root):
    name = str(script.relative_to(root))
    is_shell = "bash" in script.read_text().split("\n", 1)[0]
    for option in ("--help", "-h"):
        code, out, err, called = run(script, option, root)
        if code != 0 or err or called:
            yield f"{name} {option}: exit code {code}, error output '{err.strip()}', called {called}; should answer with 0"
        if script.name not in out:
            yield f"{name} {option} does not say how the script is called"
    for nonsense in ("--no-such-option", "no such argument"):
        code, out, err, called = run(script, nonsense, root)
        lines = err.splitlines()
        if code != 2 or out or called:
            yield f"{name} '{nonsense}': exit code {code}, output '{out.strip()}', called {called}; should refuse with 2"
        if not lines or nonsense not in lines[-1] or (is_shell and len(lines) != 1):
            yield f"{name} '{nonsense}': error output is not one line that names it: {lines}"


def check_with_shellcheck(scripts, root):
    shell = [str(each) for each in scripts if "bash" in each.read_text().split("\n", 1)[0]]
    if shutil.which("shellcheck") is None:
        print("scripts: shellcheck is not installed (Debian: shellcheck); not run")
        if os.environ.get("CI"):
            yield "shellcheck is not installed"
        return
    done = subprocess.run(["shellcheck", *shell], cwd=root, text=True, capture_output=True, timeout=60)
    if done.returncode != 0:
        yield f"shellcheck: {done.stdout}{done.stderr}"


def check_presets(root):
    presets = json.loads((root / "CMakePresets.json").read_text())

    def names(kind):
        return {each["name"] for each in presets[kind] if not each.get("hidden")}

    known = names("configurePresets")
    for kind in ("buildPresets", "testPresets"):
        if names(kind) != known:
            yield f"CMakePresets.json: {kind} are {sorted(names(kind))}, configurePresets {sorted(known)}"
        for each in presets[kind]:
            if each.get("configurePreset", each["name"]) != each["name"]:
                yield f"CMakePresets.json: the {kind} named {each['name']} configures {each['configurePreset']}"
    helped = set(run(root / "scripts" / "test", "--help", root)[1].split())
    if not known <= helped:
        yield f"scripts/test --help does not name {sorted(known - helped)}"
    loop = re.search(r"for preset in ([^;]+); do\n", (root / ".ci" / "run").read_text())
    if loop is None:
        yield ".ci/run has no line 'for preset in …; do': teach this check how presets are run now"
    elif unknown := set(loop[1].split()) - known:
        yield f".ci/run runs {sorted(unknown)}, which CMakePresets.json does not know"


def main():
    root = pathlib.Path(sys.argv[1])
    scripts = [each for each in sorted((root / "scripts").rglob("*")) if is_script(each)]
    if not scripts:
        sys.exit("scripts/ has no scripts: the check finds nothing to check")
    complaints = [each for script in scripts for each in check_script(script, root)]
    complaints += check_with_shellcheck(scripts, root)
    complaints += check_presets(root)
    for each in complaints:
        print(f"FAILED: {each}")
    print(f"{len(scripts)} scripts: {', '.join(str(each.relative_to(root)) for each in scripts)}")
    sys.exit(bool(complaints))


main()
