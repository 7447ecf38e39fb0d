# SPDX-License-Identifier: MIT
"""force_flush and shutdown come back in time whatever a backend, an exporter, a handler, a disk or the system does; the ledger is
right all the while, and who did get the spans, got them all. Backends are threads here, on loopback; names are asked of a name
server that never answers, in a network namespace of this check's own."""
import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "interop"))
import outcome  # noqa: E402
import processes  # noqa: E402

NAME = "deadlines"
SLACK = 50  # ms over a deadline, of the best of five attempts
INSIDE = "SONDE_TEST_NAMESPACE"
HALF_A_SERVER_HELLO = b"\x16\x03\x03\x00\x7a\x02"  # a ServerHello begins, and no more comes
HTTP_REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n{"
HTTP2_SETTINGS = bytes(3) + b"\x04" + bytes(5)


class Misbehaving:
    """Accepts every connection and sends `at_once`, then a byte of `slowly` each second."""

    def __init__(self, at_once=b"", slowly=b""):
        self.at_once, self.slowly = at_once, slowly
        self.kept = []
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listening.accept()
                self.kept.append(connection)
                threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection):
        with contextlib.suppress(OSError):
            connection.sendall(self.at_once)
            for byte in self.slowly:
                time.sleep(1)
                connection.sendall(bytes([byte]))


def everywhere(port, scheme="http", host="127.0.0.1"):
    """Every exporter that speaks HTTP, to one port."""
    url = f"{scheme}://{host}:{port}"
    return {"otlp": url, "grpc": url, "rollbar": url, "cloudwatch": url}


