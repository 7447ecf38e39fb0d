#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A real Collector takes traces and logs of one program over each protocol of OTLP, as they are and compressed, on
plain text, with TLS and with client certificates, all set by the environment alone. What it wrote must be what was
recorded, field by field, and the wire must show that protocol, compression and TLS were used: with a setting that does
nothing all of it would arrive just as well.

Usage: check_collector_protocols.py <interop_environment_session>
"""
import concurrent.futures
import gzip
import itertools
import json
import pathlib
import secrets
import sys
import tempfile

import certificates
import collector
import inside
import otlp_json
import outcome
import processes
import recorded
import wire

PROTOCOLS, COMPRESSIONS = ("http/protobuf", "http/json", "grpc"), ("none", "gzip")
SECURITIES = "plain", "tls", "mutual"  # mutual: with client certificates
SIGNALS = {"traces": "trace.v1.TraceService", "logs": "logs.v1.LogsService"}
KEY = secrets.token_hex(16)
HEADERS = f"x-key={KEY},x-note=a%2Cb%20c%3D%25"
SENT = {"x-key": KEY, "x-note": "a,b c=%"}
UNFIT = {"PROTOCOL": "http/json", "COMPRESSION": "none", "ENDPOINT": "http://localhost:1", "HEADERS": "x-key=wrong",
         "CERTIFICATE": "/missing.pem", "CLIENT_CERTIFICATE": "/missing.pem", "CLIENT_KEY": "/missing.key",
         "INSECURE": "true"}
PATHS = {"http/protobuf": {f"/v1/{each}" for each in SIGNALS}, "http/json": {f"/v1/{each}" for each in SIGNALS},
         "grpc": {f"/opentelemetry.proto.collector.{each}/Export" for each in SIGNALS.values()}}
TYPES = {"http/protobuf": "application/x-protobuf", "http/json": "application/json", "grpc": "application/grpc+proto"}


class Files:
    """What the programs need, in one directory."""

    def __init__(self, directory):
        self.directory = directory
        self.authority = certificates.Authority(directory, "authority")
        self.server = self.authority.server("server")
        self.client = self.authority.client("client")

    def written(self, security, signal):
        return self.directory / f"{security}-{signal}.jsonl"

    def receiver(self, security, ports):
        tls = {} if security == "plain" else {"cert_file": str(self.server[0]), "key_file": str(self.server[1])}
        if security == "mutual":
            tls["client_ca_file"] = str(self.authority.certificate)
        one = {name: {"endpoint": f"127.0.0.1:{ports[security, name]}"} | ({"tls": tls} if tls else {})
               for name in ("http", "grpc")}
        return {"protocols": one}

    def config(self, ports):
        """A receiver for each degree of security, a file for each receiver and signal."""
        pairs = list(itertools.product(SECURITIES, SIGNALS))
        return json.dumps({
            "receivers": {f"otlp/{each}": self.receiver(each, ports) for each in SECURITIES},
            "exporters": {f"file/{security}-{signal}": {"path": str(self.written(security, signal)), "format": "json",
                                                        "flush_interval": "200ms"} for security, signal in pairs},
            "service": {"telemetry": {"metrics": {"level": "none"}},
                        "pipelines": {f"{signal}/{security}": {"receivers": [f"otlp/{security}"],
                                                               "exporters": [f"file/{security}-{signal}"]}
                                      for security, signal in pairs}}})


class Run:
    """The program sends once, in one way; `service` is the name of that way and of its resource."""

    def __init__(self, files, protocol, compression, security):
        self.files, self.protocol, self.compression, self.security = files, protocol, compression, security
        self.service = f"{protocol} {compression} {security}"
        self.directory = files.directory / self.service.replace("/", "-").replace(" ", "-")
        self.code, self.said, self.sent = None, "", []

    def settings(self, port):
        """Said of both signals; where compressed, of each signal, over general settings that would not do."""
        made = {"PROTOCOL": self.protocol, "COMPRESSION": self.compression, "HEADERS": HEADERS, "TIMEOUT": "20000",
                "ENDPOINT": f"{'http' if self.security == 'plain' else 'https'}://localhost:{port}"}
        if self.protocol == "grpc" and self.security != "tls":  # the other form that gRPC's endpoint has
            made["ENDPOINT"] = f"localhost:{port}"
            made["INSECURE"] = "true" if self.security == "plain" else "false"
        if self.security != "plain":
            made["CERTIFICATE"] = str(self.files.authority.certificate)
        if self.security == "mutual":
            made["CLIENT_CERTIFICATE"], made["CLIENT_KEY"] = map(str, self.files.client)
        named = {"OTEL_SERVICE_NAME": self.service, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "100"}
        if self.compression == "none":
            return named | {f"OTEL_EXPORTER_OTLP_{name}": value for name, value in made.items()}
        named |= {f"OTEL_EXPORTER_OTLP_{name}": value for name, value in UNFIT.items() if name in made}
        for signal in SIGNALS:
            path = "" if self.protocol == "grpc" else f"/v1/{signal}"
            named |= {f"OTEL_EXPORTER_OTLP_{signal.upper()}_{name}": value + (path if name == "ENDPOINT" else "")
                      for name, value in made.items()}
        return named

    def send(self, program, ports):
        self.directory.mkdir()
        with wire.Tap(ports[self.security, "grpc" if self.protocol == "grpc" else "http"]) as tap:
            settings = self.settings(tap.port)
            with processes.Program("session", [program, self.directory], self.directory, settings) as session:
                self.code = session.end()
            self.sent = tap.sent()
        self.said = session.said.read_text() + session.complained.read_text()

    def size(self):
        return sum(map(len, self.sent))

    def requests(self):
        """(path, headers, message, whether that came compressed) of each request, from plain text."""
        for stream in self.sent:
            if self.protocol == "grpc":
                for headers, flag, message in wire.grpc_calls(stream):
                    yield headers[":path"], headers, message, (headers.get("grpc-encoding") == "gzip", flag)
            else:
                for _, path, headers, body in wire.http1_requests(stream):
                    yield path, headers, body, (headers.get("content-encoding") == "gzip",)

    def complaints_about_plain_text(self):
        try:
            requests = list(self.requests())
        except ValueError as error:
            yield f"the wire: {error}"
            return
        paths, zipped = set(), self.compression == "gzip"
        for path, headers, message, told in requests:
            paths.add(path)
            if any(bool(each) != zipped for each in told) or message.startswith(b"\x1f\x8b") != zipped:
                yield f"compression is {self.compression}, but a request says {told} and begins with {message[:2]}"
                continue
            content = gzip.decompress(message) if zipped else message
            if content.startswith(b"{") != (self.protocol == "http/json"):
                yield f"a request begins with {content[:20]}"
            wanted = SENT | {"content-type": TYPES[self.protocol]}
            if self.protocol == "grpc":
                wanted["te"] = "trailers"
            yield from (f"header {name} is {headers.get(name)!r}, not {want!r}" for name, want in wanted.items()
                        if headers.get(name) != want)
        if paths != PATHS[self.protocol]:
            yield f"requests went to {paths}"

    def complaints_about_tls(self, plain):
        """What cannot be read must begin as TLS does, and be as long as on plain text but for certificates and padding."""
        for stream in self.sent:
            if stream[:2] != b"\x16\x03":
                yield f"a connection begins with {stream[:20]}"
        if any(KEY.encode() in stream for stream in self.sent):
            yield "the key can be read on the wire"
        if abs(self.size() - plain.size()) > plain.size() * 0.02 + 10_000:
            yield f"{self.size()} bytes crossed the wire, not about the {plain.size()} of plain text"

    def complaints_about_output(self):
        if KEY in self.said:
            yield "the key is printed whole"
        wanted = [f"sonde: otlp {signal}: first batch accepted: " for signal in SIGNALS]
        spans, logs = recorded.spans(self.directory), recorded.logs(self.directory)
        wanted.append(f"exported {len(spans)} spans, {len(logs)} log records\n")
        yield from (f"there is no line {each!r}" for each in wanted if each not in self.said)


def arrived(files, security, signal, read):
    """{service: (resource, records)} of what the Collector wrote."""
    found = {}
    for resource, records in otlp_json.read_lines(files.written(security, signal), read):
        name = dict(resource)["service.name"]["text"]
        known, all_records = found.setdefault(name, (resource, []))
        all_records += records
        if known != resource:
            raise outcome.Failed(f"{name}: two resources, {known} and {resource}")
    return found


def connections(spans, logs):
    """Complaints where logs do not lie in the span that they were written in."""
    places = {(one["trace_id"], one["span_id"]): one["name"] for one in spans}
    for one in logs:
        apart = "text" in one["body"] and one["body"]["text"].startswith("apart ")
        if places.get((one["trace_id"], one["span_id"])) != (None if apart else "logging"):
            yield f"log {recorded.shortened(one['body'])} has the ids {one['trace_id']} {one['span_id']}"


def compare(run, traces, logs):
    """Complaints about what arrived of one run."""
    complaints = []
    for signal, found, wanted, differences in (("spans", traces, recorded.spans(run.directory), recorded.differences),
                                               ("logs", logs, recorded.logs(run.directory), recorded.log_differences)):
        if len(wanted) < 300:
            complaints.append(f"only {len(wanted)} {signal}: this proves little")
        resource, records = found.get(run.service, ([], []))
        known = recorded.resource(run.directory)
        if resource != known:
            complaints.append(f"the resource of {signal} {recorded.difference(resource, known)}")
        complaints += differences(wanted, records)
    return complaints + list(connections(traces.get(run.service, ([], []))[1], logs.get(run.service, ([], []))[1]))


def check():
    program = pathlib.Path(sys.argv[1]).absolute()
    binary = collector.find_or_build()
    with tempfile.TemporaryDirectory(prefix="sonde-interop-") as name:
        files = Files(pathlib.Path(name))
        ports = {each: processes.free_port() for each in itertools.product(SECURITIES, ("http", "grpc"))}
        runs = {each: Run(files, *each) for each in itertools.product(PROTOCOLS, COMPRESSIONS, SECURITIES)}
        config = files.directory / "collector.yaml"
        config.write_text(files.config(ports))
        with processes.Collector("collector", binary, config, files.directory, ports.values()) as receiving:
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                list(pool.map(lambda run: run.send(program, ports), runs.values()))
            receiving.stop()
        return judge(files, runs)


def judge_run(run, plain, traces, logs):
    """Complaints; `plain` is the run that went the same way without TLS."""
    if run.code != 0:
        return [f"not everything was delivered: {run.said}"]
    seen = run.complaints_about_plain_text() if run is plain else run.complaints_about_tls(plain)
    return [*compare(run, traces, logs), *seen, *run.complaints_about_output()]


def judge(files, runs):
    complaints = []
    for security in SECURITIES:
        traces = arrived(files, security, "traces", otlp_json.resources_and_spans)
        logs = arrived(files, security, "logs", otlp_json.resources_and_logs)
        for protocol, compression in itertools.product(PROTOCOLS, COMPRESSIONS):
            run = runs[protocol, compression, security]
            plain = runs[protocol, compression, "plain"]
            complaints += [f"{run.service}: {each}" for each in judge_run(run, plain, traces, logs)]
    return complaints + list(complaints_about_sizes(runs))


def complaints_about_sizes(runs):
    """They must tell ways apart, or they prove nothing about what is encrypted."""
    sizes = {each: runs[(*each, "plain")].size() for each in itertools.product(PROTOCOLS, COMPRESSIONS)}
    yield from (f"{protocol}: {sizes[protocol, 'gzip']} bytes compressed, {sizes[protocol, 'none']} not"
                for protocol in PROTOCOLS if sizes[protocol, "gzip"] * 3 > sizes[protocol, "none"])
    json_size, protobuf_size = sizes["http/json", "none"], sizes["http/protobuf", "none"]
    if json_size < protobuf_size * 1.1:
        yield f"{json_size} bytes in JSON, {protobuf_size} in protobuf"


if __name__ == "__main__":
    sys.exit(inside.of("interop_collector_protocols", certificates.PACKAGES + wire.PACKAGES, check))
