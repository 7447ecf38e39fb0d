#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One session tells each span twice to a real Collector: as documents for its X-Ray receiver, and by OTLP. What the receiver makes
of the documents is compared field by field with what came by OTLP. Written from that receiver's rules and AWS's guide to segment
documents; knows nothing of sonde but which attributes the program calls annotations, and namespaces: OTLP has neither.

What differs on purpose:
- Names. A segment is called after the service, a call after who is called; other names lack what X-Ray does not take. The span's
  own name is then otel.span.name in the metadata. A subsegment sent alone takes its own name for the service's.
- Kinds. The receiver has server for segments, client for calls, internal for the rest; the others are in the metadata.
- Times. Seconds as floating point: right to the microsecond. Times of exceptions are not kept.
- Status. The receiver sees errors by the reply's status, also in servers at 4xx, and by a cause. `fault` alone it does not read,
  an `ok` X-Ray does not have. A message stands in the cause.
- Attributes. Keys of requests and queries are those of older conventions; annotations lose whether they were whole numbers; the
  rest is metadata as JSON text, where NaN and infinities are texts.
- Events. Exceptions come back, each of a chain on its own, stacks as Java writes them; one that a span below has told is there only
  by its id. Other events are metadata. Links are not read.
- The one span too large for a datagram says that it is cut; its metadata is not compared.
- Resource. The receiver takes sonde's name from the segment's aws block, and that there is one for being in AWS; the rest of the
  resource is in a segment's metadata. The language is what follows `for` in that name, and java where there was an exception.

