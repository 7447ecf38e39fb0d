#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the file adapter writes while cruddur answers real requests, traces into one file and logs into another, is read by the
Collector's otlpjsonfilereceiver, and must come out as the memory exporter of the same session recorded it.
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
from check_collector import compare


SIGNALS = "traces", "logs"


def lines_of(directory, signal):
    return directory / f"{signal}.jsonl"


def written_by_collector(directory, signal):
    return directory / f"collector-{signal}.jsonl"


def config(directory):
    return json.dumps({
        "receivers": {f"otlp_json_file/{each}": {"include": [str(lines_of(directory, each))], "start_at": "beginning",
                                                 "poll_interval": "200ms", "max_log_size": "8MiB",
                                                 "include_file_name": False}  # else an attribute of each record
                      for each in SIGNALS},
        "exporters": {f"file/{each}": {"path": str(written_by_collector(directory, each)), "format": "json",
                                       "flush_interval": "200ms"} for each in SIGNALS},
        "service": {"telemetry": {"metrics": {"level": "none"}},
                    "pipelines": {each: {"receivers": [f"otlp_json_file/{each}"], "exporters": [f"file/{each}"]}
                                  for each in SIGNALS}}})


def has_read(directory, signal, member, count):
    written = written_by_collector(directory, signal)
    return written.exists() and written.read_bytes().count(f'"{member}"'.encode()) >= count


def compare_logs(directory, service, program):
    wanted = recorded.logs(directory)
    arrived = otlp_json.read_lines(written_by_collector(directory, "logs"), otlp_json.resources_and_logs)
    complaints = [] if len(wanted) > 300 else [f"only {len(wanted)} logs: this proves little"]
    for resource, _ in arrived:
        complaints += cruddur.check_resource(resource, recorded.resource(directory), program, service.process.pid)
    return complaints + recorded.log_differences(wanted, [one for _, logs in arrived for one in logs])


def check():
    program = sys.argv[1]
    binary = collector.find_or_build()
    with tempfile.TemporaryDirectory(prefix="sonde-interop-") as name:
        directory = pathlib.Path(name)
        with cruddur.Cruddur(program, directory) as service:
            service.requests(list(cruddur.ROUTES) * 70)
            service.order("everything")
            service.order("logs")
            service.finish()
        (directory / "collector.yaml").write_text(config(directory))
        spans, logs = len(recorded.spans(directory)), len(recorded.logs(directory))
        with processes.Collector("collector", binary, directory / "collector.yaml", directory, []) as reading:
            reading.wait_for(lambda: has_read(directory, "traces", "startTimeUnixNano", spans)
                             and has_read(directory, "logs", "observedTimeUnixNano", logs), "it had read both files")
            reading.stop()
        return (compare(directory, written_by_collector(directory, "traces"), service, program)
                + compare_logs(directory, service, program))


if __name__ == "__main__":
    sys.exit(outcome.of("interop_collector_file", check))
