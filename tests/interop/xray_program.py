# SPDX-License-Identifier: MIT
"""interop_xray_session under test: started with a daemon's address, given orders, and what it said."""
import json
import pathlib
import socket
import threading

import processes

# What the checks of X-Ray need, in one environment.
PACKAGES = ("moto[server,xray]==5.2.3", "aws-xray-sdk==2.15.0", "boto3==1.43.11", "botocore==1.43.11", "awscli==1.45.11")
SO_RCVBUFFORCE = 33  # of Linux, for root: a buffer beyond the system's bound


class Session(processes.Program):
    def __init__(self, program, directory, address, settings=None, plugins=(), name="xray-session"):
        self.answers = 0
        environment = {"AWS_XRAY_DAEMON_ADDRESS": address, "AWS_EC2_METADATA_DISABLED": "true", **(settings or {})}
        super().__init__(name, [pathlib.Path(program).absolute(), *plugins], pathlib.Path(directory), environment)

    def order(self, what):
        """Its answer."""
        self.process.stdin.write(f"{what}\n".encode())
        self.process.stdin.flush()
        return self.answer()

    def answer(self):
        self.answers += 1

        def line():
            lines = self.said.read_text().split("\n")
            return lines[self.answers - 1] if len(lines) > self.answers else None
        return self.wait_for(line, "it answered")

    def ledger(self):
        return json.loads(self.order("ledger"))

    def lines(self):
        """What the session told the user."""
        return self.complained.read_text(errors="replace").splitlines()

    def finish(self):
        """Lets it stop; its last ledger."""
        self.process.stdin.close()
        ledger = json.loads(self.answer())
        self.end()
        return ledger


class Receiver:
    """Takes datagrams on a port of loopback; used with `with`."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)
            self.is_deep = True  # holds all that is sent at once
        except PermissionError:
            self.is_deep = False
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(0.2)
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.datagrams = []
        self.ended = False
        self.thread = threading.Thread(target=self.receive, daemon=True)
        self.thread.start()

    def receive(self):
        while not self.ended:
            try:
                self.datagrams.append(self.socket.recv(1 << 17))
            except TimeoutError:
                pass

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.ended = True
        self.thread.join()
        self.socket.close()
