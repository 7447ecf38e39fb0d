#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""OpenTelemetry's own SDK for Python (same_calls.py) and sonde (same_calls.cpp) record the same calls and send them to
one Collector. What it wrote must be the same but for ids, times, the order of attributes, and the differences listed
here, each with its reason. One that no longer shows is a complaint too.

Usage: check_same_as_sdk.py <interop_same_calls>
"""
import json
import pathlib
import re
import sys
import tempfile

import collector
import otlp_json
import outcome
import processes
import same_calls
import virtual_environment

HERE = pathlib.Path(__file__).resolve().parent
SIGNALS = {"traces": otlp_json.resources_and_spans, "logs": otlp_json.resources_and_logs}
TRACE, CALLER = "5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174"  # who asks, by the headers of the request
ABSENT = "nothing"

# (what, of the SDK, ours, why): patterns; values are JSON.
ALLOWED = [
    (r"resource telemetry\.sdk\.(name|language|version)", r".*", r".*", "who made it"),
    (r"resource service\.instance\.id", r'\{"text": "[-0-9a-f]{36}"\}', r'\{"text": "[-0-9a-f]{36}"\}', "an id"),
    (r"span .*: attribute code\.(file\.path|line\.number|function\.name)", ABSENT, r".*",
     "sonde tells where a span was opened (SONDE_CAPTURE_LOCATION)"),
    (r"log .*: attribute code\.(file\.path|line\.number|function\.name)", r".*", r".*", "the places differ"),
    (r"log .*: scope", r'\["shop", ""\]', r'\["", ""\]', "the SDK names Python's logger; logs of sonde have no scope"),
    (r"log .*: severity text", r'"(DEBUG|INFO|WARN|ERROR|FATAL)"', r'"(debug|info|warning|error|critical)"',
     "each calls its levels as its users know them; the number is what counts"),
    (r"span .*: flags", r"(256|768)", r"(257|259|769)", "the SDK leaves out the W3C flags in the low byte"),
    (r"span .*: link \d flags", r"(256|768)", "1",
     "of a linked span sonde knows whether it is sampled, not whether it is remote"),
    (r"span .*: event \d attribute exception\.stacktrace", r".*", ABSENT, "sonde records no stack here"),
    (r"log .*: attribute exception\.stacktrace", r".*", ABSENT, "sonde records no stack here"),
    (r"span .*: event \d attribute exception\.escaped", r".*", ABSENT, "deprecated"),
    (r"span charge: status message", r'"OutOfStock: only 3 left"', '"only 3 left"',
     "the SDK for Python puts the type in front, which the exception's event tells"),
    (r"span .*: tracestate", '"vendor=1"', '""', "in sonde the local root alone carries it"),
]


def config(port, directory):
    return json.dumps({
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": f"127.0.0.1:{port}"}}}},
        "exporters": {f"file/{each}": {"path": str(directory / f"{each}.jsonl"), "format": "json",
                                       "flush_interval": "200ms"} for each in SIGNALS},
        "service": {"telemetry": {"metrics": {"level": "none"}},
                    "pipelines": {each: {"receivers": ["otlp"], "exporters": [f"file/{each}"]} for each in SIGNALS}}})


def facts(directory, sdk):
    """What arrived of this SDK, as {what: value in JSON}: no ids, no times, no order but that of events and links."""
    found = {}
    records = {}
    for signal, read in SIGNALS.items():
        records[signal] = []
        for resource, some in otlp_json.read_lines(directory / f"{signal}.jsonl", read):
            if ["telemetry.sdk.name", {"text": sdk}] in resource:
                records[signal] += some
                found.update((f"resource {key}", value) for key, value in resource)
    names = {one["span_id"]: one["name"] for one in records["traces"]} | {CALLER: "the caller", "": "nobody"}
    for one in records["traces"]:
        found.update((f"span {one['name']}: {what}", value) for what, value in span_facts(one, names))
    for one in records["logs"]:
        body = one["body"]["text"]
        found.update((f"log {body}: {what}", value) for what, value in log_facts(one, names))
    found["spans"], found["logs"] = len(records["traces"]), len(records["logs"])
    found["traces"] = len({one["trace_id"] for one in records["traces"]})
    traces = {one["trace_id"] for one in records["traces"]} | {""}
    found["logs lie in these traces"] = all(one["trace_id"] in traces for one in records["logs"])
    return {what: json.dumps(value, sort_keys=True, ensure_ascii=False) for what, value in found.items()}


def span_facts(one, names):
    yield from one_by_one("attribute", one["attributes"])
    yield from ((each, one[each]) for each in ("kind", "scope", "flags", "tracestate", "cut"))
    yield "parent", names.get(one["parent_span_id"], "unknown")
    yield "in the caller's trace", one["trace_id"] == TRACE
    yield from zip(("status", "status message"), one["status"])
    for number, (name, _, attributes) in enumerate(one["events"]):
        yield f"event {number}", name
        yield from one_by_one(f"event {number} attribute", attributes)
    for number, (_, span_id, flags, attributes) in enumerate(one["links"]):
        yield f"link {number}", names.get(span_id, "unknown")
        yield f"link {number} flags", flags
        yield from one_by_one(f"link {number} attribute", attributes)
    yield "lasted", 0 <= int(one["end"]) - int(one["start"]) < 60 * 10 ** 9


def log_facts(one, names):
    yield from one_by_one("attribute", one["attributes"])
    yield from ((each, one[each]) for each in ("scope", "flags", "cut"))
    yield from zip(("severity", "severity text"), one["severity"])
    yield "span", names.get(one["span_id"], "unknown")


def one_by_one(what, attributes):
    keys = [key for key, _ in attributes]
    if len(set(keys)) != len(keys):
        yield f"{what}s", "some twice"
    yield from ((f"{what} {key}", value) for key, value in attributes)


def compare(theirs, ours):
    unused = list(ALLOWED)
    for what in sorted(theirs.keys() | ours.keys()):
        pair = theirs.get(what, ABSENT), ours.get(what, ABSENT)
        if pair[0] == pair[1]:
            continue
        reasons = [rule for rule in ALLOWED if all(map(re.fullmatch, rule[:3], (what, *pair), [re.DOTALL] * 3))]
        if not reasons:
            yield f"{what}: {pair[0][:200]} from the SDK, {pair[1][:200]} from sonde"
        unused = [rule for rule in unused if rule not in reasons]
    yield from (f"{rule[0]} differs no more: take it off the list" for rule in unused)


def check():
    program = pathlib.Path(sys.argv[1]).absolute()
    binary = collector.find_or_build()
    _, python = virtual_environment.of(*same_calls.PACKAGES)
    with tempfile.TemporaryDirectory(prefix="sonde-interop-") as name:
        directory = pathlib.Path(name)
        port = processes.free_port()
        settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}", "OTEL_SERVICE_NAME": "shop",
                    "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=te%73t,team=a",
                    "SONDE_RESOURCE_DETECTORS": "service"}
        (directory / "collector.yaml").write_text(config(port, directory))
        with processes.Collector("collector", binary, directory / "collector.yaml", directory, [port]) as receiving:
            for who, command in (("sdk", [python, "-B", HERE / "same_calls.py"]), ("sonde", [program])):
                with processes.Program(who, command, directory, settings) as recording:
                    if recording.end() != 0:
                        raise outcome.Failed(f"{who} did not deliver everything")
            receiving.stop()
        theirs, ours = facts(directory, "opentelemetry"), facts(directory, "sonde")
    if theirs["spans"] != "7" or theirs["logs"] != "7":
        yield f"the SDK recorded {theirs['spans']} spans and {theirs['logs']} logs: this proves little"
    yield from compare(theirs, ours)


if __name__ == "__main__":
    sys.exit(outcome.of("interop_same_as_sdk", lambda: list(check())))
