# SPDX-License-Identifier: MIT
"""The services of check_python_sdks.py, the requests that go through them, and what must come of each. A request is one
trace, in which every span has the right parent; what the first does not sample nobody records; tracestate, baggage and
a vendor's pairs arrive as they were sent."""
import json
import re
import secrets
import urllib.parse

ALL, XRAY, B3, B3_MULTI = ({"OTEL_PROPAGATORS": each}
                           for each in ("tracecontext,baggage,xray", "xray", "b3", "b3multi"))
OFF = {"OTEL_TRACES_SAMPLER": "parentbased_always_off"}
# name: settings. Of the otel-… the SDK is OpenTelemetry's, of the aws-… X-Ray's.
OURS = {"w3c": {}, "xray": XRAY, "xray-off": XRAY | OFF, "all": ALL, "b3": B3, "b3multi": B3_MULTI}
THEIRS = {"otel-a": {}, "otel-b": {}, "otel-off": OFF, "otel-xray": XRAY, "otel-all": ALL, "otel-b3": B3,
          "otel-b3multi": B3_MULTI, "aws-a": {}, "aws-b": {}}
XRAY_HEADER = "x-amzn-trace-id"
STATE = "rojo=00f067aa0ba902b7,congo@acme=t61rcWkgMzE"


class Case:
    """A request along `path`, services by name, with the headers `sent`; `parent` and `trace_id` are those of a caller
    that they speak of. What arrives at the last service is compared with `arrives`: by value or by a condition."""

    def __init__(self, title, path, sent=(), route="/call", recorded=True, parent="", trace_id=None, **arrives):
        self.title, self.path, self.sent, self.route = title, path, sent, route
        self.recorded, self.parent, self.trace_id, self.arrives = recorded, parent, trace_id, arrives
        self.answered, self.told = None, None

    def run(self, services):
        target = "/tell"
        for number in range(len(self.path) - 1, 0, -1):
            route = self.route if number == 1 else "/call"
            target = f"{route}?url={urllib.parse.quote(services[self.path[number]].url + target, safe='')}"
        self.answered, body = services[self.path[0]].get(target, self.sent)
        self.told = json.loads(body)

    def wanted_spans(self):
        if not self.recorded:
            return []
        calls = [(name, kind) for name in self.path[:-1] for kind in ("server", "client")]
        return [*calls, (self.path[-1], "server")]

    def complaints(self, spans):
        trace = self.trace_that_arrived()
        wrong = [] if self.trace_id in (None, trace) else [f"the trace {trace} arrived, not {self.trace_id}"]
        mine = [one for one in spans if one["trace_id"] == trace]
        if chain(mine, self.parent) != self.wanted_spans() or len(mine) != len(self.wanted_spans()):
            wrong.append(f"recorded {mine}, not a chain of {self.wanted_spans()} under {self.parent!r}")
        if self.told["sampled"] != self.recorded:
            wrong.append(f"it arrived with sampled={self.told['sampled']}")
        for name, want in self.arrives.items():
            got = self.what_came(name)
            if not (want(got) if callable(want) else got == want):
                wrong.append(f"{name} is {got!r}")
        return [f"{self.title} ({' → '.join(self.path)}): {each}" for each in wrong]

    def trace_that_arrived(self):
        """The X-Ray SDK forgets the trace of what is not sampled: its header is asked."""
        if "trace_id" in self.told:
            return self.told["trace_id"]
        return re.match("Root=1-([^;]+)", self.told["headers"][XRAY_HEADER][0])[1].replace("-", "")

    def what_came(self, name):
        """Back: `answer`. To the last service: what its SDK says, or else the only header of that name."""
        if name == "answer":
            return self.answered[XRAY_HEADER]
        return self.told[name] if name in self.told else "; ".join(self.told["headers"].get(name.replace("_", "-"), []))


def chain(spans, parent):
    """(service, kind) of the spans from parent to child, as far as each has one child."""
    found = []
    while len(children := [one for one in spans if one["parent"] == parent]) == 1 and len(found) < len(spans):
        found.append((children[0]["service"], children[0]["kind"]))
        parent = children[0]["id"]
    return found


def baggage_of(*names, **others):
    """A condition: what the OpenTelemetry services of these names have set, and nothing else. What they had to encode
    may be missing, yet not come as something else: cpp-httplib before 0.44 decodes the headers that it reads, and makes
    of it what no baggage may hold."""
    sure = {f"plain.{name}": "a=b:c/d" for name in names} | others
    encoded = {f"encoded.{name}": "Andréw, 1%" for name in names}
    return lambda got: sure.items() <= got.items() <= (sure | encoded).items()


