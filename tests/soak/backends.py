# SPDX-License-Identifier: MIT
"""The four backends of the soak test. Each decodes what it gets by code that is not ours (opentelemetry-proto, botocore's
signatures, the rules of Rollbar and X-Ray) and remembers the id of every record: received, and whether the client was told so."""
import collections
import contextlib
import gzip
import json
import re
import select
import socket
import threading
import time

from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

import cloudwatch_stub
import faults
import processes
import rollbar_rules
import xray_document

TOKEN = "c0ffee00c0ffee00c0ffee00c0ffee00"
KEY, SECRET, REGION = "AKIDEXAMPLE12345678", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "eu-central-1"
GROUP = "cruddur"
RECEIVED, TOLD, DOUBTED = range(3)
SO_RCVBUFFORCE = 33


class Received:
    """The records of one signal at one backend, by id; an id may stand for several (`worth`)."""

    def __init__(self):
        self.state = {}
        self.worth = {}
        self.traces = collections.Counter()
        self.again = 0            # an id that is there already
        self.again_when_told = 0  # though the client knew that
        self.rejected = 0         # and the client was told so

    def take(self, ids):
        """Of (id, trace) each."""
        for one, trace in ids:
            if one not in self.state:
                self.state[one] = RECEIVED
                self.traces[trace] += 1
                continue
            self.again += 1
            self.again_when_told += self.state[one] == TOLD

    def mark(self, ids, state):
        for one, _ in ids:
            self.state[one] = state

    def count(self, *states):
        return sum(self.worth.get(one, 1) for one, state in self.state.items() if state in states)


class Backend:
    """Used by faults.Server. A receipt is (signal, ids, how many were rejected)."""

    def __init__(self):
        self.lock = threading.Lock()
        self.received = {"spans": Received(), "logs": Received()}
        self.complaints = []

    def told(self, receipt, state=TOLD):
        for signal, ids, rejected in receipt or []:
            with self.lock:
                self.received[signal].mark(ids, state)
                self.received[signal].rejected += rejected if state == TOLD else -rejected

    def doubted(self, receipt):
        self.told(receipt, DOUBTED)

    def complain(self, what):
        if len(self.complaints) < 20:
            self.complaints.append(f"{type(self).__name__}: {what}")


class Otlp(Backend):
    KINDS = {"/v1/traces": ("spans", trace_service_pb2.ExportTraceServiceRequest, trace_service_pb2.ExportTraceServiceResponse),
             "/v1/logs": ("logs", logs_service_pb2.ExportLogsServiceRequest, logs_service_pb2.ExportLogsServiceResponse)}
    TYPE = {"Content-Type": "application/x-protobuf"}

    def busy(self, random):
        after = random.choice(({}, {"Retry-After": "0"}, {"Retry-After": "1"}, {"Retry-After": "2"}))
        return random.choice((429, 503)), self.TYPE | after, b"", None

    def take(self, path, headers, body, part):
        signal, request, response = self.KINDS[path]
        message = request.FromString(gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body)
        if signal == "spans":
            ids = [(one.span_id, one.trace_id.hex()) for of in message.resource_spans for scope in of.scope_spans
                   for one in scope.spans]
        else:
            ids = [((one.trace_id, one.span_id, one.time_unix_nano, one.body.string_value), one.trace_id.hex())
                   for of in message.resource_logs for scope in of.scope_logs for one in scope.log_records]
        refused = (len(ids) + 1) // 2 if part else 0
        ids = ids[refused:]
        with self.lock:
            self.received[signal].take(ids)
        answer = response()
        if refused:
            setattr(answer.partial_success, f"rejected_{'spans' if signal == 'spans' else 'log_records'}", refused)
            answer.partial_success.error_message = "half is enough"
        return 200, self.TYPE, answer.SerializeToString(), [(signal, ids, refused)]


class Rollbar(Backend):
    """All its items are made of reports, which are logs; they say how many they stand for."""
    TYPE = {"Content-Type": "application/json"}

    def busy(self, random):
        after = {"Retry-After": "1", "X-Rate-Limit-Remaining-Seconds": "1"}
        return random.choice((429, 503)), self.TYPE | after, b'{"err":1,"message":"not now"}', None

    def take(self, path, headers, body, part):
        for each in rollbar_rules.complaints(body):
            self.complain(each)
        if headers.get("X-Rollbar-Access-Token") != TOKEN or path != "/api/1/item/":
            self.complain(f"POST {path} with the token {headers.get('X-Rollbar-Access-Token')!r}")
        data = json.loads(body)["data"]
        ids, reports = [(data["uuid"], data["custom"]["trace_id"])], data["custom"].get("reports", 1)
        if part:
            return 422, self.TYPE, b'{"err":1,"message":"not this one"}', [("logs", [], reports)]
        with self.lock:
            self.received["logs"].worth[data["uuid"]] = reports
            self.received["logs"].take(ids)
        return 200, self.TYPE, b'{"err":0,"result":{"id":null,"uuid":"x"}}', [("logs", ids, 0)]


