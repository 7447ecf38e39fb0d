#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Decodes the requests of one session with the opentelemetry-proto package and compares them, field by field, with what
the memory exporter of the same session recorded.

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
    for request in sorted(directory.glob("request-*.bin")):
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


def compare(directory):
    """Runs inside the environment; complaints."""
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
    complaints = []
    got = []
    requests = sorted(directory.glob("request-*.bin"))
    for path in requests:
        request = ExportTraceServiceRequest.FromString(path.read_bytes())
        if unknown_fields(request):
            complaints.append(f"{path.name} has fields that the protocol does not know")
        if request.SerializeToString(deterministic=True) != path.read_bytes():
            complaints.append(f"{path.name}: the reference implementation encodes the same message in other bytes")
        for resource_spans in request.resource_spans:
            resource = dict(decoded_attributes(resource_spans.resource.attributes))
            for key, value in {"service.name": 'interop "service"', "service.version": "1.2",
                               "deployment.environment.name": "test", "telemetry.sdk.name": "sonde",
                               "telemetry.sdk.language": "cpp"}.items():
                if resource.get(key) != {"text": value}:
                    complaints.append(f"{path.name}: resource {key} is {resource.get(key)}")
            if "int" not in resource.get("process.pid", {}):
                complaints.append(f"{path.name}: process.pid is {resource.get('process.pid')}")
            for scope_spans in resource_spans.scope_spans:
                for span in scope_spans.spans:
                    got.append(decoded(scope_spans.scope, span))
    wanted = recorded.spans(directory)
    if len(wanted) < 300 or len(requests) < 3:
        complaints.append(f"only {len(wanted)} spans in {len(requests)} requests: this proves little")
    return complaints + recorded.differences(wanted, got)


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
