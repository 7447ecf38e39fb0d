#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The OpenTelemetry Collector that the interop tests run against: built from Go modules by its official builder, once, and
kept in the user's cache under its version and what it is made of. Run on its own it builds what is missing.
"""
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys

import outcome
import processes

# All components are of one release; modules that promise stability count differently: 1.x where the others have 0.(x + 94).
VERSION = "0.158.0"
STABLE_VERSION = "1.64.0"
XRAY_VERSION = "0.145.0"  # an older one of this receiver alone: the checksums of those since are not to be had everywhere
GO = (1, 25)  # what that release needs

MANIFEST = f"""\
dist: {{name: otelcol, output_path: ./otelcol, description: for the interop tests of sonde, version: {VERSION}}}
receivers:
  - gomod: go.opentelemetry.io/collector/receiver/otlpreceiver v{VERSION}
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/receiver/otlpjsonfilereceiver v{VERSION}
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/receiver/awsxrayreceiver v{XRAY_VERSION}
processors:
  - gomod: go.opentelemetry.io/collector/processor/memorylimiterprocessor v{VERSION}
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/processor/tailsamplingprocessor v{VERSION}
exporters:
  - gomod: go.opentelemetry.io/collector/exporter/otlphttpexporter v{VERSION}
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/exporter/fileexporter v{VERSION}
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/exporter/loadbalancingexporter v{VERSION}
extensions:
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage v{VERSION}
providers:
  - gomod: go.opentelemetry.io/collector/confmap/provider/envprovider v{STABLE_VERSION}
  - gomod: go.opentelemetry.io/collector/confmap/provider/fileprovider v{STABLE_VERSION}
"""


def find_or_build():
    """The path of the Collector; raises outcome.Unavailable where it is not there and cannot be built."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "sonde"
    made_of = hashlib.sha256(MANIFEST.encode()).hexdigest()[:12]
    kept = cache / f"otelcol-{VERSION}-{made_of}" / "otelcol"
    if kept.exists():
        return kept
    require_go()
    cache.mkdir(parents=True, exist_ok=True)
    with open(cache / "otelcol.lock", "w") as lock:
        wait_for(lock)
        if not kept.exists():  # another test may have built it meanwhile
            directory = cache / "otelcol-build"
            shutil.rmtree(directory, ignore_errors=True)  # of a build that was killed
            directory.mkdir()
            try:
                build(directory)
                kept.parent.mkdir(exist_ok=True)
                os.replace(directory / "otelcol" / "otelcol", kept)  # appears whole or not at all
            finally:
                shutil.rmtree(directory)
    return kept


def require_go():
    wanted = f"Go {GO[0]}.{GO[1]} or newer is needed to build the OpenTelemetry Collector {VERSION}"
    if shutil.which("go") is None:
        raise outcome.Unavailable(f"{wanted}, and there is no `go` on the PATH")
    said = subprocess.run(["go", "env", "GOVERSION"], capture_output=True, text=True)
    found = re.search(r"go(\d+)\.(\d+)", said.stdout)
    if found is None or tuple(map(int, found.groups())) < GO:
        raise outcome.Unavailable(f"{wanted}; `go` is {said.stdout.strip() or said.stderr.strip() or 'silent'}")


def wait_for(lock):
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("another process is building it; waiting")
        fcntl.flock(lock, fcntl.LOCK_EX)


def build(directory):
    say(f"building the OpenTelemetry Collector {VERSION} with Go; once, some minutes")
    (directory / "manifest.yaml").write_text(MANIFEST)
    command = ["go", "run", f"go.opentelemetry.io/collector/cmd/builder@v{VERSION}", "--config=manifest.yaml"]
    clean = {**os.environ, "CGO_ENABLED": "0", "GOWORK": "off"}
    last = []
    with subprocess.Popen(command, cwd=directory, env=clean, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, preexec_fn=processes.die_with_parent) as building:
        for line in building.stdout:
            say(line.rstrip())
            last = (last + [line.strip()])[-3:]
    if building.returncode != 0 or not (directory / "otelcol" / "otelcol").exists():
        raise outcome.Unavailable(f"the OpenTelemetry Collector {VERSION} cannot be built: {' / '.join(last)}")


def say(line):
    print(line, file=sys.stderr, flush=True)


def main():
    print(find_or_build())
    return []


if __name__ == "__main__":
    sys.exit(outcome.of("interop_collector_build", main))