Usage: check_xray_collector.py <interop_xray_session>
"""
import json
import pathlib
import re
import socket
import sys
import tempfile

import collector
import outcome
import processes
import xray_document
import xray_program

ORDERS = "same", "calls", "everything", "deep 40"
SERVICE = "same-calls"
# By the name of the span: keys of its annotations, and those of its metadata that have a namespace.
ANNOTATIONS = {"GET /cart": {"text", "number", "ratio", "flag"}, 'GET /everything "quoted"': {"handle"}}
NAMESPACES = {"GET /cart": {"now": "user_activities", "list": "user_activities"},
              'GET /everything "quoted"': {"results": "user_activities"}}
INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER = range(1, 6)
ERROR = 2
AT_ONCE = 40  # datagrams: what a socket holds by default


def config(directory, udp, tcp, http):
    return json.dumps({
        "receivers": {"awsxray": {"endpoint": f"127.0.0.1:{udp}", "transport": "udp",
                                  "proxy_server": {"endpoint": f"127.0.0.1:{tcp}", "region": "us-east-1", "local_mode": True,
                                                   "aws_endpoint": "http://127.0.0.1:9"}},
                      "otlp": {"protocols": {"http": {"endpoint": f"127.0.0.1:{http}"}}}},
        "exporters": {f"file/{each}": {"path": str(directory / f"{each}.jsonl"), "format": "json", "flush_interval": "100ms"}
                      for each in ("awsxray", "otlp")},
        "service": {"telemetry": {"metrics": {"level": "none"}},
                    "pipelines": {f"traces/{each}": {"receivers": [each], "exporters": [f"file/{each}"]}
                                  for each in ("awsxray", "otlp")}}})


def plain(held):
    """A value of OTLP/JSON as Python has it."""
    (kind, content), = held.items()
    if kind == "arrayValue":
        return [plain(each) for each in content.get("values", [])]
    if kind == "kvlistValue":
        return attributes(content.get("values", []))
    return {"intValue": int, "doubleValue": float}.get(kind, lambda same: same)(content)


def attributes(pairs):
    return {each.get("key", ""): plain(each["value"]) for each in pairs}


def read(path):
    """(resource, scope's name, span) of each span in a file of the Collector's."""
    for line in path.read_text().split("\n"):
        for of_resource in json.loads(line)["resourceSpans"] if line else []:
            for of_scope in of_resource["scopeSpans"]:
                for one in of_scope["spans"]:
                    yield (attributes(of_resource["resource"].get("attributes", [])), of_scope.get("scope", {}).get("name", ""),
                           {**one, "attributes": attributes(one.get("attributes", [])),
                            "events": [{**each, "attributes": attributes(each.get("attributes", []))}
                                       for each in one.get("events", [])]})


def in_json(value):
    """As JSON has it: no integers, no NaN."""
    if isinstance(value, dict):
        return {key: in_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [in_json(each) for each in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = float(value)
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(repr(number), number)
    return value


def usable(name):
    blank = "".join(" " if c in "\t\n\v\f\r" else c for c in name)
    kept = "".join(c for c in blank if c == " " or xray_document.name_fault(c) is None)[:200]
    return kept if kept.strip(" ") else "span"


class Span:
    """What the translation of a span should be, from the same by OTLP."""

    def __init__(self, resource, scope, one):
        self.resource, self.scope, self.one = resource, scope, one
        self.left = dict(one["attributes"])  # what has no place but the metadata
        self.attributes = {}
        self.is_segment = not one.get("parentSpanId") or bool(one.get("flags", 0) & 0x200)
        self.is_client = one["kind"] == CLIENT and not self.is_segment
        self.exceptions = [each["attributes"] for each in one["events"] if each["name"] == "exception"]
        self.name = self.called()
        self.http()
        if not self.is_segment:
            self.query()
            self.call_to_aws()
        else:
            self.move("user.id", "enduser.id")
        self.annotations = {key: self.left.pop(key) for key in ANNOTATIONS.get(one["name"], ()) if key in self.left}

    def move(self, key, to):
        if self.left.get(key) not in (None, ""):
            self.attributes[to] = self.left.pop(key)

    def called(self):
        held, other = self.one["attributes"], None
        if self.is_segment:
            return SERVICE
        if self.is_client and held.get("rpc.system.name") == "aws-api":
            other = held["rpc.method"].partition("/")[0]
        elif self.is_client and "db.system.name" in held:
            other = f"{held['db.namespace']}@{held['server.address']}"
        elif self.is_client:
            other = held.get("server.address")
        return usable(other or self.one["name"])

    def http(self):
        self.move("http.request.method", "http.method")
        if "url.path" in self.left:
            url = [self.left.pop(key) for key in ("url.scheme", "server.address", "url.path")]
            self.attributes["http.url"] = "{}://{}{}".format(*url)
        elif "url.full" in self.left:
            self.move("url.full", "http.url")
            del self.left["server.address"]
        self.move("user_agent.original", "http.user_agent")
        self.move("client.address", "http.client_ip")
        self.move("http.response.status_code", "http.status_code")
        self.move("http.response.body.size", "http.response_content_length")

    def query(self):
        if "db.system.name" in self.left:
            host, port = self.left.pop("server.address"), self.left.pop("server.port")
            self.attributes["db.connection_string"] = f"{self.left['db.system.name']}://{host}:{port}"
            for key, to in (("db.namespace", "db.name"), ("db.system.name", "db.system"), ("db.query.text", "db.statement"),
                            ("db.user", "db.user")):
                self.move(key, to)

    def call_to_aws(self):
        if self.left.pop("rpc.system.name", None) == "aws-api":
            self.attributes["aws.service"], _, self.attributes["aws.operation"] = self.left.pop("rpc.method").partition("/")
            self.attributes["aws.table_name"], = self.left.pop("aws.dynamodb.table_names")
            self.move("cloud.region", "aws.region")
            self.move("aws.request_id", "aws.request_id")

    def cause(self):
        """[(type, message, stack)] of each exception, those of its chain behind it."""
        found = [(each.get("exception.type"), each.get("exception.message"), each.get("exception.stacktrace"))
                 for each in self.exceptions for each in [each, *({f"exception.{key}": value for key, value in link.items()}
                                                                   for link in each.get("sonde.exception.causes", []))]]
        status = self.one.get("status", {})
        if not found and status.get("code") == ERROR and status.get("message"):
            found = [("error", status["message"], None)]
        return found

    def failed(self):
        return self.attributes.get("http.status_code", 0) >= 400 or bool(self.cause())

    def metadata(self):
        """By namespace."""
        made = {"default": {}}
        for key, value in self.left.items():
            made.setdefault(NAMESPACES.get(self.one["name"], {}).get(key, "default"), {})[key] = value
        own, kind, status = made["default"], self.one["kind"], self.one.get("status", {})
        if self.name != self.one["name"]:
            own["otel.span.name"] = self.one["name"]
        if kind != (SERVER if self.is_segment else INTERNAL) and not self.is_client:
            own["otel.span.kind"] = {INTERNAL: "internal", SERVER: "server", CLIENT: "client", PRODUCER: "producer",
                                     CONSUMER: "consumer"}[kind]
        if self.scope not in ("", "sonde"):
            own["otel.scope.name"] = self.scope
        if status.get("message") and status["message"] not in [message for _, message, _ in self.cause()]:
            own["otel.status_description"] = status["message"]
        events = [each for each in self.one["events"] if each["name"] != "exception"]
        if events:
            own["otel.events"] = [{"name": each["name"], "time": int(each["timeUnixNano"]) / 1e9,
                                   **({"attributes": each["attributes"]} if each["attributes"] else {})} for each in events]
        if self.is_segment:
            own.update({f"otel.resource.{key}": value for key, value in self.resource.items()})
        return {space: in_json(held) for space, held in made.items()}

    def stack(self, exception):
        """As Java writes what Boost wrote."""
        kind, message, text = exception
        frames = []
        for line in (text or "").splitlines():
            label, path, number = re.fullmatch(r" *\d+# (.*?) (?:at (.*):(\d+)|in .*)", line).groups()
            frames.append(f"\tat {label}({path or line.rpartition(' in ')[2]}: {number or '<unknown>'})\n")
        return f"{kind}: {message}\n" + "".join(frames) if frames else None

    def translated_resource(self, alone):
        if alone:
            return {"service.name": self.name, "cloud.provider": "unknown"}
        language = "java" if self.cause() else "C++"
        return {"service.name": SERVICE, "cloud.provider": "aws", "telemetry.sdk.name": "sonde for C++",
                "telemetry.sdk.language": language, **{key: self.resource[key] for key in ("telemetry.sdk.version", "service.version")}}


def compare(want, resource, one, told):
    """Complaints about a translated span. `told`: (type, message, id of the span) of all exceptions, by their ids."""
    sent, held = want.one, one["attributes"]
    annotated = held.pop("aws.xray.annotations", [])
    annotations = {key: held.pop(key, None) for key in annotated}
    prefix = "aws.xray.metadata."
    metadata = {key[len(prefix):]: in_json(json.loads(held.pop(key))) for key in list(held) if key.startswith(prefix)}
    parts = [("trace", one["traceId"], sent["traceId"]), ("parent", one.get("parentSpanId"), sent.get("parentSpanId")),
             ("name", one["name"], want.name),
             ("kind", one["kind"], SERVER if want.is_segment else CLIENT if want.is_client else INTERNAL),
             ("status", one["status"].get("code", 0), ERROR if want.failed() else 0),
             ("attributes", held, want.attributes),
             ("annotations", annotations, {key: each if isinstance(each, (str, bool)) else float(each)
                                           for key, each in want.annotations.items()})]
    for key in "startTimeUnixNano", "endTimeUnixNano":
        if abs(int(one[key]) - int(sent[key])) > 1000:
            yield f"{key} is {one[key]}, not {sent[key]}"
    alone = not want.is_segment and resource.get("cloud.provider") == "unknown"
    if want.is_segment or alone:
        parts.append(("resource", resource, want.translated_resource(alone)))
    if not metadata.get("default", {}).get("sonde.truncated"):
        wanted = want.metadata()
        for event, like in zip(metadata["default"].get("otel.events", []), wanted["default"].get("otel.events", [])):
            if abs(event["time"] - like["time"]) <= 1e-6:
                like["time"] = event["time"]
        parts.append(("metadata", metadata, wanted))
    parts += exceptions(want, one, told)
    yield from (f"{what} {difference(is_there, wanted)}" for what, is_there, wanted in parts
                if exact(is_there) != exact(wanted))


def exceptions(want, one, told):
    """(what, have, want) of what the span failed with."""
    known_below = one["status"].get("message", "")
    if known_below and want.exceptions:
        last = want.exceptions[-1]
        below = told.get(known_below, (None, None, None))
        yield "cause", below[:2], (last["exception.type"], last["exception.message"])
        yield "cause, told by itself,", below[2] == one["spanId"], False
        return
    found = [each["attributes"] for each in one["events"]]
    yield "events", {each["name"] for each in one["events"]} - {"exception"}, set()
    yield "cause", [(each["exception.type"], each["exception.message"]) for each in found], [each[:2] for each in want.cause()]
    yield "stacks", [each.get("exception.stacktrace") for each in found], [want.stack(each) for each in want.cause()]
    chain = sum(len(each.get("sonde.exception.causes", [])) for each in want.exceptions)
    ids = [each["aws.xray.exception.id"] for each in found]
    yield "chain", [ids.index(each["aws.xray.exception.cause"]) for each in found if "aws.xray.exception.cause" in each], \
        list(range(1, chain + 1))
    yield "remote", {each["aws.xray.exception.remote"] for each in found}, {want.is_client} if found else set()


def exact(value):
    """Tells 1 from 1.0 and from True, not one order of members from another."""
    return json.dumps(value, sort_keys=True, default=sorted)


def difference(have, want):
    if isinstance(have, dict) and isinstance(want, dict):
        odd = {key: have[key] for key in have if key not in want or exact(want[key]) != exact(have[key])}
        lacking = {key: want[key] for key in want if key not in have or exact(want[key]) != exact(have[key])}
        return f"has {str(odd)[:400]} in place of {str(lacking)[:400]}"
    return f"is {str(have)[:400]}, not {str(want)[:400]}"


def judge(sent, translated):
    complaints = [] if len(sent) > 300 else [f"only {len(sent)} spans: this proves little"]
    by_id = {one["spanId"]: (resource, one) for resource, _, one in translated}
    wanted = {one["spanId"]: Span(resource, scope, one) for resource, scope, one in sent}
    if len(by_id) != len(translated) or set(by_id) != set(wanted):
        complaints.append(f"{len(sent)} spans came by OTLP; {len(translated)} are of X-Ray, {len(by_id)} with different ids, "
                          f"{len(set(by_id) - set(wanted))} of them never sent by OTLP")
    told = {each["attributes"]["aws.xray.exception.id"]: (each["attributes"]["exception.type"],
                                                         each["attributes"]["exception.message"], one["spanId"])
            for _, one in by_id.values() for each in one["events"]}
    by_reference = sum(1 for _, one in by_id.values() if one["status"].get("message"))
    truncated = sum(1 for _, one in by_id.values() if "sonde.truncated" in one["attributes"].get("aws.xray.metadata.default", ""))
    if (by_reference, truncated) != (1, 1):
        complaints.append(f"{by_reference} spans name an exception by its id, {truncated} are cut")
    for span_id in set(wanted) & set(by_id):
        want = wanted[span_id]
        complaints += [f"{want.one['name'][:60]!r}: {each}" for each in compare(want, *by_id[span_id], told)]
    return complaints


def count(path):
    return path.read_bytes().count(b'"startTimeUnixNano"') if path.exists() else 0


def pass_on(datagrams, port, arrived):
    """A Collector with other things to do must not lose any: few at once, the next when these are there."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        expected = 0
        for at in range(0, len(datagrams), AT_ONCE):
            for each in datagrams[at:at + AT_ONCE]:
                sender.sendto(each, ("127.0.0.1", port))
                expected += sum(1 for _ in xray_document.walk(xray_document.read(each)))
            processes.until(lambda: arrived() >= expected, f"{expected} spans of X-Ray were translated", seconds=60)


def check():
    binary = collector.find_or_build()
    with tempfile.TemporaryDirectory(prefix="sonde-xray-") as name, xray_program.Receiver() as receiver:
        directory = pathlib.Path(name)
        udp, tcp, http = (processes.free_port() for _ in range(3))
        (directory / "collector.yaml").write_text(config(directory, udp, tcp, http))
        translated, sent = directory / "awsxray.jsonl", directory / "otlp.jsonl"
        settings = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}
        with processes.Collector("collector", binary, directory / "collector.yaml", directory, [tcp, http], settings) as running:
            by_otlp = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{http}"}
            with xray_program.Session(sys.argv[1], directory, receiver.address, by_otlp) as session:
                for each in ORDERS:
                    session.order(each)
                    session.order("flush")
                taken = session.finish()["taken"]

            def spans():
                return sum(1 for each in list(receiver.datagrams) for _ in xray_document.walk(xray_document.read(each)))
            processes.until(lambda: spans() >= taken, f"{taken} spans were sent", seconds=30)
            pass_on(list(receiver.datagrams), udp, lambda: count(translated))
            processes.until(lambda: count(sent) >= taken, f"{taken} spans arrived by OTLP", seconds=30)
            running.stop()
        return judge(list(read(sent)), list(read(translated)))


if __name__ == "__main__":
    sys.exit(outcome.of("interop_xray_collector", check))
