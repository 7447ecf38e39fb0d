#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Servers that must not be trusted, and clients that a real Collector must not trust, over OTLP/HTTP and gRPC: each is
refused with a sentence that says what is wrong, nothing is taken for delivered, and the key that travels as a header
reaches no such server and is printed nowhere. Each kind of refusal has its control: the same with nothing wrong.

Usage: check_tls.py <interop_environment_session>
"""
import concurrent.futures
import contextlib
import datetime
import itertools
import json
import pathlib
import re
import secrets
import socket
import ssl
import sys
import tempfile
import threading

import certificates
import collector
import inside
import processes

PROTOCOLS, VERSIONS = ("http/protobuf", "grpc"), ("1.2", "1.3")
HTTP = {"http/protobuf": "http/1.1", "grpc": "h2"}
KEY = secrets.token_hex(16)
LONG = datetime.timedelta(days=30)


class Server:
    """Takes connections with this certificate, or refuses them in plain text without one, and keeps every byte that
    clients trust it with. Answers HTTP/1.1 alone."""

    def __init__(self, files, version):
        self.context = None
        if files is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*files)
            self.context.set_alpn_protocols([version])
        self.received = bytearray()
        self.connections = 0
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.listening.close()

    def accept(self):
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:  # closed
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with contextlib.suppress(OSError), client:
            client.settimeout(processes.DEADLINE)
            if self.context is None:
                self.received += client.recv(1 << 16)
                client.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
                return
            stream = self.context.wrap_socket(client, server_side=True)
            request = b""
            while part := stream.recv(1 << 16):
                self.received += part
                request += part
                head, _, body = request.partition(b"\r\n\r\n")
                length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
                if length and len(body) >= int(length[1]):
                    stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                    request = b""


class Sessions:
    """Runs the program, which gives up sending after `timeout` milliseconds."""

    def __init__(self, program, directory, timeout):
        self.program, self.directory, self.timeout = program, directory, timeout

    def send(self, case, protocol, port):
        """Exit code and all that was said."""
        place = self.directory / secrets.token_hex(8)
        place.mkdir()
        settings = {"OTEL_SERVICE_NAME": "refused" if case.words else "welcome", "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
                    "OTEL_EXPORTER_OTLP_ENDPOINT": f"https://localhost:{port}",
                    "OTEL_EXPORTER_OTLP_HEADERS": f"x-honeycomb-team={KEY}",
                    "OTEL_EXPORTER_OTLP_TIMEOUT": str(self.timeout), **case.settings}
        with processes.Program("session", [self.program, place], place, settings) as session:
            code = session.end()
        return code, session.said.read_text() + session.complained.read_text()


class Case:
    """What is wrong, and what must be said of it: a pattern, in which PORT stands for the server's. Without one nothing
    is wrong."""

    def __init__(self, title, words=None, **settings):
        self.title, self.words = title, words
        self.settings = {f"OTEL_EXPORTER_OTLP_{name}": str(value) for name, value in settings.items()}

    def complaints(self, code, said, port):
        if KEY in said:
            yield "the key is printed whole"
        if self.words is None:
            if code != 0 or not re.search(r"^exported [1-9]\d* spans, [1-9]\d* log records$", said, re.MULTILINE):
                yield f"not everything was delivered: {said}"
            return
        if code != 1 or "exported 0 spans, 0 log records" not in said:
            yield f"something was delivered: {said}"
        for signal, noun in (("traces", "spans"), ("logs", "log records")):
            lines = [each for each in said.split("\n") if each.startswith(f"sonde: otlp {signal}: ")]
            if not any(re.search(self.words.replace("PORT", str(port)), each) for each in lines):
                yield f"{signal}: no line says {self.words!r}: {said}"
            if not any(re.search(rf"\d+ {noun} lost$", each) for each in lines):
                yield f"{signal}: no line says what was lost: {said}"


def untrusted(reason):
    return rf"the certificate of localhost:PORT is not trusted \(.*{reason}.*\), endpoint https://localhost:PORT/"


def no_handshake(reason):
    return rf"no TLS connection to localhost:PORT \(.*alert ({reason}).*\)"


def not_taken(client):
    return re.escape(f"; it may not take the client certificate '{client[0]}'")


BROKE = r"the connection to localhost:PORT broke \(.+\)"


def servers(directory, authority):
    """Cases, each with certificate and key of its server."""
    trusting = {"CERTIFICATE": authority.certificate}
    good = authority.server("good")
    stranger = certificates.Authority(directory, "stranger")
    alone = certificates.Authority(directory, "alone")
    garbage = directory / "garbage.pem"
    garbage.write_text("no certificate")
    yield Case("wrong host", untrusted("(host name|hostname).*'localhost'"), **trusting), \
        authority.server("elsewhere", ["elsewhere.example"])
    yield Case("expired", untrusted("expired"), **trusting), \
        authority.server("expired", begins=-LONG, ends=-certificates.DAY)
    yield Case("not yet valid", untrusted("not yet valid"), **trusting), \
        authority.server("early", begins=certificates.DAY, ends=LONG)
    yield Case("self-signed", untrusted("self.signed"), **trusting), (alone.certificate, directory / "alone.key")
    yield Case("unknown authority", untrusted("issuer"), **trusting), stranger.server("foreign")
    yield Case("not in the system's trust store", untrusted("issuer")), good
    for file in (directory / "missing.pem", garbage, directory):
        yield Case(f"CA file {file.name}", f"cannot use the CA file '{re.escape(str(file))}'", CERTIFICATE=file), good
    yield Case("no TLS", "no TLS connection to localhost:PORT", **trusting), None


def clients(directory, authority):
    """Cases against a Collector that knows its clients, each with the version of TLS that it speaks. In 1.2 it refuses
    them in the handshake. In 1.3 it does so when they may send already, and its reason may come too late to be read."""
    def case(title, words=None, certificate=None, key=None):
        named = {"CLIENT_CERTIFICATE": certificate, "CLIENT_KEY": key}
        return Case(title, words, CERTIFICATE=authority.certificate,
                    **{name: file for name, file in named.items() if file})

    def unusable(certificate, key=""):
        return re.escape(f"cannot use the client certificate '{certificate}' with the key '{key}'")

    good, other = authority.client("good-client"), authority.client("other-client")
    stranger = certificates.Authority(directory, "clients-stranger")
    missing = directory / "missing.pem"
    garbage = directory / "garbage.pem"
    unknown = stranger.client("foreign-client")
    expired = authority.client("expired-client", begins=-LONG, ends=-certificates.DAY)
    wanted = "; it may want a client certificate"
    yield "1.2", case("no client certificate, TLS 1.2", no_handshake("handshake failure|bad certificate") + wanted)
    yield "1.2", case("unknown client, TLS 1.2", no_handshake("unknown ca|bad certificate") + not_taken(unknown),
                      *unknown)
    yield "1.2", case("expired client, TLS 1.2",
                      f"localhost:PORT calls the client certificate '{re.escape(str(expired[0]))}' expired", *expired)
    yield "1.3", case("no client certificate, TLS 1.3", BROKE + wanted)
    yield "1.3", case("unknown client, TLS 1.3", BROKE + not_taken(unknown), *unknown)
    yield "1.3", case("expired client, TLS 1.3", BROKE + not_taken(expired), *expired)
    for version in VERSIONS:
        yield version, case(f"known client, TLS {version}", None, *good)
    yield "1.3", case("another's key", unusable(good[0], other[1]), good[0], other[1])
    yield "1.3", case("no key", unusable(good[0]), good[0])
    yield "1.3", case("missing certificate", unusable(missing, good[1]), missing, good[1])
    yield "1.3", case("missing key", unusable(good[0], missing), good[0], missing)
    yield "1.3", case("garbage for a certificate", unusable(garbage, good[1]), garbage, good[1])
    yield "1.3", case("garbage for a key", unusable(good[0], garbage), good[0], garbage)
    yield "1.3", case("a folder for a key", unusable(good[0], directory), good[0], directory)


def check_server(sessions, case, files, protocol):
    with Server(files, HTTP[protocol]) as server:
        code, said = sessions.send(case, protocol, server.port)
    yield from case.complaints(code, said, server.port)
    if server.connections == 0 and "CA file" not in case.title:
        yield "nobody connected: this proves nothing"
    if files is not None and server.received:
        yield f"the server was trusted with {bytes(server.received[:60])}"
    if KEY.encode() in server.received:
        yield "the server got the key"


def check_control(sessions, authority, protocol):
    """What is kept from the others is seen where nothing is wrong."""
    case = Case("trusted", CERTIFICATE=authority.certificate)
    with Server(authority.server("trusted-" + protocol.split("/")[0]), HTTP[protocol]) as server:
        code, said = sessions.send(case, protocol, server.port)
    if not server.received:
        yield "a server that is trusted gets nothing: this check proves little"
    if protocol != "grpc":  # which packs headers
        yield from case.complaints(code, said, server.port)
        if KEY.encode() not in server.received:
            yield "a server that is trusted does not get the key: this check proves little"


def check_old_server(sessions, authority, protocol):
    """gRPC needs HTTP/2; a server that may be trusted, yet does not have it."""
    case = Case("HTTP/1.1 alone", "localhost:PORT does not speak HTTP/2", CERTIFICATE=authority.certificate)
    with Server(authority.server("old"), "http/1.1") as server:
        code, said = sessions.send(case, protocol, server.port)
    yield from case.complaints(code, said, server.port)


def check_client(sessions, case, port, protocol):
    yield from case.complaints(*sessions.send(case, protocol, port), port)


def config(directory, authority, ports, written):
    certificate, key = authority.server("collector")
    tls = {"cert_file": str(certificate), "key_file": str(key), "client_ca_file": str(authority.certificate)}

    def receiver(version):
        return {"protocols": {protocol.split("/")[0]: {"endpoint": f"127.0.0.1:{ports[version, protocol]}",
                                                       "tls": tls | {"min_version": version, "max_version": version}}
                              for protocol in PROTOCOLS}}

    receivers = {f"otlp/{version}": receiver(version) for version in VERSIONS}
    return json.dumps({
        "receivers": receivers,
        "exporters": {"file": {"path": str(written), "format": "json", "flush_interval": "200ms"}},
        "service": {"telemetry": {"metrics": {"level": "none"}},
                    "pipelines": {each: {"receivers": list(receivers), "exporters": ["file"]}
                                  for each in ("traces", "logs")}}})


def checks(directory, authority, ports):
    """(title, function, arguments behind the sessions)"""
    for protocol in PROTOCOLS:
        for case, files in servers(directory, authority):
            yield f"{protocol}, {case.title}", check_server, case, files, protocol
        for version, case in clients(directory, authority):
            yield f"{protocol}, {case.title}", check_client, case, ports[version, protocol], protocol
        yield f"{protocol}, trusted server", check_control, authority, protocol
    yield "grpc, HTTP/1.1 alone", check_old_server, authority, "grpc"


def check():
    program = pathlib.Path(sys.argv[1]).absolute()
    binary = collector.find_or_build()
    with tempfile.TemporaryDirectory(prefix="sonde-interop-") as name:
        directory = pathlib.Path(name)
        authority = certificates.Authority(directory, "authority")
        ports = {each: processes.free_port() for each in itertools.product(VERSIONS, PROTOCOLS)}
        written = directory / "collector.jsonl"
        yaml = directory / "collector.yaml"
        yaml.write_text(config(directory, authority, ports, written))

        def complaints_of(one):
            title, function, *arguments = one
            for timeout in (1500, 20_000):  # milliseconds; the second is for a machine that is busy
                complaints = list(function(Sessions(program, directory, timeout), *arguments))
                if not complaints:
                    break
            return [f"{title}: {each}" for each in complaints]

        with processes.Collector("collector", binary, yaml, directory, ports.values()) as receiving:
            with concurrent.futures.ThreadPoolExecutor(12) as pool:  # most of the time they wait
                work = list(checks(directory, authority, ports))  # all files are made before any is used
                complaints = list(itertools.chain.from_iterable(pool.map(complaints_of, work)))
            receiving.stop()
        arrived = written.read_text()
        if '"refused"' in arrived:
            complaints.append("the Collector took something of clients that it does not know")
        if '"welcome"' not in arrived:
            complaints.append("the Collector took nothing: this proves little")
        return complaints


if __name__ == "__main__":
    sys.exit(inside.of("interop_tls", certificates.PACKAGES, check))
