#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Decodes the requests of one session, those in protobuf with the opentelemetry-proto package and those in JSON by the rules of
otlp_json.py, and compares them, field by field, with what the memory exporter of the same session recorded.

The package is installed once into a virtual environment in the user's cache. Without network or pip only
`protoc --decode_raw` looks at the bytes, and the test is skipped by name; where CI is set, that is a failure.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import otlp_json
import outcome
import recorded
import virtual_environment

PACKAGE = "opentelemetry-proto==1.44.0"


def look_with_protoc(directory):
    """Complaints about bytes that are no protobuf, or lack a recorded name."""
    protoc = shutil.which("protoc")
    if protoc is None:
        return None
    text = ""
    for request in sorted(directory.glob("traces-*.bin")):
        decoded = subprocess.run([protoc, "--decode_raw"], input=request.read_bytes(), capture_output=True)
        if decoded.returncode != 0:
            return [f"{request.name}: protoc cannot decode it"]
        text += decoded.stdout.decode()
    spans = json.loads((directory / "recorded.json").read_text())
    plain = [s["name"] for s in spans if s["name"] == "child"]
    found = text.count('5: "child"')
    return [] if found == len(plain) else [f'{found} spans named "child", not {len(plain)}']


def any_value(value):
    kind = value.WhichOneof("value")
    if kind == "bool_value":
        return {"bool": value.bool_value}
    if kind == "int_value":
        return {"int": str(value.int_value)}
    if kind == "double_value":
        return {"double": value.double_value.hex()}
    if kind == "string_value":
        return {"text": value.string_value}
    if kind == "array_value":
        return {"array": [any_value(v) for v in value.array_value.values]}
    if kind == "kvlist_value":
        return {"map": [[p.key, any_value(p.value)] for p in value.kvlist_value.values]}
    return {kind: None}


def decoded_attributes(attributes):
    return [[each.key, any_value(each.value)] for each in attributes]


def decoded(scope, span):
    return {
        "name": span.name, "scope": [scope.name, scope.version],
        "trace_id": span.trace_id.hex(), "span_id": span.span_id.hex(), "parent_span_id": span.parent_span_id.hex(),
        "kind": span.kind, "status": [span.status.code, span.status.message],
        "start": str(span.start_time_unix_nano), "end": str(span.end_time_unix_nano), "flags": span.flags,
        "tracestate": span.trace_state,
        "attributes": decoded_attributes(span.attributes),
        "cut": [span.dropped_attributes_count, span.dropped_events_count, span.dropped_links_count],
        "events": [[e.name, str(e.time_unix_nano), decoded_attributes(e.attributes)] for e in span.events],
        "links": [[k.trace_id.hex(), k.span_id.hex(), k.flags, decoded_attributes(k.attributes)] for k in span.links],
    }


def decoded_log(scope, log):
    return {
        "body": any_value(log.body), "severity": [log.severity_number, log.severity_text], "scope": [scope.name, scope.version],
        "time": str(log.time_unix_nano), "observed": str(log.observed_time_unix_nano),
        "trace_id": log.trace_id.hex(), "span_id": log.span_id.hex(), "flags": log.flags,
        "attributes": decoded_attributes(log.attributes), "cut": log.dropped_attributes_count,
    }


def unknown_fields(message):
    from google.protobuf import unknown_fields as unknown
    if len(unknown.UnknownFieldSet(message)) != 0:
        return True
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        repeated = not hasattr(value, "ListFields")
        if any(unknown_fields(each) for each in (value if repeated else [value])):
            return True
    return False


def check_resource(name, held):
    resource = dict(held)
    wanted = {"service.name": 'interop "service"', "service.version": "1.2", "deployment.environment.name": "test",
              "telemetry.sdk.name": "sonde", "telemetry.sdk.language": "cpp"}
    complaints = [f"{name}: resource {key} is {resource.get(key)}" for key, text in wanted.items()
                  if resource.get(key) != {"text": text}]
    if "int" not in resource.get("process.pid", {}):
        complaints.append(f"{name}: process.pid is {resource.get('process.pid')}")
    return complaints


def parsed(path, message_type):
    """Complaints about the bytes, and the message."""
    message = message_type.FromString(path.read_bytes())
    complaints = [f"{path.name} has fields that the protocol does not know"] if unknown_fields(message) else []
    if message.SerializeToString(deterministic=True) != path.read_bytes():
        complaints.append(f"{path.name}: the reference implementation encodes the same message in other bytes")
    return complaints, message


def protobuf_spans(path):
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
    complaints, request = parsed(path, ExportTraceServiceRequest)
    found = []
    for each in request.resource_spans:
        complaints += check_resource(path.name, decoded_attributes(each.resource.attributes))
        found += [decoded(scope_spans.scope, span) for scope_spans in each.scope_spans for span in scope_spans.spans]
    return complaints, found


def protobuf_logs(path):
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
    complaints, request = parsed(path, ExportLogsServiceRequest)
    found = []
    for each in request.resource_logs:
        complaints += check_resource(path.name, decoded_attributes(each.resource.attributes))
        found += [decoded_log(scope_logs.scope, log) for scope_logs in each.scope_logs for log in scope_logs.log_records]
    return complaints, found


def from_json(resources_and_records):
    def read(path):
        complaints, found = [], []
        for resource, records in resources_and_records(otlp_json.loads(path.read_text())):
            complaints += check_resource(path.name, resource)
            found += records
        return complaints, found
    return read


def compare(directory):
    """Runs inside the environment; complaints."""
    spans, logs = recorded.spans(directory), recorded.logs(directory)
    complaints = []
    for pattern, read, wanted, differences in (
            ("traces-*.bin", protobuf_spans, spans, recorded.differences),
            ("logs-*.bin", protobuf_logs, logs, recorded.log_differences),
            ("traces-*.json", from_json(otlp_json.resources_and_spans), spans, recorded.differences),
            ("logs-*.json", from_json(otlp_json.resources_and_logs), logs, recorded.log_differences)):
        got = []
        requests = sorted(directory.glob(pattern))
        for path in requests:
            about_it, records = read(path)
            complaints += about_it
            got += records
        if len(wanted) < 300 or len(requests) < 3:
            complaints.append(f"{pattern}: only {len(wanted)} records in {len(requests)} requests: this proves little")
        complaints += [f"{pattern}: {each}" for each in differences(wanted, got)]
    return complaints


def tell(complaints):
    for each in complaints[:20]:
        print(each)
    return 1 if complaints else 0


def main():
    if sys.argv[1] == "--compare":
        return tell(compare(pathlib.Path(sys.argv[2])))
    with tempfile.TemporaryDirectory(prefix="sonde-interop-") as name:
        directory = pathlib.Path(name)
        clean = {k: v for k, v in os.environ.items() if not k.startswith("OTEL_")}
        if subprocess.run([sys.argv[1], name], env=clean).returncode != 0:
            print("the session did not deliver everything")
            return 1
        try:
            _, python = virtual_environment.of(PACKAGE)
            return subprocess.run([python, "-B", __file__, "--compare", name]).returncode
        except outcome.Unavailable as error:
            why = error
        complaints = look_with_protoc(directory)
        if complaints:
            return tell(complaints)
        print(f"interop_otlp: {why}; "
              + ("protoc is missing too" if complaints is None else "protoc --decode_raw found nothing wrong"))
        return 1 if os.environ.get("CI") else outcome.SKIPPED


if __name__ == "__main__":
    sys.exit(main())
