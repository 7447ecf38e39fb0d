#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Cruddur under real requests sends to a real Collector over OTLP/HTTP; what its file exporter wrote must be what the memory
exporter of the same session recorded: every span once, with parent, attributes and their types, events, times, status, kind,
flags, scope and resource.
"""
import json
import pathlib
import sys
import tempfile

import collector
import cruddur
import otlp_json
import outcome
import processes
import recorded


def config(port, written):
    return json.dumps({
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": f"127.0.0.1:{port}"}}}},
        "exporters": {"file": {"path": str(written), "format": "json", "flush_interval": "200ms"}},
        "service": {"telemetry": {"metrics": {"level": "none"}},
                    "pipelines": {"traces": {"receivers": ["otlp"], "exporters": ["file"]}}}})


def compare(directory, written, service, program):
    wanted = recorded.spans(directory)
    complaints = cruddur.check_record(wanted, service)
    if len(wanted) < 1000:
        complaints.append(f"only {len(wanted)} spans: this proves little")
    arrived = otlp_json.read_lines(written)
    for resource, _ in arrived:
        complaints += cruddur.check_resource(resource, recorded.resource(directory), program, service.process.pid)
    return complaints + recorded.differences(wanted, [one for _, spans in arrived for one in spans])


def check():
    program = sys.argv[1]
    binary = collector.find_or_build()
    with tempfile.TemporaryDirectory(prefix="sonde-interop-") as name:
        directory = pathlib.Path(name)
        port = processes.free_port()
        written = directory / "collector.jsonl"
        (directory / "collector.yaml").write_text(config(port, written))
        with processes.Collector("collector", binary, directory / "collector.yaml", directory, [port]) as receiving:
            with cruddur.Cruddur(program, directory, f"http://127.0.0.1:{port}") as service:
                service.requests(list(cruddur.ROUTES) * 70)
                service.order("everything")
                service.finish()
            receiving.stop()
        return compare(directory, written, service, program)


if __name__ == "__main__":
    sys.exit(outcome.of("interop_collector", check))
