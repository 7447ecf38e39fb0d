# SPDX-License-Identifier: MIT
"""Packages of PyPI that a check needs, installed once into a virtual environment in the user's cache."""
import fcntl
import os
import pathlib
import subprocess
import sys

import outcome


def of(*packages):
    """The folder of the environment that has these packages, `name==version` each, and its interpreter; made if need be."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    home = cache / "sonde" / ("venv-" + "-".join(packages).replace("==", "-"))
    python = home / "bin" / "python"
    home.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{home}.lock", "w") as lock:  # several checks may want the same at the same time
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (python.exists() and (home / "complete").exists()):
            make(home, python, packages)
    return home, python


def make(home, python, packages):
    for command in ([sys.executable, "-m", "venv", "--clear", home],
                    [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]):
        wanted = f"{' '.join(packages)} cannot be installed"
        try:
            made = subprocess.run(command, capture_output=True, text=True, check=False, timeout=400)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise outcome.Unavailable(f"{wanted}: {error}") from error
        if made.returncode != 0:
            why = (made.stderr or made.stdout).strip()[-300:]
            raise outcome.Unavailable(f"{wanted}: {' '.join(map(str, command[1:3]))} failed: {why}")
    (home / "complete").touch()
