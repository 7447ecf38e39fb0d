# SPDX-License-Identifier: MIT
"""Reads OTLP/JSON strictly, as the Collector writes it and as we do: into the form of recorded.py. What the mapping does not
know is an error. Source: OTLP specification, "JSON Protobuf Encoding".
"""
import json

SPAN = {"traceId", "spanId", "traceState", "parentSpanId", "flags", "name", "kind", "startTimeUnixNano", "endTimeUnixNano",
        "attributes", "droppedAttributesCount", "events", "droppedEventsCount", "links", "droppedLinksCount", "status"}
LOG = {"timeUnixNano", "observedTimeUnixNano", "severityNumber", "severityText", "body", "attributes", "droppedAttributesCount",
       "flags", "traceId", "spanId"}


def loads(text):
    """As json.loads, but a number without fraction keeps its sign: a double may be -0."""
    return json.loads(text, parse_int=lambda digits: -0.0 if digits == "-0" else int(digits))


def only(known, held):
    unknown = set(held) - set(known)
    if unknown:
        raise ValueError(f"unknown fields {sorted(unknown)} in {str(held)[:200]}")
    return held


def value(held):
    if not held:
        return {"nothing": None}
    (kind, content), = held.items()
    if kind == "stringValue":
        return {"text": content}
    if kind == "boolValue" and isinstance(content, bool):
        return {"bool": content}
    if kind == "intValue" and isinstance(content, str):
        return {"int": content}
    if kind == "doubleValue":
        return {"double": float(content).hex()}
    if kind == "arrayValue":
        return {"array": [value(each) for each in only({"values"}, content).get("values", [])]}
    if kind == "kvlistValue":
        return {"map": attributes(only({"values"}, content).get("values", []))}
    raise ValueError(f"no value of OTLP/JSON: {str(held)[:200]}")


def attributes(pairs):
    return [[each["key"], value(only({"key", "value"}, each).get("value"))] for each in pairs]


def event(one):
    only({"name", "timeUnixNano", "attributes", "droppedAttributesCount"}, one)
    return [one["name"], one["timeUnixNano"], attributes(one.get("attributes", []))]


def link(one):
    only({"traceId", "spanId", "traceState", "flags", "attributes", "droppedAttributesCount"}, one)
    return [one["traceId"], one["spanId"], one.get("flags", 0), attributes(one.get("attributes", []))]


def span(scope, one):
    only(SPAN, one)
    status = only({"code", "message"}, one.get("status", {}))
    return {
        "name": one["name"], "scope": [scope.get("name", ""), scope.get("version", "")],
        "trace_id": one["traceId"], "span_id": one["spanId"], "parent_span_id": one.get("parentSpanId", ""),
        "kind": one.get("kind", 0), "status": [status.get("code", 0), status.get("message", "")],
        "start": one["startTimeUnixNano"], "end": one["endTimeUnixNano"], "flags": one.get("flags", 0),
        "tracestate": one.get("traceState", ""),
        "attributes": attributes(one.get("attributes", [])),
        "cut": [one.get(f"dropped{what}Count", 0) for what in ("Attributes", "Events", "Links")],
        "events": [event(each) for each in one.get("events", [])],
        "links": [link(each) for each in one.get("links", [])],
    }


def log(scope, one):
    only(LOG, one)
    return {
        "body": value(one.get("body")), "severity": [one.get("severityNumber", 0), one.get("severityText", "")],
        "scope": [scope.get("name", ""), scope.get("version", "")],
        "time": text(one["timeUnixNano"]), "observed": text(one["observedTimeUnixNano"]),
        "trace_id": hexadecimal(one.get("traceId", ""), 32), "span_id": hexadecimal(one.get("spanId", ""), 16),
        "flags": one.get("flags", 0), "attributes": attributes(one.get("attributes", [])),
        "cut": one.get("droppedAttributesCount", 0),
    }


def text(held):
    """A 64-bit number."""
    if not isinstance(held, str):
        raise ValueError(f"a 64-bit number that is no text: {held}")
    return held


def hexadecimal(held, digits):
    if held and not (len(held) == digits and set(held) <= set("0123456789abcdef")):
        raise ValueError(f"no id: {held}")
    return held


def resources_and(records_name, read, message):
    resources, scopes = {"spans": ("resourceSpans", "scopeSpans"), "logRecords": ("resourceLogs", "scopeLogs")}[records_name]
    for of_resource in only({resources}, message).get(resources, []):
        only({"resource", scopes}, of_resource)
        found = [read(only({"name", "version"}, of_scope.get("scope", {})), each)
                 for of_scope in of_resource.get(scopes, [])
                 for each in only({"scope", records_name}, of_scope).get(records_name, [])]
        yield attributes(only({"attributes"}, of_resource.get("resource", {})).get("attributes", [])), found


def resources_and_spans(message):
    """(attributes of the resource, spans) of each ResourceSpans of one TracesData."""
    return resources_and("spans", span, message)


def resources_and_logs(message):
    """The same of one LogsData."""
    return resources_and("logRecords", log, message)


def read_lines(path, resources_and_records=resources_and_spans):
    """All of that in a file of lines."""
    lines = path.read_text().split("\n")  # splitlines() would also split at U+2028
    return [each for line in lines if line for each in resources_and_records(loads(line))]
