# SPDX-License-Identifier: MIT
"""What really crosses the wire between a program and a server: a tap in between, and readers of HTTP/1.1 and of gRPC
for what it kept. The reader of gRPC wants an environment that has PACKAGES. Sources: RFC 9112; RFC 9113, sections 3.4
and 4 to 6; gRPC over HTTP2, "Requests"."""
import socket
import struct
import threading

PACKAGES = ["hpack==4.2.0"]
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, CONTINUATION = 0, 1, 9
END_HEADERS, PADDED, PRIORITY = 4, 8, 32


class Tap:
    """Forwards what comes to its own port to `port`, byte by byte, and keeps what the clients sent."""

    def __init__(self, port):
        self.target = port
        self.connections = []  # what came, and the thread that takes it
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
            server = socket.create_connection(("127.0.0.1", self.target))
            kept = bytearray()
            taking = threading.Thread(target=forward, args=(client, server, kept), daemon=True)
            self.connections.append((kept, taking))
            taking.start()
            threading.Thread(target=forward, args=(server, client, None), daemon=True).start()

    def sent(self):
        """All of it, of each connection, once the clients are gone."""
        for _, taking in self.connections:
            taking.join(60)
        return [bytes(kept) for kept, _ in self.connections]


def forward(source, target, kept):
    try:
        while part := source.recv(1 << 16):
            if kept is not None:
                kept += part
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)
    except OSError:  # one of them is gone
        pass


def http1_requests(stream):
    """(method, path, headers by lowercase name, body) of each request; the body's length must be told."""
    while stream:
        head, separator, stream = bytes(stream).partition(b"\r\n\r\n")
        if not separator:
            raise ValueError(f"no request of HTTP/1.1: {head[:100]}")
        line, *fields = head.decode("latin-1").split("\r\n")
        method, path, version = line.split(" ")
        if version != "HTTP/1.1":
            raise ValueError(f"no request of HTTP/1.1: {line}")
        headers = {name.lower(): value.strip() for name, value in (each.split(":", 1) for each in fields)}
        length = int(headers["content-length"])
        body, stream = stream[:length], stream[length:]
        yield method, path, headers, body


def frames(stream):
    """(type, flags, stream's number, payload) of each frame."""
    if not stream.startswith(PREFACE):
        raise ValueError(f"no HTTP/2: {bytes(stream[:100])}")
    at = len(PREFACE)
    while at < len(stream):
        size = int.from_bytes(stream[at:at + 3], "big")
        kind, flags, number = struct.unpack(">BBI", stream[at + 3:at + 9])
        payload = bytes(stream[at + 9:at + 9 + size])
        if flags & PADDED and kind in (DATA, HEADERS):
            payload = payload[1:len(payload) - payload[0]]
        if flags & PRIORITY and kind == HEADERS:
            payload = payload[5:]
        yield kind, flags, number, payload
        at += 9 + size


def grpc_calls(stream):
    """(headers, compressed flag, message) of each unary call; a request must be one message and nothing else."""
    import hpack
    decoder = hpack.Decoder()
    block, headers, bodies = b"", {}, {}
    for kind, flags, number, payload in frames(stream):
        if kind in (HEADERS, CONTINUATION):
            block += payload
            if flags & END_HEADERS:
                headers[number], block = dict(decoder.decode(block)), b""
        elif kind == DATA:
            bodies[number] = bodies.get(number, b"") + payload
    for number, held in headers.items():
        flag, length = struct.unpack(">BI", bodies[number][:5])
        message = bodies[number][5:]
        if length != len(message):
            raise ValueError(f"a gRPC frame says that it has {length} bytes, and has {len(message)}")
        yield held, flag, message
