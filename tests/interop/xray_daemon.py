# SPDX-License-Identifier: MIT
"""The AWS X-Ray daemon, between a program and an X-Ray API on loopback: the real one where XRAY_DAEMON names its program or one
called `xray` is on the PATH (as AWS's packages install it), otherwise a stand-in that goes by its rules. Both take segments over
UDP, and pass what comes to the same port over TCP on to the API.
"""
import http.client
import http.server
import json
import os
import pathlib
import shutil
import socket
import threading
import time

import outcome
import processes

# What the daemon needs besides its configuration; any credentials do.
SETTINGS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}
SIGNED = "AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/xray/aws4_request, SignedHeaders=host, Signature=none"


def find():
    """The real daemon's path; None where it is not there."""
    named = os.environ.get("XRAY_DAEMON")
    if named and not os.access(named, os.X_OK):
        raise outcome.Failed(f"XRAY_DAEMON names {named}, which cannot be run")
    found = named or shutil.which("xray")
    return pathlib.Path(found) if found else None


def between(directory, api_port, port=None, name="xray-daemon"):
    """One of the two, listening on `port` or a free one; used with `with`. `.address` is for AWS_XRAY_DAEMON_ADDRESS."""
    port = port or processes.free_port()
    real = find()
    return Daemon(real, directory, api_port, port, name) if real else StandIn(api_port, port)


class Daemon(processes.Program):
    is_real = True

    def __init__(self, binary, directory, api_port, port, name):
        self.port, self.address = port, f"127.0.0.1:{port}"
        config = pathlib.Path(directory) / f"{name}.yaml"
        config.write_text(f'Version: 2\nEndpoint: "http://127.0.0.1:{api_port}"\nLocalMode: true\nNoVerifySSL: true\n')
        command = [binary, "-o", "-n", "us-east-1", "-b", self.address, "-t", self.address, "-c", config, "-l", "dev"]
        super().__init__(name, command, pathlib.Path(directory), SETTINGS)
        try:
            self.wait_for(lambda: processes.is_listening(port), f"it listened on port {port}")
        except outcome.Failed:
            self.__exit__(outcome.Failed, outcome.Failed(), None)
            raise

    def refused(self):
        """What it complained of in datagrams, and what the API would not take."""
        said = self.said.read_text(errors="replace") + self.complained.read_text(errors="replace")
        words = ("Unprocessed", "Invalid", "Missing header", "unable to", "failed to process")
        return [line for line in said.splitlines() if any(word.lower() in line.lower() for word in words)]


class StandIn:
    """Source: `Sending segment documents to the X-Ray daemon` in AWS's developer guide; of its proxy: the daemon's own words."""
    is_real = False

    def __init__(self, api_port, port):
        self.api_port, self.port, self.address = api_port, port, f"127.0.0.1:{port}"
        self.complaints = []
        self.documents = []
        self.datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.datagrams.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.datagrams.bind(("127.0.0.1", port))
        self.datagrams.settimeout(0.2)
        self.ended = threading.Event()
        stand_in = self

        class Proxy(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                try:
                    status, answer = stand_in.pass_on(self.path, body)
                except OSError:
                    status, answer = 502, b""
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                try:
                    self.end_headers()
                    self.wfile.write(answer)
                except OSError:
                    pass  # whoever asked did not wait

            def log_message(self, *ignored):
                pass

        class Server(http.server.ThreadingHTTPServer):
            allow_reuse_address = True
            daemon_threads = True

        self.proxy = Server(("127.0.0.1", port), Proxy)
        self.threads = [threading.Thread(target=self.proxy.serve_forever, daemon=True),
                        threading.Thread(target=self.receive, daemon=True)]
        for each in self.threads:
            each.start()

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.kill()

    def kill(self):
        if not self.ended.is_set():
            self.ended.set()
            self.proxy.shutdown()
            self.proxy.server_close()
            self.threads[1].join()
            self.datagrams.close()

    def refused(self):
        return list(self.complaints)

    def receive(self):
        while not self.ended.is_set():
            try:
                self.take(self.datagrams.recv(1 << 16))
                if len(self.documents) < 50:
                    continue
            except TimeoutError:
                pass
            self.send()

    def take(self, datagram):
        head, separator, document = datagram.partition(b"\n")
        try:
            header = json.loads(head)
            if not separator or not document or header["format"].lower() != "json" or header["version"] != 1:
                raise ValueError("it is none of format json, version 1, with a document behind the first line")
            self.documents.append(document.decode())
        except (ValueError, KeyError, AttributeError, TypeError) as why:
            self.complaints.append(f"a datagram is dropped: {why!r}: {datagram[:200]!r}")

    def send(self):
        while self.documents:
            batch, self.documents = self.documents[:50], self.documents[50:]
            for _ in range(2):
                try:
                    status, answer = self.pass_on("/TraceSegments", json.dumps({"TraceSegmentDocuments": batch}).encode())
                    refused = json.loads(answer).get("UnprocessedTraceSegments") if status == 200 else status
                    if refused:
                        self.complaints.append(f"of {len(batch)} documents the API refused {refused}")
                    break
                except OSError:
                    time.sleep(0.1)

    def pass_on(self, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.api_port, timeout=2)
        try:
            connection.request("POST", path, body, {"Content-Type": "application/json", "Authorization": SIGNED,
                                                    "X-Amz-Date": "20261121T000000Z"})
            reply = connection.getresponse()
            return reply.status, reply.read()
        finally:
            connection.close()
