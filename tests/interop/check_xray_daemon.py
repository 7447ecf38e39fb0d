#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Traces of examples/cruddur and of a session on their way through the X-Ray daemon (xray_daemon.py) into an X-Ray API, moto's
server, from which AWS's own client reads them back: every segment, nested as the spans were, with annotations, metadata, requests
and errors. And what becomes of a session whose daemon is absent, comes, goes, comes back or takes nothing.

Usage: check_xray_daemon.py <interop_xray_session> <cruddur> <cruddur-profiles>
"""
import contextlib
import http.client
import json
import pathlib
import signal
import socket
import sys
import tempfile

import inside
import outcome
import processes
import xray_daemon
import xray_document
import xray_program

ROUTES = {"/api/activities/home": 200, "/api/activities/@worf": 200, "/api/activities/error": 500, "/no/such/page": 404}
HOST = "cruddur.test"


class Api(processes.Program):
    """moto's server; what it has of X-Ray is read with boto3."""

    def __init__(self, directory):
        import boto3
        self.port = processes.free_port()
        super().__init__("moto", [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", self.port], directory)
        self.wait_for(lambda: processes.is_listening(self.port), f"it listened on port {self.port}")
        self.client = boto3.client("xray", endpoint_url=f"http://127.0.0.1:{self.port}", region_name="us-east-1",
                                   aws_access_key_id="test", aws_secret_access_key="test")

    def documents(self, trace_ids):
        """All that arrived of these traces."""
        found, ids = [], sorted(trace_ids)
        for at in range(0, len(ids), 5):
            for trace in self.client.batch_get_traces(TraceIds=ids[at:at + 5])["Traces"]:
                found += [json.loads(each["Document"]) for each in trace["Segments"]]
        return found


class Ours(processes.Program):
    """A program of the example, with X-Ray."""

    def __init__(self, program, directory, daemon, settings=None):
        self.traces = directory / f"{pathlib.Path(program).name}.jsonl"
        super().__init__(pathlib.Path(program).name, [pathlib.Path(program).absolute()], directory, {
            "PORT": "0", "CRUDDUR_TRACES_FILE": str(self.traces), "AWS_XRAY_DAEMON_ADDRESS": daemon.address,
            "AWS_XRAY_URL": "*.test", "OTEL_PROPAGATORS": "tracecontext,xray", **(settings or {})})
        self.port = int(self.wait_for(lambda: self.listening(), "it listened"))

    def listening(self):
        said = self.said.read_text()
        return said.rpartition("http://127.0.0.1:")[2].split("\n")[0] if "listening on" in said and said.endswith("\n") else None

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=processes.DEADLINE)
        connection.request("GET", path, headers={"Host": HOST, "User-Agent": "interop"})
        reply = connection.getresponse()
        reply.read()
        connection.close()
        return reply.status

    def finish(self):
        self.process.send_signal(signal.SIGTERM)
        if self.end() != 0:
            raise outcome.Failed(f"{self.name} ended with exit code {self.process.returncode}")
        return [one for line in self.traces.read_text().splitlines() for spans in json.loads(line)["resourceSpans"]
                for scope in spans["scopeSpans"] for one in scope["spans"]]


def xray_trace_id(span):
    return f"1-{span['traceId'][:8]}-{span['traceId'][8:]}"


def attributes(span):
    return {each["key"]: int(held) if kind == "intValue" else held for each in span.get("attributes", [])
            for kind, held in each["value"].items() if kind not in ("arrayValue", "kvlistValue")}


def leaves(document):
    """All values in a document as text, those below it apart."""
    for key, value in document.items():
        if key != "subsegments":
            for each in value if isinstance(value, list) else [value]:
                yield from leaves(each) if isinstance(each, dict) else [json.dumps(each)]


def lost(span, document):
    """Attributes of a span, and of its events, that its document has nowhere. Parts of an address stand in its URL, the usual port
    not even there; an exception that has been on its way for a while, where it came from."""
    held = list(leaves(document))
    for one in [span, *span.get("events", [])]:
        for key, value in attributes(one).items():
            usual = key == "server.port" and value in (80, 443)
            from_below = key.startswith("exception.") and isinstance(document.get("cause"), str)
            in_url = key.startswith(("url.", "server.")) and any(str(value) in each for each in held)
            if not (usual or from_below or in_url or json.dumps(value) in held):
                yield key


def compare(recorded, documents):
    """The file with the same spans as OTLP is another adapter's word for what there was."""
    complaints = [fault for each in documents for fault in xray_document.document_faults(each)
                  if "_time is written" not in fault]  # a matter of text, which boto3 has read already
    arrived = {}
    for document in documents:
        for one, parent in xray_document.walk(document):
            if "in_progress" not in one:
                arrived[one["id"]] = (one, parent, document["trace_id"])
    if set(arrived) != {span["spanId"] for span in recorded}:
        return complaints + [f"of {len(recorded)} spans {len(arrived)} arrived"]
    ids = set(arrived)
    for span in recorded:
        one, parent, trace_id = arrived[span["spanId"]]
        if (parent or "") != span.get("parentSpanId", "") or trace_id != xray_trace_id(span):
            complaints.append(f"{span['name']!r} is under {parent} in {trace_id}, not {span.get('parentSpanId')} in "
                              f"{xray_trace_id(span)}")
        for key, nanoseconds in ("start_time", span["startTimeUnixNano"]), ("end_time", span["endTimeUnixNano"]):
            if abs(one[key] - int(nanoseconds) / 1e9) > 2e-6:
                complaints.append(f"{span['name']!r}: {key} is {one[key]}, not {nanoseconds} ns")
        status = attributes(span).get("http.response.status_code")
        if status is not None and one.get("http", {}).get("response", {}).get("status") != int(status):
            complaints.append(f"{span['name']!r}: http is {one.get('http')}, the status was {status}")
        complaints += [f"{span['name']!r}: its document has no {key}: {one}" for key in lost(span, one)]
        failed = span.get("status", {}).get("code") == 2
        if failed and not (one.get("fault") or one.get("error")):
            complaints.append(f"{span['name']!r} failed, and its document does not say so")
    return complaints if ids else ["nothing arrived"]


def of_the_example(spans, documents):
    """What people look for in the console."""
    complaints = []
    segments = {one["id"]: one for one in documents if one.get("type") != "subsegment"}
    by_url = {one["http"]["request"]["url"]: one for one in segments.values() if one["name"] == HOST}
    if len(by_url) != len(ROUTES):
        return [f"segments named after the host: {list(by_url)}"]
    for path, status in ROUTES.items():
        url, = [each for each in by_url if each.endswith(path)]
        one = by_url[url]
        flag = {500: "fault", 404: "error"}.get(status)
        if flag and not one.get(flag) or not flag and (one.get("fault") or one.get("error")):
            complaints.append(f"{path} was answered {status}, and has fault {one.get('fault')}, error {one.get('error')}")
        if one["http"]["request"].get("user_agent") != "interop" or one["http"]["request"].get("method") != "GET":
            complaints.append(f"{path}: the request is {one['http']['request']}")
        if path.endswith("@worf"):
            below = {each["name"]: each for each, _ in xray_document.walk(one)}
            inner = below.get("user_activities", {})
            noted = inner.get("metadata", {}).get("user_activities", {})
            if inner.get("annotations") != {"user_handle": "worf"} or "now" not in noted:
                complaints.append(f"{path}: user_activities is {inner}")
            request = {"method": "GET", "target": path}
            if one.get("metadata", {}).get("http") != request or one.get("annotations") != {"url": path}:
                complaints.append(f"{path}: the metadata is {one.get('metadata')}, the annotations {one.get('annotations')}")
            remote = [each for each in below.values() if each.get("namespace") == "remote"]
            served = [each for each in segments.values() if each.get("parent_id") in {each["id"] for each in remote}]
            if not any(each["http"]["request"]["url"].endswith("/api/profiles/@worf") for each in served if "http" in each):
                complaints.append(f"{path}: the other service's segment is not under the call: {remote}")
            if not any("sql" in each for each in below.values()):
                complaints.append(f"{path}: no subsegment has sql: {list(below)}")
        if path.endswith("error"):
            causes = [each["cause"] for each, _ in xray_document.walk(one) if isinstance(each.get("cause"), dict)]
            messages = [exception["message"] for cause in causes for exception in cause["exceptions"]]
            if not any("no activity has the id" in each for each in messages):
                complaints.append(f"{path}: no cause says why: {causes}")
    return complaints


def everything_arrives(session, cruddur, profiles, directory):
    with contextlib.ExitStack() as stack:
        api = stack.enter_context(Api(directory))
        daemon = stack.enter_context(xray_daemon.between(directory, api.port))
        behind = stack.enter_context(Ours(profiles, directory, daemon, {"OTEL_SERVICE_NAME": "profiles"}))
        url = f"http://127.0.0.1:{behind.port}"
        front = stack.enter_context(Ours(cruddur, directory, daemon, {"CRUDDUR_PROFILES_URL": url}))
        complaints = [f"GET {path} answered {have}, not {want}" for path, want in ROUTES.items()
                      if (have := front.get(path)) != want]
        recorded = front.finish() + behind.finish()
        traces = {xray_trace_id(span) for span in recorded}

        def arrived():
            documents = api.documents(traces)
            return documents if sum(1 for each in documents for _ in xray_document.walk(each)) >= len(recorded) else None
        documents = processes.until(arrived, f"{len(recorded)} spans arrived", seconds=30)
        complaints += compare(recorded, documents) + of_the_example(recorded, documents)
        if daemon.refused():
            complaints.append(f"the daemon complained: {daemon.refused()[:3]}")
        with xray_program.Session(session, directory, daemon.address) as more:
            for order in "same", "odd", "everything", "wide 200", "deep 100":
                more.order(order)
            ledger = more.finish()
            if ledger["exported"] != ledger["taken"]:
                complaints.append(f"the ledger is {ledger}")
        processes.until(lambda: len(seen_by(api)) >= 1, "the session's segments arrived", seconds=30)
        if daemon.refused():
            complaints.append(f"the daemon complained of the session's: {daemon.refused()[:3]}")
        through = "the real daemon" if daemon.is_real else "a stand-in; the real daemon is not here (XRAY_DAEMON)"
        print(f"interop_xray_daemon: {len(recorded)} spans of the example through {through}")
    return complaints


def seen_by(api):
    """Traces of the session, found by time, as the console does."""
    import datetime
    now = datetime.datetime.now()
    hour = datetime.timedelta(hours=1)
    return api.client.get_trace_summaries(StartTime=now - hour, EndTime=now + hour)["TraceSummaries"]


def sums_up(ledger):
    return ledger["queued"] + ledger["exported"] + sum(ledger["dropped"].values()) == ledger["taken"]


def daemon_comes_and_goes(program, directory):
    """Nobody listens; somebody does; killed; back at the same port. The session goes on, in its ledger all is accounted for."""
    complaints = []
    port = processes.free_port()
    with Api(directory) as api, xray_program.Session(program, directory, f"127.0.0.1:{port}", name="comes-and-goes") as session:
        def record(what):
            session.order("spans 20")
            if session.order("flush") != "flushed":
                complaints.append(f"with the daemon {what} a flush did not end")
            ledger = session.ledger()
            if not sums_up(ledger):
                complaints.append(f"with the daemon {what} the ledger is {ledger}")
            return ledger
        for _ in range(5):
            absent = record("absent")
        for what in "there", "back":
            before = len(seen_by(api))
            with xray_daemon.between(directory, api.port, port, name=f"daemon-{what}") as daemon:
                processes.until(lambda: record(what) and len(seen_by(api)) > before, f"segments arrived, the daemon being {what}",
                                seconds=60)
                daemon.kill()
            record("gone")
        lines = [line for line in session.lines() if str(port) in line]
        told = [line for line in lines if "refused" in line or "nobody" in line or "listen" in line]
        if not 1 <= len(told) <= 4:
            complaints.append(f"of an absent daemon {len(told)} lines tell: {lines}")
        if absent["exported"] == absent["taken"] and not absent["dropped"]:
            complaints.append(f"with nobody listening, all of it counts as exported: {absent}")
        ledger = session.finish()
        if not sums_up(ledger) or ledger["queued"]:
            complaints.append(f"at the end the ledger is {ledger}")
    return complaints


def daemon_takes_nothing(program, directory):
    """A socket whose owner never reads: UDP has no way to tell, so that the session goes on, and ends in time."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as full:
        full.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        full.bind(("127.0.0.1", 0))
        with xray_program.Session(program, directory, f"127.0.0.1:{full.getsockname()[1]}", name="takes-nothing") as session:
            session.order("wide 3000")
            flushed = session.order("flush")
            ledger = session.finish()
    return [] if flushed == "flushed" and sums_up(ledger) and not ledger["queued"] else [f"{flushed}, the ledger is {ledger}"]


def check():
    session, cruddur, profiles = sys.argv[1:4]
    sys.setrecursionlimit(20_000)
    complaints = []
    with tempfile.TemporaryDirectory(prefix="sonde-xray-") as name:
        for case in (lambda at: everything_arrives(session, cruddur, profiles, at), lambda at: daemon_comes_and_goes(session, at),
                     lambda at: daemon_takes_nothing(session, at)):
            directory = pathlib.Path(tempfile.mkdtemp(dir=name))
            complaints += case(directory)
    return complaints


if __name__ == "__main__":
    sys.exit(inside.of("interop_xray_daemon", xray_program.PACKAGES, check))
