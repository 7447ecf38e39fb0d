# SPDX-License-Identifier: MIT
"""A program makes ten times what its backend takes: its memory stays within what the configuration says, what is lost is counted,
and what it calls exported was received. Run by hand, with more arguments:
    check_pressure.py <program> --seconds 300               for as long as that, with the default bound
    check_pressure.py <program> --against <disabled one>    the latency of its requests beside the same program without sonde"""
import argparse
import http.server
import json
import os
import pathlib
import statistics
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "interop"))
import outcome  # noqa: E402
import processes  # noqa: E402

NAME = "pressure"
MIB = 1 << 20
AROUND = 24 * MIB  # what a session holds besides its queues: code, libraries, connections, the batch being made, the allocator's gaps
TAKES = 20_000     # records that the backend takes in a second


def fields(message):
    """The fields of a protobuf message that are messages or text."""
    at = 0
    while at < len(message):
        key, at = varint(message, at)
        if key & 7 == 2:
            size, at = varint(message, at)
            yield key >> 3, message[at:at + size]
            at += size
        elif key & 7 == 0:
            _, at = varint(message, at)
        else:
            at += 8 if key & 7 == 1 else 4


def varint(message, at):
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def records(request):
    """How many spans or logs it has: records of scopes of resources. Source: trace_service.proto, logs_service.proto."""
    return sum(number == 2 for first, resource in fields(request) if first == 1
               for second, scope in fields(resource) if second == 2 for number, _ in fields(scope))


class Backend:
    """Takes so many records a second until `hurry` is set, then all that come. One that yields gets what nobody else wants of
    this machine, as if it were on another."""

    def __init__(self, takes=TAKES, yields=False):
        self.received = {"/v1/traces": 0, "/v1/logs": 0}
        self.hurry = threading.Event()
        self.lock = threading.Lock()
        backend = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                count = records(self.rfile.read(int(self.headers["Content-Length"])))
                with backend.lock:
                    backend.received[self.path] += count
                    backend.hurry.wait(count / takes)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *ignored):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_port}"

        def serve():
            if yields:
                os.sched_setscheduler(threading.get_native_id(), os.SCHED_IDLE, os.sched_param(0))
            server.serve_forever()

        threading.Thread(target=serve, daemon=True).start()


def run(program, seconds, backend, **told):
    backend.hurry.clear()
    hurrying = threading.Timer(seconds, backend.hurry.set)
    hurrying.start()
    arguments = [f"{name}={value}" for name, value in {"seconds": seconds, "endpoint": backend.url, **told}.items()]
    ended = subprocess.run([program, *arguments], env=processes.clean_environment(), capture_output=True, text=True,
                           stdin=subprocess.DEVNULL, timeout=seconds + processes.DEADLINE)
    hurrying.cancel()
    if ended.returncode != 0:
        raise outcome.Failed(f"the program ended with {ended.returncode}: {ended.stderr[-1000:]}")
    return json.loads(ended.stdout)


def pressed(program, seconds, queue, looser):
    backend = Backend()
    happened = run(program, seconds, backend, queue=queue)
    print(f"{NAME}: {json.dumps(happened)}")
    complaints = [f"the ledger: {each}" for each in happened["ledger"]]
    received = {"spans": backend.received["/v1/traces"], "logs": backend.received["/v1/logs"]}
    if happened["exported"] != received:
        complaints.append(f"exported {happened['exported']}, received {received}")
    if not happened["all sent"]:
        complaints.append("what was queued at the end was not sent in time")
    if happened["queue full"] == 0 or happened["dropped"] != happened["queue full"]:
        complaints.append(f"no pressure, or lost for another reason: {happened}")
    grown = happened["memory"]["most"] - happened["memory"]["before"]
    bound = queue * 3 // 2 + AROUND  # a buffer that grows may have twice the room it needs
    print(f"{NAME}: memory grew by {grown / MIB:.1f} MiB of {bound / MIB:.1f}; {happened['looks']} looks at the ledger")
    if grown > bound * looser:
        complaints.append(f"memory grew by {grown / MIB:.1f} MiB, of which {bound / MIB:.1f} are stated")
    return complaints


def compared(program, disabled, seconds, pairs):
    """The same rate of requests for both, of 150 microseconds each, one after the other, over and over. The backend takes a
    tenth of what they make."""
    rate = 1000
    made = rate * 12  # eleven spans and a line
    ratios = {"p50": [], "p99": [], "p99.9": []}
    for _ in range(pairs):
        with_sonde, without = (run(each, seconds, Backend(made // 10, yields=True), rate=rate, threads=1, work=10, patience=1)
                               for each in (program, disabled))
        for share, found in ratios.items():
            found.append(with_sonde["microseconds"][share] / without["microseconds"][share])
        print({share: [each["microseconds"][share] for each in (with_sonde, without)] for share in ratios})
    print({share: round(statistics.median(found), 3) for share, found in ratios.items()})
    return []


def check():
    asked = argparse.ArgumentParser()
    asked.add_argument("program")
    asked.add_argument("--seconds", type=int)
    asked.add_argument("--against")
    asked.add_argument("--pairs", type=int, default=10)
    asked.add_argument("--looser", type=float, default=1, help="under a sanitizer, which needs memory of its own")
    given = asked.parse_args()
    if given.against:
        return compared(given.program, given.against, given.seconds or 10, given.pairs)
    return pressed(given.program, given.seconds or 4, 64 * MIB if given.seconds else 16 * MIB, given.looser)


if __name__ == "__main__":
    sys.exit(outcome.of(NAME, check))