class CloudWatch(Backend):
    TYPE = {"Content-Type": "application/x-amz-json-1.1"}
    TRACE = re.compile(r"TraceId: 1-([0-9a-f]{8})-([0-9a-f]{24})")

    def __init__(self):
        super().__init__()
        self.rules = cloudwatch_stub.Stub(SECRET, REGION)
        self.complaints = self.rules.complaints

    def busy(self, random):
        name, status = random.choice((("ThrottlingException", 400), ("ServiceUnavailableException", 503)))
        return status, self.TYPE, json.dumps({"__type": name, "message": "not now"}).encode(), None

    def take(self, path, headers, body, part):
        with self.lock:
            status, answer = self.rules.answer(path, headers, body)
            self.rules.requests.clear()
            ids, refused = [], 0
            for stream in (each for group in self.rules.groups.values() for each in group["streams"].values()):
                refused = (len(stream) + 1) // 2 if part else 0
                ids, stream[:] = [(each, self.trace_of(each[1])) for each in stream[refused:]], []
                if ids or refused:
                    break
            self.received["logs"].take(ids)
        if refused:
            answer["rejectedLogEventsInfo"] = {"tooOldLogEventEndIndex": refused}
        return status, self.TYPE, answer if isinstance(answer, bytes) else json.dumps(answer).encode(), [("logs", ids, refused)]

    def trace_of(self, line):
        found = self.TRACE.search(line)
        return found[1] + found[2] if found else None


class XRay(Backend):
    """The daemon's side of UDP: there, or gone. What has come in when it goes is still read."""

    def __init__(self, random, longest_gone):
        super().__init__()
        self.port = processes.free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.socket = None
        self.wanted = True
        self.unread_before = 0
        self.ended = threading.Event()
        self.reading = threading.Thread(target=self.read, daemon=True)
        self.reading.start()
        self.spells = faults.Spells(random, longest_gone, self.change, ("gone",))

    def change(self, kind):
        self.wanted = kind != "gone"

    def vanish(self):
        self.wanted = False

    @property
    def unread(self):
        """Datagrams that the kernel threw away, since the buffer was full."""
        return self.unread_before + (drops(self.port) if self.socket is not None else 0)

    def open(self):
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with contextlib.suppress(PermissionError):
            made.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)  # else it is what net.core.rmem_max allows
        made.bind(("127.0.0.1", self.port))
        return made

    def close(self):
        """Connected to somebody else it gets nothing new; what it has is read, and nothing is lost unseen."""
        self.socket.connect(("127.0.0.1", 9))
        while self.take():
            pass
        self.unread_before += drops(self.port)
        self.socket.close()
        self.socket = None

    def read(self):
        while not self.ended.is_set():
            if self.wanted and self.socket is None:
                self.socket = self.open()
            elif not self.wanted and self.socket is not None:
                self.close()
            elif self.socket is None:
                time.sleep(0.01)
            elif select.select([self.socket], [], [], 0.05)[0]:
                self.take()
        if self.socket is not None:
            self.close()

    def take(self):
        """Whether there was something."""
        try:
            datagram = self.socket.recv(1 << 16, socket.MSG_DONTWAIT)
        except (BlockingIOError, ConnectionError):
            return False
        try:
            document = xray_document.read(datagram)
            for fault in xray_document.document_faults(document):
                self.complain(fault)
            trace = document["trace_id"][2:].replace("-", "")
            ids = [] if "in_progress" in document else [(one["id"], trace) for one, _ in xray_document.walk(document)]
            with self.lock:
                self.received["spans"].take(ids)
                for one, _ in ids:
                    self.received["spans"].state[one] = RECEIVED
        except (ValueError, KeyError) as why:
            self.complain(f"a datagram cannot be read: {why!r}: {datagram[:200]!r}")
        return True

    def end(self):
        self.ended.set()
        self.reading.join()


def drops(port):
    """Of the socket that listens on it, by the kernel's own count."""
    with contextlib.suppress(OSError), open("/proc/net/udp") as lines:
        for fields in (line.split() for line in list(lines)[1:]):
            if int(fields[1].partition(":")[2], 16) == port:
                return int(fields[-1])
    return 0
