# SPDX-License-Identifier: MIT
"""A service that a test starts on loopback, whatever it is written in: its first line says `listening on <port>`, and
it stops at the end of its input."""
import functools
import http.client
import re

import outcome
import processes


class Service(processes.Program):
    @functools.cached_property
    def port(self):
        """Waits until it listens: several may start at the same time."""
        return int(self.wait_for(lambda: re.match(r"listening on (\d+)\n", self.said.read_text()), "it listened")[1])

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def get(self, target, headers=()):
        """The answer to a request with these headers, pairs in their order: its own headers, and its body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=processes.DEADLINE)
        try:
            connection.putrequest("GET", target, skip_accept_encoding=True)
            for name, value in headers:
                connection.putheader(name, value)
            connection.endheaders()
            reply = connection.getresponse()
            body = reply.read().decode()
        finally:
            connection.close()
        if reply.status != 200:
            raise outcome.Failed(f"{self.name} answered {reply.status} to GET {target}: {body[:300]}")
        return reply.headers, body

    def finish(self):
        """Lets it stop by itself, once it has written down what it recorded."""
        self.process.stdin.close()
        if self.end() != 0:
            raise outcome.Failed(f"{self.name} ended with exit code {self.process.returncode}")