class Check:
    def __init__(self, program, directory):
        self.program, self.directory, self.complaints = program, directory, []

    def run(self, scenario, settings=None, limit=processes.DEADLINE, **told):
        """What the program printed; None where it did not come to its end."""
        environment = {**processes.clean_environment(), "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
                       "AWS_EC2_METADATA_DISABLED": "true", **(settings or {})}
        arguments = [f"{name}={value}" for name, value in told.items() if value is not None]
        try:
            ended = subprocess.run([self.program, *arguments], env=environment, cwd=self.directory, capture_output=True,
                                   text=True, timeout=limit, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return self.wrong(scenario, "the program hangs")
        if ended.returncode != 0:
            return self.wrong(scenario, f"the program ended with {ended.returncode}: {ended.stderr[-600:]}")
        happened = json.loads(ended.stdout)
        for each in happened.get("ledger", []):
            self.wrong(scenario, f"the ledger: {each}")
        return happened

    def wrong(self, scenario, what):
        self.complaints.append(f"{scenario}: {what}")

    def expect(self, scenario, met, what):
        if not met:
            self.wrong(scenario, what)

    def kept(self, scenario, complete=None, settings=None, **told):
        """Both deadlines, and what the shutdown returned where that is certain."""
        happened = self.run(scenario, settings, complete=None if complete is None else int(complete), **told)
        if happened is None:
            return None
        print(f"{NAME}: {scenario}: {happened['flush over']:+.0f} ms, {happened['shutdown over']:+.0f} ms")
        self.expect(scenario, happened["started"], "the session did not start")
        for call in ("flush", "shutdown"):
            self.expect(scenario, happened[f"{call} over"] <= SLACK, f"{call} took {happened[f'{call} over']:.0f} ms too long")
        self.expect(scenario, complete is None or happened["complete"] == complete,
                    f"the shutdown returned {happened['complete']}: {happened}")
        return happened

    def beside_a_file(self, scenario, settings=None, **told):
        """As kept(), while a healthy exporter gets everything."""
        path = self.directory / "spans.jsonl"
        path.unlink(missing_ok=True)
        happened = self.kept(scenario, False, settings, file=path, whole=1, **told)
        if happened is None:
            return
        written = happened["exporters"]["file"][0]["spans"]
        received = sum(len(scope["spans"]) for line in path.read_text().splitlines()
                       for resource in json.loads(line)["resourceSpans"] for scope in resource["scopeSpans"])
        self.expect(scenario, written == happened["spans"], f"of {happened['spans']} spans the file got {written}")
        self.expect(scenario, received == written, f"{written} spans were exported, {received} are in the file")

    def backends(self):
        silent = Misbehaving()
        self.beside_a_file("a backend that never answers", xray="127.0.0.1:9", **everywhere(silent.port))
        self.beside_a_file("a backend that answers a byte a second", **everywhere(Misbehaving(b"", HTTP_REPLY).port))
        self.beside_a_file("an HTTP/2 backend that answers a byte a second", grpc=f"http://127.0.0.1:"
                           f"{Misbehaving(b'', HTTP2_SETTINGS * 9).port}")
        # Time enough to read the certificates of authorities, for each connection, which nothing interrupts.
        self.beside_a_file("a stalled TLS handshake", flush=1500, shutdown=1500,
                           **everywhere(Misbehaving(HALF_A_SERVER_HELLO).port, "https"))
        self.beside_a_file("a backend that refuses connections", **everywhere(processes.free_port()))
        self.beside_a_file("credentials that never come", {
            "AWS_ACCESS_KEY_ID": "", "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{silent.port}/keys"},
            cloudwatch=f"http://127.0.0.1:{silent.port}")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
            daemon.bind(("127.0.0.1", 0))
            happened = self.kept("sampling rules that never come", xray=f"127.0.0.1:{daemon.getsockname()[1]}",
                                 poll=f"127.0.0.1:{silent.port}", sent="xray")
            if happened:
                self.expect("sampling rules that never come", happened["exporters"]["xray"][0]["spans"] > 0, "no spans sent")
        for limit in ("0", "max"):
            happened = self.kept(f"a timeout of {limit}", flush=limit, shutdown=limit, file=self.directory / "limits")
            if happened and limit == "max":
                self.expect("a timeout of max", happened["flushed"] and happened["complete"], f"not kept: {happened}")

    def names(self):
        """Inside the namespace: nobody answers the question for a name."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 53))
            host = "telemetry.example"
            self.beside_a_file("a name server that never answers", xray=f"{host}:2000", **everywhere(4318, host=host))
            self.kept("sampling rules by a name that nobody knows", False, xray=f"{host}:2000", poll=f"{host}:2000")

    def datagrams(self):
        """Inside the namespace: what the network takes is so little that the socket is full."""
        if not shutil.which("tc"):
            return print(f"{NAME}: a full socket: skipped: no tc (iproute2)")
        subprocess.run(["tc", "qdisc", "add", "dev", "lo", "root", "tbf", "rate", "8kbit", "burst", "2k", "latency", "1000s"],
                       check=True)
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
                daemon.bind(("127.0.0.1", 0))
                happened = self.kept("a full socket of datagrams", False, xray=f"127.0.0.1:{daemon.getsockname()[1]}", spans=5000)
                if happened:
                    self.expect("a full socket", happened["exporters"]["xray"][0]["too late"] > 0, f"all was sent: {happened}")
        finally:
            subprocess.run(["tc", "qdisc", "del", "dev", "lo", "root"], check=True)

    def files_and_exporters(self):
        pipe = self.directory / "pipe"
        os.mkfifo(pipe)
        happened = self.kept("a pipe that nobody has opened", True, file=pipe)
        if happened:
            self.expect("a pipe", any("a pipe that nobody reads" in line for line in happened["lines"]), happened["lines"])
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        happened = self.kept("a pipe that nobody reads", False, file=pipe, spans=3000)
        if happened:
            self.expect("a pipe", any("does not keep up" in line for line in happened["lines"]), happened["lines"])
        self.kept("a handler that blocks", False, file=pipe, spans=3000, handler="writes")
        os.close(reader)
        self.kept("a full disk", file="/dev/full")
        self.kept("a handler that blocks at the end", False, file="/dev/full", handler="losses")
        self.kept("an exporter that blocks in write", False, stuck="write")
        self.kept("an exporter that blocks in flush", False, stuck="flush")
        happened = self.kept("a slow exporter with much to do", False, stuck="slow", spans=60000)
        if happened:
            self.expect("a slow exporter", happened["exporters"]["stuck"][0]["too late"] > 0, f"nothing was late: {happened}")
        happened = self.kept("an exporter that throws an int", True, stuck="throws", file=self.directory / "thrown")
        if happened:
            written = happened["exporters"].get("file", [{}])[0].get("spans")
            self.expect("a throw", written == happened["spans"] > 0, f"{happened}")

    def what_runs_out(self):
        healthy = Healthy()
        everyone = {"otlp": healthy.url, "rollbar": healthy.url, "cloudwatch": healthy.url}
        for when in ("early", "late"):
            scenario = f"no descriptors left ({when})"
            # Early, whoever needs a descriptor first says that there is none; later each connection does.
            due = ["otlp traces:", "otlp logs:", "rollbar:", "cloudwatch:"] if when == "late" else [""]
            happened = self.run(scenario, what="descriptors", when=when, told=len(due), xray="127.0.0.1:9", **everyone)
            if not happened:
                continue
            self.expect(scenario, happened["started"] and happened["flushed later"] and happened["complete"], f"{happened}")
            otlp, lines = happened["exporters"]["otlp"][0], "\n".join(happened["lines"])
            self.expect(scenario, otlp["spans"] == happened["spans"] == 42 or otlp["lost"], f"{happened}")
            for each in due:
                self.expect(scenario, any(line.startswith(each) and "too many open files" in line.lower()
                                          for line in happened["lines"]), f"{each} did not say so: {lines}")
        happened = self.run("no threads", what="threads", file=self.directory / "threads", flush=20000, shutdown=20000)
        if happened and (happened["started"] or "again" in happened):
            if happened["started"]:  # under a sanitizer, which has a pthread_create of its own
                print(f"{NAME}: no threads: skipped: a sanitizer makes them")
            else:
                self.expect("no threads", len(happened["lines"]) >= 1 and "thread" in happened["refusal"], f"{happened}")
            self.expect("no threads", happened["again"]["started"] and happened["again"]["complete"], f"{happened}")
        happened = self.run("no memory for a recorder", what="recorders", file=self.directory / "recorders")
        if happened and happened["of malloc"]:
            right = happened["lost"] == [4, 3] and happened["of the next session"] == 0
            self.expect("no memory for a recorder", right, f"{happened}")
        runs = os.environ.get("SONDE_TEST_SCARCE_RUNS", "60")  # of sessions; 0: one for each allocation
        groups = {"otlp, xray, file": {"otlp": healthy.url, "xray": "127.0.0.1:9", "file": self.directory / "scarce"},
                  "grpc, cloudwatch, rollbar": {"grpc": f"http://127.0.0.1:{processes.free_port()}",
                                                "cloudwatch": healthy.url, "rollbar": healthy.url}}
        for name, told in groups.items():
            happened = self.run(f"no memory ({name})", limit=processes.DEADLINE if runs != "0" else 3600, what="memory", runs=runs,
                                **told)
            if happened:
                print(f"{NAME}: no memory ({name}): {happened['runs']} sessions, {happened['allocations']} allocations each")
                for each in happened["complaints"]:
                    self.wrong(f"no memory ({name})", each)


class Healthy:
    """Takes whatever comes, in any of the exporters' ways over HTTP/1.1."""

    def __init__(self):
        import http.server

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                body = b'{"err":0,"result":{"id":null}}' if "/item" in self.path else b'{"partialSuccess":{},"x":[{}]}'
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *ignored):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.handle_error = lambda *ignored: None  # who is short of memory hangs up
        self.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()


