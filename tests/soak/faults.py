# SPDX-License-Identifier: MIT
"""An HTTP server on loopback that fails as backends do, in spells: gone, resetting, busy, hanging, slow, hanging up in the
middle of a reply, talking nonsense, taking a part. What it stores, and what of that it told the client for certain, its backend
keeps."""
import contextlib
import http.client
import io
import select
import socket
import threading

import outcome
import processes

# gone: nobody listens. reset, hang, cut, garbage: the request is stored or not, and the client never learns it.
KINDS = ("gone", "reset", "busy", "hang", "slow", "cut", "garbage", "partial")
REASONS = {200: "OK", 400: "Bad Request", 422: "Unprocessable Entity", 429: "Too Many Requests", 503: "Service Unavailable"}


class Spells:
    """Which fault there is now: calm and faults take turns on a thread of its own. `change` is called with each that begins."""

    def __init__(self, random, longest_gone, change=lambda kind: None, kinds=KINDS):
        self.random, self.longest_gone, self.change, self.kinds = random, longest_gone, change, kinds
        self.kind = None
        self.ended = threading.Event()
        self.seen = dict.fromkeys(kinds, 0)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.ended.wait(self.random.uniform(0.5, 5)):
            kind = self.random.choice(self.kinds)
            self.seen[kind] += 1
            self.begin(kind)
            longest = {"gone": self.longest_gone, "hang": 8}.get(kind, 4)
            self.ended.wait(self.random.choice((0.5, longest / 2, longest)))
            self.begin(None)

    def begin(self, kind):
        self.kind = kind
        self.change(kind)

    def end(self):
        """From now on all is well."""
        self.ended.set()
        self.thread.join()


class Server:
    """In front of a backend with
      take(path, headers, body, part)   stores what the request holds, a part of it if so; (status, headers, body, receipt)
      busy(random)                      the same, without a receipt, of a backend that cannot now
      told(receipt), doubted(receipt)   the client got that answer; it did after all perhaps not
    """

    def __init__(self, backend, random, longest_gone):
        self.backend, self.random = backend, random
        self.port = processes.free_port()  # others must not get it while this one is gone
        self.url = f"http://127.0.0.1:{self.port}"
        self.lock = threading.Lock()
        self.open = set()
        self.listening = None
        self.requests = 0
        self.complaints = []
        self.change(None)
        self.spells = Spells(random, longest_gone, self.change)

    def change(self, kind):
        if kind == "gone":
            self.vanish()
        elif self.listening is None:
            self.listening = socket.create_server(("127.0.0.1", self.port), backlog=128)
            threading.Thread(target=self.accept, args=(self.listening,), daemon=True).start()

    def vanish(self):
        with self.lock:
            listening, self.listening = self.listening, None
            if listening is None:
                return
            listening.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
            listening.close()
            for each in self.open:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def accept(self, listening):
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            with self.lock:
                if listening is not self.listening:
                    client.close()
                    return
                self.open.add(client)
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        stream = client.makefile("rb")
        try:
            while request := read_request(client, stream):
                self.requests += 1
                if not self.answer(client, stream, *request):
                    break
        except ConnectionError:
            pass
        except Exception as error:  # of ours, or a request that is none
            self.complaints.append(f"a request to {self.url} could not be served: {error!r}")
        finally:
            with self.lock:
                self.open.discard(client)
            stream.close()
            client.close()

    def answer(self, client, stream, path, headers, body):
        """Whether the connection goes on."""
        kind = self.spells.kind if self.random.random() < 0.8 else None
        if kind == "busy":
            client.sendall(response(*self.backend.busy(self.random)[:3]))
            return True
        if kind in ("reset", "hang", "cut", "garbage") and self.random.random() < 0.5:
            reply, receipt = response(200, {}, b""), None
        else:
            *parts, receipt = self.backend.take(path, headers, body, kind == "partial")
            reply = response(*parts)
        if kind == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # closing sends RST
            return False
        if kind == "hang":
            while self.spells.kind == "hang" and not has_left(client):
                self.spells.ended.wait(0.05)
            return False
        if kind == "cut":
            client.sendall(reply[:self.random.randrange(1, reply.index(b"\r\n\r\n"))])
            return False
        if kind == "garbage":
            client.sendall(self.random.randbytes(200))
            return False
        if kind == "slow":
            for at in range(len(reply)):
                if has_left(client):
                    return False
                client.sendall(reply[at:at + 1])
                self.spells.ended.wait(0.02)
        elif has_left(client):
            return False
        else:
            client.sendall(reply)
        self.backend.told(receipt)
        # A client that had closed before the answer came says so now.
        try:
            going_on = stream.peek(1)
        except ConnectionError:
            self.backend.doubted(receipt)
            return False
        if not going_on and client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0:
            self.backend.doubted(receipt)
        return bool(going_on)


def has_left(client):
    """Or it was shown out."""
    readable, _, _ = select.select([client], [], [], 0)
    return bool(readable) and client.recv(1, socket.MSG_PEEK) == b""


def read_request(client, stream):
    """(path, headers, body); nothing at the end of the connection."""
    line = stream.readline(65_536).decode("latin-1")
    if not line:
        return None
    method, path, version = line.split()
    if (method, version) != ("POST", "HTTP/1.1"):
        raise outcome.Failed(f"the request begins with {line!r}")
    headers = http.client.parse_headers(stream)
    if headers.get("Expect") == "100-continue":
        client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    length = int(headers["Content-Length"])
    body = stream.read(length)
    return (path, headers, body) if len(body) == length else None


def response(status, headers, body):
    made = io.BytesIO()
    made.write(f"HTTP/1.1 {status} {REASONS[status]}\r\nContent-Length: {len(body)}\r\n".encode())
    for name, value in headers.items():
        made.write(f"{name}: {value}\r\n".encode())
    made.write(b"\r\n" + body)
    return made.getvalue()