def w3c_cases():
    parent, trace = secrets.token_hex(8), [secrets.token_hex(16) for _ in range(4)]
    yield Case("begun in Python", ["otel-a", "w3c", "otel-b"], baggage=baggage_of("otel-a"), tracestate="")
    yield Case("begun here, there and back", ["w3c", "otel-a", "w3c", "otel-b"], baggage=baggage_of("otel-a"))
    yield Case("not sampled by Python", ["otel-off", "w3c", "otel-b"], recorded=False, baggage=baggage_of("otel-off"))
    for sampled in (True, False):
        yield Case(f"from further up, sampled={sampled}", ["otel-a", "w3c", "otel-b"],
                   [("traceparent", f"00-{trace[sampled]}-{parent}-0{sampled:d}"), ("tracestate", STATE),
                    ("baggage", "k=v")],
                   recorded=sampled, parent=parent, trace_id=trace[sampled],
                   tracestate=STATE, baggage=baggage_of("otel-a", k="v"))
    yield Case("in several lines", ["w3c", "otel-b"],
               [("TraceParent", f"00-{trace[2]}-{parent}-03"), ("tracestate", STATE), ("TraceState", "x=1"),
                ("baggage", "b=a+b;expires=9;secret"), ("Baggage", "b=c=d , e=")],
               parent=parent, trace_id=trace[2], tracestate=f"{STATE},x=1",
               traceparent=re.compile(rf"00-{trace[2]}-(?!{parent})[0-9a-f]{{16}}-03").fullmatch,
               headers=lambda held: held.get("baggage") == ["b=a+b;expires=9;secret,b=c=d,e="])
    yield Case("with encoded line ends", ["w3c", "otel-b"],
               [("traceparent", f"00-{trace[3]}-{parent}-01"), ("tracestate", "a=1%0d%0ax-evil: 1"),
                ("baggage", "k=v,u=%0D%0Ax-evil:1")],
               parent=parent, trace_id=trace[3], x_evil="", baggage=lambda got: got.get("k") == "v")


def xray_cases():
    parent, trace = secrets.token_hex(8), [secrets.token_hex(16) for _ in range(8)]
    root = [f"Root=1-{each[:8]}-{each[8:]}" for each in trace]
    lineage = ";Lineage=a87bd80c:1|68fd508a:5|c512fbe3:2"

    def sent(number, rest):
        return [(XRAY_HEADER, f"{root[number]};Parent={parent};{rest}")]

    def same_trace(number, rest):
        """A condition on the header at the end of the path."""
        return re.compile(rf"{root[number]};Parent=(?!{parent})[0-9a-f]{{16}};{re.escape(rest)}").fullmatch

    yield Case("begun in Python", ["aws-a", "xray", "aws-b"])
    yield Case("begun here, there and back", ["xray", "aws-a", "xray", "aws-b"])
    yield Case("not sampled by Python", ["aws-a", "xray", "aws-b"], route="/unsampled", recorded=False)
    yield Case("from further up", ["aws-a", "xray", "aws-b"], sent(0, f"Sampled=1{lineage}"),
               parent=parent, trace_id=trace[0], x_amzn_trace_id=same_trace(0, f"Sampled=1{lineage}"))
    yield Case("from further up, not sampled", ["xray", "aws-b"], sent(1, f"Sampled=0{lineage}"), recorded=False,
               trace_id=trace[1], x_amzn_trace_id=same_trace(1, f"Sampled=0{lineage}"))
    for number, sampled in ((2, True), (3, False)):
        yield Case(f"from further up, sampled={sampled}", ["otel-xray", "xray", "otel-xray"],
                   sent(number, f"Sampled={sampled:d}"), recorded=sampled, parent=parent, trace_id=trace[number],
                   x_amzn_trace_id=same_trace(number, f"Sampled={sampled:d}"))
    yield Case("left to us", ["xray", "aws-b"], sent(4, "Sampled=?"), parent=parent, trace_id=trace[4],
               answer=f"{root[4]};Sampled=1", x_amzn_trace_id=same_trace(4, "Sampled=1"))
    yield Case("left to us, who sample nothing", ["xray-off", "aws-b"], sent(5, "Sampled=?"), recorded=False,
               trace_id=trace[5], answer=f"{root[5]};Sampled=0", x_amzn_trace_id=same_trace(5, "Sampled=0"))
    yield Case("decided before us, who sample nothing", ["aws-a", "xray-off", "aws-b"], sent(6, "Sampled=1"),
               parent=parent, trace_id=trace[6], x_amzn_trace_id=same_trace(6, "Sampled=1"))
    yield Case("from a load balancer", ["xray", "aws-b"],
               [(XRAY_HEADER, f"Self=1-67891234-12456789abcdef012345678a;{root[7]}")],
               trace_id=trace[7], answer=None, x_amzn_trace_id=same_trace(7, "Sampled=1"))


def b3_cases():
    for ours in ("b3", "b3multi"):
        theirs = f"otel-{ours}"
        yield Case("begun in Python", [theirs, ours, theirs])
        yield Case("begun here, there and back", [ours, theirs, ours, theirs])
        for sampled in (True, False):
            parent, trace = secrets.token_hex(8), secrets.token_hex(16)
            single = [("b3", f"{trace}-{parent}-{sampled:d}")]
            several = [("X-B3-TraceId", trace), ("X-B3-SpanId", parent), ("X-B3-Sampled", f"{sampled:d}")]
            yield Case(f"from further up, sampled={sampled}", [theirs, ours, theirs],
                       single if ours == "b3" else several, recorded=sampled, parent=parent, trace_id=trace)


def bridge_cases():
    """Between SDKs that do not read each other's headers."""
    yield Case("from OpenTelemetry to X-Ray", ["otel-a", "all", "aws-b"])
    yield Case("from X-Ray to OpenTelemetry", ["aws-a", "all", "otel-b"])
    yield Case("not sampled by OpenTelemetry", ["otel-off", "all", "aws-b"], recorded=False)
    yield Case("not sampled by X-Ray", ["aws-a", "all", "otel-b"], route="/unsampled", recorded=False)
    yield Case("with all headers", ["otel-all", "all", "otel-all"], baggage=baggage_of("otel-all"))
    yield Case("through everything", ["aws-a", "all", "otel-a", "w3c", "otel-all", "xray", "aws-b"])


def every():
    return [*w3c_cases(), *xray_cases(), *b3_cases(), *bridge_cases()]
