# SPDX-License-Identifier: MIT
"""What a session recorded, as its memory exporter saw it: reads recorded.json, recorded_logs.json and resource.json
(recorded_json.hpp) into the form that decoded spans and logs are compared in, and compares.

Each is a dictionary; a value is {type: value} with numbers as text, so that nothing is rounded and no type is guessed.
"""
import collections
import json


def value(held):
    """One value of the file; what is no UTF-8 must have been replaced on its way."""
    (kind, content), = held.items()
    if kind == "double":
        return {"double": float.fromhex(content).hex()}
    if kind == "text":
        return {"text": bytes.fromhex(content).decode("utf-8", "replace")}
    if kind == "array":
        return {"array": [value(each) for each in content]}
    if kind == "map":
        return {"map": [[key, value(each)] for key, each in content]}
    return held


def attributes(pairs):
    return [[key, value(held)] for key, held in pairs]


def span(one):
    """A span as a backend must get it: the place in the source becomes attributes, the parent's whereabouts become flags."""
    place = []
    if one["file"]:
        place = [["code.file.path", {"text": one["file"]}], ["code.line.number", {"int": str(one["line"])}],
                 ["code.function.name", {"text": one["function"]}]]
    return {
        "name": one["name"], "scope": [one["scope"], one["scope_version"]],
        "trace_id": one["trace_id"], "span_id": one["span_id"], "parent_span_id": one["parent_span_id"],
        "kind": one["kind"], "status": [one["status"], one["status_message"]],
        "start": one["start"], "end": one["end"], "flags": (0x300 if one["remote_parent"] else 0x100) | one["trace_flags"],
        "tracestate": one["tracestate"],
        "attributes": attributes(one["attributes"]) + place, "cut": one["cut"],
        "events": [[e["name"], e["time"], attributes(e["attributes"])] for e in one["events"]],
        "links": [[k["trace_id"], k["span_id"], int(k["sampled"]), attributes(k["attributes"])] for k in one["links"]],
    }


def spans(directory):
    return [span(one) for one in json.loads((directory / "recorded.json").read_text())]


LEVELS = ["trace", "debug", "info", "warning", "error", "critical"]
ATTRIBUTE_LIMIT = 128


def log(one):
    """A log as a backend must get it: the level is the first number of its band, every log lies in a sampled trace or none."""
    held = attributes(one["attributes"])
    body = value(one["body"])
    call_site = ["code.file.path", "code.line.number", "code.function.name"]  # recorded last, behind the 150 of the log itself
    cut = 150 + len(call_site) - ATTRIBUTE_LIMIT if body == {"text": "more than 128"} else 0
    return {
        "body": body, "severity": [1 + 4 * one["severity"], LEVELS[one["severity"]]], "scope": ["", ""],
        "time": one["time"], "observed": one["time"], "trace_id": one["trace_id"], "span_id": one["span_id"],
        "flags": 1 if one["span_id"] else 0, "attributes": held, "cut": cut,
    }


def logs(directory):
    return [log(one) for one in json.loads((directory / "recorded_logs.json").read_text())]


def log_differences(wanted, got):
    """Complaints where `got` is not exactly `wanted`, each log once, in any order: a log has no id of its own."""
    def order(logs):
        return sorted(logs, key=lambda one: (int(one["time"]), repr(one["body"]), repr(one["attributes"])))
    complaints = [] if len(wanted) == len(got) else [f"{len(got)} logs arrived, not {len(wanted)}"]
    return complaints + [f"log {shortened(want['body'])}: {field} {difference(have[field], want[field])}"
                         for want, have in zip(order(wanted), order(got)) for field in want if have[field] != want[field]]


def resource(directory):
    return attributes(json.loads((directory / "resource.json").read_text()))


def shortened(what):
    text = repr(what)
    return text if len(text) <= 300 else text[:300] + "…"


def difference(have, want):
    """What one field has and should not have, and the other way round."""
    if isinstance(have, list) and isinstance(want, list):
        odd, lacking = [one for one in have if one not in want], [one for one in want if one not in have]
        if odd or lacking:
            return f"has {shortened(odd)} in place of {shortened(lacking)}"
    return f"is {shortened(have)}, not {shortened(want)}"


def differences(wanted, got):
    """Complaints where `got` is not exactly `wanted`, each span once, in any order."""
    complaints = []
    times = collections.Counter(one["span_id"] for one in got)
    complaints += [f"span {one} arrived {count} times" for one, count in times.items() if count != 1]
    by_id = {one["span_id"]: one for one in got}
    for want in wanted:
        have = by_id.pop(want["span_id"], None)
        if have is None:
            complaints.append(f"span {want['span_id']} {shortened(want['name'])} did not arrive")
            continue
        complaints += [f"{shortened(want['name'])}: {field} {difference(have[field], want[field])}"
                       for field in want if have[field] != want[field]]
    return complaints + [f"span {one} was never recorded" for one in by_id]
