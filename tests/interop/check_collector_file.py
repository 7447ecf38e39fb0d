#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the file adapter writes while cruddur answers real requests is read by the Collector's otlpjsonfilereceiver, and must
come out as the memory exporter of the same session recorded it.
"""
import json
import pathlib
import sys
import tempfile

import collector
import cruddur
import outcome
import processes
from check_collector import compare


def config(lines, written):
    return json.dumps({
        "receivers": {"otlp_json_file": {"include": [str(lines)], "start_at": "beginning", "poll_interval": "200ms",
                                         "include_file_name": False}},  # else an attribute of each span
        "exporters": {"file": {"path": str(written), "format": "json", "flush_interval": "200ms"}},
        "service": {"telemetry": {"metrics": {"level": "none"}},
                    "pipelines": {"traces": {"receivers": ["otlp_json_file"], "exporters": ["file"]}}}})


def check():
    program = sys.argv[1]
    binary = collector.find_or_build()
    with tempfile.TemporaryDirectory(prefix="sonde-interop-") as name:
        directory = pathlib.Path(name)
        with cruddur.Cruddur(program, directory) as service:
            service.requests(list(cruddur.ROUTES) * 70)
            service.order("everything")
            service.finish()
        lines = directory / "traces.jsonl"
        written = directory / "collector.jsonl"
        (directory / "collector.yaml").write_text(config(lines, written))
        spans = len(json.loads((directory / "recorded.json").read_text()))
        with processes.Collector("collector", binary, directory / "collector.yaml", directory, []) as reading:
            reading.wait_for(lambda: written.exists() and written.read_bytes().count(b'"startTimeUnixNano"') >= spans,
                             "it had read the whole file")
            reading.stop()
        return compare(directory, written, service, program)


if __name__ == "__main__":
    sys.exit(outcome.of("interop_collector_file", check))
