# SPDX-License-Identifier: MIT
"""What the Collector's receiver for X-Ray should make of the documents of a span, worked out from the same span as it came by
OTLP: from that receiver's rules and AWS's guide to segment documents. Knows nothing of sonde but which attributes the program
calls annotations, and namespaces: OTLP has neither.

What differs on purpose:
- Names. A segment is called after the service, a call after who is called; other names lack what X-Ray does not take. The span's
  own name is then otel.span.name in the metadata. A subsegment sent alone takes its own name for the service's.
- Kinds. The receiver has server for segments, client for calls, internal for the rest; the others are in the metadata.
- Times. Seconds as floating point: right to the microsecond. Times of exceptions are not kept.
- Status. The receiver sees errors by the reply's status, also in servers at 4xx, and by a cause. `fault` alone it does not read,
  an `ok` X-Ray does not have. A message stands in the cause.
- Attributes. Keys of requests and queries are those of older conventions; annotations lose whether they were whole numbers; the
  rest is metadata as JSON text, where NaN and infinities are texts.
- Events. Exceptions come back, each of a chain on its own, stacks as Java writes them; one that a span below has told is there
  only by its id. Other events are metadata. Links are not read.
- The one span too large for a datagram says that it is cut; its metadata is not compared.
- Resource. The SDK's name is the one in the segment's aws block; because of that block the provider is aws; the language is what
  follows `for` in that name, but java in a segment with an exception. The rest of the resource is in a segment's metadata.
"""
import json
import re

import xray_document

SERVICE = "same-calls"
# By the name of the span: keys of its annotations, and those of its metadata that have a namespace.
ANNOTATIONS = {"GET /cart": {"text", "number", "ratio", "flag"}, 'GET /everything "quoted"': {"handle"}}
NAMESPACES = {"GET /cart": {"now": "user_activities", "list": "user_activities"},
              'GET /everything "quoted"': {"results": "user_activities"}}
INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER = range(1, 6)
ERROR = 2


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


class Translation:
    """What a span should have become."""

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
        same = {key: self.resource[key] for key in ("telemetry.sdk.version", "service.version")}
        return {"service.name": SERVICE, "cloud.provider": "aws", "telemetry.sdk.name": "sonde for C++",
                "telemetry.sdk.language": "java" if self.cause() else "C++", **same}
