# SPDX-License-Identifier: MIT
"""Programs that a test starts on loopback. Each ends with the test, however that ends; waiting is for a condition, with a
deadline that only a hung machine reaches."""
import ctypes
import os
import pathlib
import random
import signal
import socket
import subprocess
import time

import outcome

DEADLINE = 120  # seconds


def until(condition, what, seconds=DEADLINE):
    """What `condition` returns once it is true."""
    end = time.monotonic() + seconds
    while not (met := condition()):
        if time.monotonic() > end:
            raise outcome.Failed(f"{what} did not happen within {seconds} s")
        time.sleep(0.05)
    return met


def free_port():
    """A port that nobody listens on, from below those that the system gives to outgoing connections: one that is to be used
    again after a restart must not be taken in between."""
    first = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    for _ in range(200):
        port = random.randrange(10_000, first) if first > 12_000 else 0
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return probe.getsockname()[1]
            except OSError:
                pass
    raise outcome.Failed("there is no free port on loopback")


def is_listening(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def clean_environment():
    """Nothing of the user's settings for telemetry, and no proxy between the programs."""
    return {name: value for name, value in os.environ.items()
            if not name.startswith(("OTEL_", "AWS_")) and not name.lower().endswith("_proxy")}


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Program:
    """A running program; used with `with`. What it says goes to <directory>/<name>.out and .err."""

    def __init__(self, name, command, directory, settings=None):
        self.name = name
        self.said = directory / f"{name}.out"
        self.complained = directory / f"{name}.err"
        with open(self.said, "ab") as out, open(self.complained, "ab") as err:
            self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE, stdout=out, stderr=err,
                                            cwd=directory, env={**clean_environment(), **(settings or {})},
                                            preexec_fn=die_with_parent)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if self.process.poll() is None:
            self.kill()
        self.process.stdin.close()
        if error is not None:
            print(f"---- the end of what {self.name} said:\n{self.complained.read_text(errors='replace')[-3000:]}")

    def wait_for(self, condition, what):
        """Like until(), but a program that has ended is not waited for."""
        def met():
            happened = condition()
            if not happened and self.process.poll() is not None:
                raise outcome.Failed(f"{self.name} ended with exit code {self.process.returncode} before {what}")
            return happened
        return until(met, f"{self.name}: {what}")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        """Waits for the end of a program that was asked to; its exit code."""
        try:
            return self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            raise outcome.Failed(f"{self.name} did not end within {DEADLINE} s") from None


class Collector(Program):
    """A Collector, listening on `ports` once it is made."""

    def __init__(self, name, binary, config, directory, ports, settings=None):
        super().__init__(name, [binary, f"--config=file:{config}"], directory, settings)
        try:
            for port in ports:
                self.wait_for(lambda: is_listening(port), f"it listened on port {port}")
        except outcome.Failed:
            self.__exit__(outcome.Failed, outcome.Failed(), None)
            raise

    def stop(self):
        """Asks it to finish what it has, and waits."""
        self.process.send_signal(signal.SIGTERM)
        code = self.end()
        if code != 0:
            raise outcome.Failed(f"{self.name} ended with exit code {code}")
