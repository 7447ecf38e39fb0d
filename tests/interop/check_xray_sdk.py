#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The same nested calls through AWS's X-Ray SDK for Python and through sonde: documents with the same keys, nesting, types and,
where the calls say it, values. The same for its EC2 plugin, asked at the same stand-in, and in AWS Lambda. Where the two differ on
purpose, the reasons are here. Headers are compared by interop_python_sdks. Usage: check_xray_sdk.py <interop_xray_session>
"""
import http.server
import json
import pathlib
import subprocess
import sys
import tempfile
import threading

import outcome
import processes
import virtual_environment
import xray_program

HERE = pathlib.Path(__file__).resolve().parent
LAMBDA_TRACE, LAMBDA_PARENT = "1-581cf771-a006649127e371903a2de979", "53995c3f42cd8ad8"
OWN = {"id", "start_time", "end_time", "trace_id", "parent_id"}  # of each run

# What AWS's SDK writes and we do not: (key, value or None for any, reason).
ONLY_THEIRS = [
    ("in_progress", False, "stands only in a document that is in progress"),
    ("namespace", "local", "is no value of the document's definition; the Collector's receiver refuses the document"),
    ("type", "subsegment", "is for a subsegment sent alone; this one stands within its segment"),
    ("cause.exceptions.stack", None, "is there where frames were captured, with the throw hook"),
]
# And the other way round.
ONLY_OURS = [
    ("cause.exceptions.cause", "the chain of nested exceptions, of which the SDK for Python has the outermost alone"),
    ("metadata.default", "what X-Ray has no place for: where in the source, whose process, names that were not free"),
]


def shape(document, path=""):
    """{path: (type, value)} of everything in a document; of lists, of all their members together."""
    found = {}
    for key, value in document.items():
        at = f"{path}{key}"
        if isinstance(value, dict):
            found[at] = ("object", None)
            found |= shape(value, at + ".")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            found[at] = ("list", None)
            for each in value:
                found |= shape(each, at + ".")
        else:
            kind = "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value).__name__
            found[at] = (kind, value)
    return found


def differences(theirs, ours, where):
    """Complaints about one (sub)segment, those below it apart."""
    complaints = []
    have = shape({key: value for key, value in ours.items() if key != "subsegments"})
    want = shape({key: value for key, value in theirs.items() if key != "subsegments"})
    for path, (kind, value) in want.items():
        if any(path == key and wanted in (None, value) or path.startswith(key + ".") for key, wanted, _ in ONLY_THEIRS):
            continue
        if path.split(".")[0] in OWN:
            if "nested" in where and path in ("trace_id", "parent_id"):
                continue  # told by the place where it stands
            value = have.get(path, (None, None))[1]
        said_by_calls = not path.startswith(("cause", "aws.xray"))
        if path not in have or have[path][0] != kind or (said_by_calls and have[path][1] != value):
            complaints.append(f"{where}: {path} is {have.get(path)}, of AWS's SDK {kind, value}")
    complaints += [f"{where}: {path} is {value}, and AWS's SDK has none" for path, value in have.items() if path not in want and
                   not any(f"{path}.".startswith(f"{key}.") or f"{key}.".startswith(f"{path}.") for key, _ in ONLY_OURS)]
    return complaints


def compare(theirs, ours, where="segment"):
    complaints = differences(theirs, ours, where)
    below, ours_below = theirs.get("subsegments", []), ours.get("subsegments", [])
    names = [each["name"] for each in below]
    if [each["name"] for each in ours_below] != names:
        return complaints + [f"{where}: below it are {[each['name'] for each in ours_below]}, with AWS's SDK {names}"]
    for number, (one, other) in enumerate(zip(below, ours_below)):
        complaints += compare(one, other, f"nested {number} {one['name']!r} in {where}")
    return complaints


class Metadata:
    """An instance's metadata service, as the EC2 user guide describes version 2."""
    IDENTITY = {"instanceId": "i-0a1b2c3d4e5f", "availabilityZone": "us-east-1d", "instanceType": "t3.micro", "imageId": "ami-0c2f"}

    def __init__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, allowed, text):
                self.send_response(200 if allowed else 401)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def do_PUT(self):
                self.answer(self.path == "/latest/api/token" and "X-aws-ec2-metadata-token-ttl-seconds" in self.headers, "token")

            def do_GET(self):
                self.answer(self.headers["X-aws-ec2-metadata-token"] == "token" and
                            self.path == "/latest/dynamic/instance-identity/document", json.dumps(Metadata.IDENTITY))

            def log_message(self, *ignored):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def spans_of(document, parent=None):
    """{name: (id, parent's id, trace's id)} of a tree."""
    found = {document["name"]: (document["id"], document.get("parent_id", parent), document.get("trace_id"))}
    for below in document.get("subsegments", []):
        found |= {name: (own, above, document.get("trace_id")) for name, (own, above, _) in spans_of(below, document["id"]).items()}
    return found


