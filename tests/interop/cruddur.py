# SPDX-License-Identifier: MIT
"""Cruddur under test (cruddur_session.cpp): starts it, sends it real requests from several threads, knows what must come of
them, and checks what came."""
import collections
import concurrent.futures
import http.client
import os
import pathlib
import re
import socket

import outcome
import processes
import recorded

# path: (status, spans that the service opens for it)
ROUTES = {
    "/api/activities/home": (200, ["GET /api/activities/home", "home-activities-mock-data", "SELECT activities"]),
    "/api/activities/@andrewbrown": (200, ["GET /api/activities/@handle", "user_activities", "SELECT activities"]),
    "/api/activities/@nobody": (200, ["GET /api/activities/@handle", "user_activities", "SELECT activities"]),
    "/rollbar/test": (200, ["GET /rollbar/test"]),
    "/api/activities/error": (500, ["GET /api/activities/error", "find-activity", "SELECT activities"]),
    "/no/such/page": (404, ["GET"]),
}


def slow(milliseconds):
    return f"/slow/{milliseconds}"


def outcome_of(path):
    return (200, ["GET /slow/:milliseconds", "slow-query"]) if path.startswith("/slow/") else ROUTES[path]


class Cruddur(processes.Program):
    def __init__(self, program, directory, endpoint=None, settings=None):
        super().__init__("cruddur", [pathlib.Path(program).absolute(), directory] + ([endpoint] if endpoint else []), directory, settings)
        self.asked = collections.Counter()
        self.answers = 0
        self.port = int(re.fullmatch(r"listening on (\d+)", self.answer())[1])

    def answer(self):
        """The next line that it says."""
        self.answers += 1

        def line():
            lines = self.said.read_text().split("\n")
            return lines[self.answers - 1] if len(lines) > self.answers else None
        return self.wait_for(line, "it answered")

    def order(self, what):
        """Its answer."""
        self.process.stdin.write(f"{what}\n".encode())
        self.process.stdin.flush()
        return self.answer()

    def request(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=processes.DEADLINE)
        try:
            connection.request("GET", path, headers={"User-Agent": "interop"})
            reply = connection.getresponse()
            reply.read()
        finally:
            connection.close()
        if reply.status != outcome_of(path)[0]:
            raise outcome.Failed(f"GET {path} answered {reply.status}, not {outcome_of(path)[0]}")

    def requests(self, paths, threads=4):
        """Sends all of them, several at a time, and remembers."""
        with concurrent.futures.ThreadPoolExecutor(threads) as pool:
            list(pool.map(self.request, paths))
        self.asked.update(paths)

    def finish(self):
        """Lets it stop and write down what it recorded."""
        self.process.stdin.close()
        if self.end() != 0:
            raise outcome.Failed("cruddur did not deliver everything")

    def names_asked_for(self):
        """How often each span name must have been recorded, going by the requests alone."""
        names = collections.Counter()
        for path, times in self.asked.items():
            for name in outcome_of(path)[1]:
                names[name] += times
        return names


def check_record(wanted, service):
    """Complaints where the record itself is not what the requests must have made: a comparison with it would prove little."""
    complaints = []
    ours = [one for one in wanted if one["scope"][0] != "interop" and one["name"] != 'GET /everything "quoted"']
    names = collections.Counter(one["name"] for one in ours)
    if names != service.names_asked_for():
        complaints.append(f"recorded {dict(names)}, not {dict(service.names_asked_for())}")
    by_id = {one["span_id"]: one for one in ours}
    for one in ours:
        parent = by_id.get(one["parent_span_id"])
        is_request = one["name"].startswith("GET")
        if is_request != (one["kind"] == 2) or is_request != (one["parent_span_id"] == ""):
            complaints.append(f"{one['name']!r} has kind {one['kind']} and parent {one['parent_span_id']!r}")
        elif not is_request and (parent is None or parent["trace_id"] != one["trace_id"]):
            complaints.append(f"{one['name']!r} has no parent in its trace")
    return complaints


def check_resource(got, wanted, program, pid):
    """Complaints where the resource is not what the session had, or that is not who the program was."""
    if got != wanted:
        return [f"the resource {recorded.difference(got, wanted)}"]
    held = {key: value for key, value in got}
    facts = {"service.name": {"text": 'cruddur "under test"'}, "service.version": {"text": "1.2"},
             "deployment.environment.name": {"text": "test"}, "host.name": {"text": socket.gethostname()},
             "os.type": {"text": os.uname().sysname.lower()}, "process.pid": {"int": str(pid)},
             "process.executable.name": {"text": pathlib.Path(program).name},
             "telemetry.sdk.name": {"text": "sonde"}, "telemetry.sdk.language": {"text": "cpp"}}
    return [f"resource {key} is {held.get(key)}, not {want}" for key, want in facts.items() if held.get(key) != want]