def in_namespace(program):
    """Whether the system gives us one: then the check goes on within, once more."""
    probe = subprocess.run(["unshare", "--user", "--map-root-user", "--net", "--mount", "true"], capture_output=True, text=True) \
        if shutil.which("unshare") else None
    if probe is None or probe.returncode != 0:
        why = probe.stderr.strip() if probe else "no unshare"
        print(f"{NAME}: hanging name servers and full sockets: skipped: no network namespace: {why}")
        return []
    with tempfile.TemporaryDirectory() as made:
        resolver = pathlib.Path(made) / "resolv.conf"
        resolver.write_text("nameserver 127.0.0.1\n")
        ended = subprocess.run(["unshare", "--user", "--map-root-user", "--net", "--mount", "sh", "-c",
                                'mount --bind "$1" "$(readlink -f /etc/resolv.conf)" && ip link set lo up && shift && exec "$@"',
                                "sh", resolver, sys.executable, "-B", __file__, program], env={**os.environ, INSIDE: "1"})
    return [] if ended.returncode == 0 else ["inside the namespace: see above"]


def check(program):
    with tempfile.TemporaryDirectory() as made:
        ours = Check(program, pathlib.Path(made))
        parts = sys.argv[2:] or ["backends", "files_and_exporters", "what_runs_out", "namespace"]
        if os.environ.get(INSIDE):
            parts = ["names", "datagrams"]
        for each in parts:
            if each == "namespace":
                ours.complaints += in_namespace(program)
            else:
                getattr(ours, each)()
        return ours.complaints


if __name__ == "__main__":
    sys.exit(outcome.of(NAME, lambda: check(sys.argv[1])))
