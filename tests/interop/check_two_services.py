#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The services of examples/cruddur as they are, called by Flask services with the Python SDKs of OpenTelemetry and AWS X-Ray:
one trace through three processes, every span under the right one, the query among them.
Usage: check_two_services.py <cruddur> <cruddur-profiles>
"""
import contextlib
import json
import pathlib
import re
import signal
import sys
import tempfile
import urllib.parse

import otlp_json
import outcome
import processes
import service
import virtual_environment
from check_python_sdks import HERE, PACKAGES, Daemon

CALLERS = {"otel": {"OTEL_PROPAGATORS": "tracecontext,baggage"}, "aws": {}}
PATH = "/api/activities/@worf"
# From the caller's own request down, each under the one before: (service, name); of the callers' spans the names are theirs.
CHAIN = [("caller", "server"), ("caller", "client"), ("cruddur", "GET /api/activities/@handle"), ("cruddur", "user_activities"),
         ("cruddur", "GET"), ("cruddur-profiles", "GET /api/profiles/@handle"), ("cruddur-profiles", "find")]
ASIDE = [("cruddur", "user_activities"), ("cruddur", "SELECT activities")]


class Ours(processes.Program):
    """One of the example's programs: says where it listens, and stops on SIGTERM."""

    def __init__(self, program, directory, settings):
        name = pathlib.Path(program).name
        self.traces = directory / f"{name}.jsonl"
        super().__init__(name, [pathlib.Path(program).absolute()], directory,
                         {"PORT": "0", "CRUDDUR_TRACES_FILE": str(self.traces), "OTEL_PROPAGATORS": "tracecontext,baggage,xray",
                          **settings})
        self.url = self.wait_for(lambda: re.match(rf"{name}: listening on (http://\S+)\n", self.said.read_text()), "it listened")[1]

    def recorded(self):
        return [{"trace_id": one["trace_id"], "id": one["span_id"], "parent": one["parent_span_id"], "service": self.name,
                 "name": one["name"]} for _, spans in otlp_json.read_lines(self.traces) for one in spans]

    def finish(self):
        self.process.send_signal(signal.SIGTERM)
        if self.end() != 0:
            raise outcome.Failed(f"{self.name} ended with exit code {self.process.returncode}")


def recorded_by(caller, kind, daemon):
    """Its two spans; they may end when the response is already on its way."""
    def both():
        spans = list(daemon.spans) if kind == "aws" else json.loads(caller.get("/recorded")[1])
        return spans if len(spans) == 2 else None
    return [{**one, "service": "caller", "name": one["kind"]} for one in processes.until(both, f"{kind} recorded its request")]


def complaints_of(kind, spans):
    trace = {one["trace_id"] for one in spans}
    if len(trace) != 1:
        return [f"{kind}: there are {len(trace)} traces: {spans}"]
    if len(spans) != len(CHAIN) + 1:
        return [f"{kind}: there are {len(spans)} spans: {spans}"]
    by_name = {(one["service"], one["name"]): one for one in spans}
    missing = [each for each in CHAIN + ASIDE if each not in by_name]
    if missing:
        return [f"{kind}: there is no span {missing}"]
    complaints = [] if by_name[CHAIN[0]]["parent"] == "" else [f"{kind}: its own request has a parent"]
    for chain in CHAIN, ASIDE:
        complaints += [f"{kind}: {below} is not under {above}" for above, below in zip(chain, chain[1:])
                       if by_name[below]["parent"] != by_name[above]["id"]]
    return complaints


def called_by(kind, python, directory):
    directory.mkdir()
    daemon = Daemon()
    with contextlib.ExitStack() as stack:
        profiles = stack.enter_context(Ours(sys.argv[2], directory, {}))
        cruddur = stack.enter_context(Ours(sys.argv[1], directory, {"CRUDDUR_PROFILES_URL": profiles.url}))
        command = [python, "-B", HERE / "python_service.py", kind, "caller"]
        caller = stack.enter_context(service.Service("caller", command, directory,
                                                     {"AWS_XRAY_DAEMON_ADDRESS": daemon.address, **CALLERS[kind]}))
        _, body = caller.get("/call?url=" + urllib.parse.quote(cruddur.url + PATH, safe=""))
        if json.loads(body).get("profile", {}).get("display_name") != "Worf, son of Mogh":
            return [f"{kind}: the answer is {body}"]
        theirs = recorded_by(caller, kind, daemon)
        for each in caller, cruddur, profiles:
            each.finish()
        return complaints_of(kind, theirs + cruddur.recorded() + profiles.recorded())


def check():
    _, python = virtual_environment.of(*PACKAGES)
    with tempfile.TemporaryDirectory(prefix="sonde-interop-") as name:
        return [each for kind in CALLERS for each in called_by(kind, python, pathlib.Path(name) / kind)]


if __name__ == "__main__":
    sys.exit(outcome.of("interop_two_services", check))