def compare_in_lambda(theirs, ours):
    """AWS's SDK sends each subsegment alone, we the tree of one invocation: what is under what must be the same."""
    complaints = [f"in Lambda a {each.get('type')} is sent" for each in theirs + ours if each.get("type") != "subsegment"]
    for who, documents in ("AWS's SDK", theirs), ("sonde", ours):
        spans = {name: span for each in documents for name, span in spans_of(each).items()}
        if set(spans) != {"handler", "inner"} or {trace for _, _, trace in spans.values()} != {LAMBDA_TRACE}:
            complaints.append(f"in Lambda {who} sends {documents}")
        elif spans["handler"][1] != LAMBDA_PARENT or spans["inner"][1] != spans["handler"][0]:
            complaints.append(f"in Lambda, with {who}, the parents are {spans}")
    return complaints


def received(receiver, what, spans):
    """The documents, once there are so many spans in them."""
    def arrived():
        documents = [json.loads(each.partition(b"\n")[2]) for each in list(receiver.datagrams)]
        return documents if sum(len(spans_of(each)) for each in documents) >= spans else None
    documents = processes.until(arrived, f"{what} sent {spans} spans", seconds=60)
    receiver.datagrams.clear()
    return documents


def ours(directory, receiver, settings=None, plugins=(), order="same", spans=1):
    with xray_program.Session(sys.argv[1], directory, receiver.address, settings, plugins) as session:
        session.order(order)
        session.finish()
    return received(receiver, "sonde", spans)


def theirs(python, receiver, settings=None, plugins=(), spans=1):
    environment = processes.clean_environment() | {"AWS_XRAY_DAEMON_ADDRESS": receiver.address} | (settings or {})
    ran = subprocess.run([python, "-B", HERE / "xray_same_calls.py", *plugins], env=environment, capture_output=True, text=True)
    if ran.returncode != 0:
        raise outcome.Failed(f"AWS's SDK: {ran.stderr[-500:]}")
    return received(receiver, "AWS's SDK", spans)


def check():
    _, python = virtual_environment.of(*xray_program.PACKAGES)
    metadata = Metadata()
    settings = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata.url, "AWS_EC2_METADATA_DISABLED": "false"}
    with tempfile.TemporaryDirectory(prefix="sonde-xray-") as name, xray_program.Receiver() as receiver:
        directory = pathlib.Path(name)
        (reference,), (document,) = theirs(python, receiver), ours(directory, receiver)
        complaints = compare(reference, document)
        (told,), (found,) = theirs(python, receiver, settings, ("EC2Plugin",)), ours(directory, receiver, settings, ("ec2",))
        # The definition of the document calls the type of the instance its size; the SDK for Python does not.
        want = {"instance_size" if key == "instance_type" else key: value for key, value in told["aws"]["ec2"].items()}
        if found.get("aws", {}).get("ec2") != want or found.get("origin") != told["origin"]:
            complaints.append(f"the plugin for EC2 says {found.get('aws')}, {found.get('origin')}; "
                              f"AWS's SDK {told['aws']}, {told['origin']}")
        invoked = {"LAMBDA_TASK_ROOT": "/var/task", "OTEL_PROPAGATORS": "xray",
                   "_X_AMZN_TRACE_ID": f"Root={LAMBDA_TRACE};Parent={LAMBDA_PARENT};Sampled=1"}
        complaints += compare_in_lambda(theirs(python, receiver, invoked, spans=2),
                                        ours(directory, receiver, invoked, order="lambda", spans=2))
    return complaints


if __name__ == "__main__":
    sys.exit(outcome.of("interop_xray_sdk", check))
