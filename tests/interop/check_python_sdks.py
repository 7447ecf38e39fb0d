#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Requests that go through our services (traced_service.cpp) and Flask services with the Python SDKs of OpenTelemetry
and AWS X-Ray (python_service.py), compared with the records of both sides: see python_sdk_cases.py.
Usage: check_python_sdks.py <traced service program>

The packages are installed once into a virtual environment in the user's cache. Without network or pip the test is
skipped by name; where CI is set, that is a failure.
"""
import contextlib
import json
import pathlib
import socket
import sys
import tempfile
import threading

import otlp_json
import outcome
import processes
import python_sdk_cases
import service
import virtual_environment
from python_sdk_cases import OURS, STATE, THEIRS

PACKAGES = ["opentelemetry-sdk==1.44.0", "opentelemetry-instrumentation-flask==0.65b0",
            "opentelemetry-instrumentation-requests==0.65b0", "opentelemetry-propagator-aws-xray==1.0.2",
            "opentelemetry-propagator-b3==1.44.0", "aws-xray-sdk==2.15.0", "flask==3.1.3", "requests==2.34.2"]
HERE = pathlib.Path(__file__).resolve().parent


class Daemon:
    """Where an X-Ray daemon would listen: keeps the documents that come."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.spans = []
        threading.Thread(target=self.receive, daemon=True).start()

    def receive(self):
        while True:
            _, _, document = self.socket.recv(65536).decode().partition("\n")
            segment = json.loads(document)
            known = {"trace_id": segment["trace_id"][2:].replace("-", ""), "service": segment["name"]}
            calls = [{**known, "id": call["id"], "parent": segment["id"], "kind": "client"}
                     for call in segment.get("subsegments", []) if call["namespace"] == "remote"]
            served = {**known, "id": segment["id"], "parent": segment.get("parent_id", ""), "kind": "server"}
            self.spans += [served, *calls]


def command(name, python, directory):
    if name in OURS:
        return [pathlib.Path(sys.argv[1]).absolute(), directory / f"{name}.jsonl"]
    return [python, "-B", HERE / "python_service.py", name.partition("-")[0], name]


def recorded_by_us(directory):
    kinds = {2: "server", 3: "client"}
    return [{"trace_id": one["trace_id"], "id": one["span_id"], "parent": one["parent_span_id"], "service": name,
             "kind": kinds[one["kind"]], "flags": one["flags"], "tracestate": one["tracestate"]}
            for name in OURS for _, spans in otlp_json.read_lines(directory / f"{name}.jsonl") for one in spans]


def recorded_by_them(services, daemon, count):
    """A span of theirs may end when its response is already on its way: waits a while until there are that many."""
    patience = iter(range(100))

    def all_of_them():
        found = daemon.spans + [span for name in THEIRS if name.startswith("otel")
                                for span in json.loads(services[name].get("/recorded")[1])]
        return found if len(found) >= count or next(patience, None) is None else None
    return processes.until(all_of_them, "the Python services said what they recorded")


def count_of(names, cases):
    """How many spans these services must record."""
    return sum(name in names for case in cases for name, _ in case.wanted_spans())


def complaints_of(cases, ours, theirs):
    complaints = [each for case in cases for each in case.complaints(ours + theirs)]
    for side, spans, names in (("we", ours, OURS), ("they", theirs, THEIRS)):
        if len(spans) != count_of(names, cases):
            complaints.append(f"{side} recorded {len(spans)} spans, not {count_of(names, cases)}")
    for one in ours:  # a remote parent is another service's; source: OTLP, SpanFlags
        want = 0x301 if one["kind"] == "server" and one["parent"] else 0x101
        if one["flags"] & 0x301 != want:
            complaints.append(f"the {one['kind']} span of {one['service']} has the flags {one['flags']:#x}, "
                              f"not {want:#x}")
    states = sorted(one["tracestate"] for one in ours if one["kind"] == "server" and one["tracestate"])
    if states != [STATE, f"{STATE},x=1"]:
        complaints.append(f"the server spans that came with a tracestate have {states}")
    return complaints


def check():
    _, python = virtual_environment.of(*PACKAGES)
    cases = python_sdk_cases.every()
    daemon = Daemon()
    with tempfile.TemporaryDirectory(prefix="sonde-interop-") as name, contextlib.ExitStack() as stack:
        directory = pathlib.Path(name)
        services = {}
        for each, settings in (OURS | THEIRS).items():
            settings = {"OTEL_SERVICE_NAME": each, "AWS_XRAY_DAEMON_ADDRESS": daemon.address, **settings}
            started = service.Service(each, command(each, python, directory), directory, settings)
            services[each] = stack.enter_context(started)
        for each in cases:
            each.run(services)
        theirs = recorded_by_them(services, daemon, count_of(THEIRS, cases))
        for each in OURS:
            services[each].finish()
        return complaints_of(cases, recorded_by_us(directory), theirs)


if __name__ == "__main__":
    sys.exit(outcome.of("interop_python_sdks", check))
