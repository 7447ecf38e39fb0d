#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Rollbar's own client for Python and sonde report the same message and the same exception, cause, request and person to one
recorder. Both sides' items keep Rollbar's rules (rollbar_rules.py) and have the same members of the same types, but for the
differences listed here, each with its reason; one that no longer shows is a complaint too. Secrets are nowhere in the bytes. With
the example service as second argument, its routes are asked too: the test message, and an error nobody handles.

Usage: check_rollbar.py <interop_rollbar_session> [<cruddur>]
"""
import http.server
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request

import inside
import outcome
import processes
import rollbar_rules

PACKAGES = ("rollbar==1.3.0", "werkzeug==3.1.3")
TOKEN = "c0ffee00c0ffee00c0ffee00c0ffee00"

# Members that one side alone has, and types that differ: (pattern of `path type`, why).
ONLY_OURS = [
    (r"platform text", "the client for Python leaves it to the server"),
    (r"context text", "the route; the client for Python has it of frameworks it knows, not of werkzeug alone"),
    (r"custom\.(trace_id|span_id|xray_trace_id) text", "links to the same moment in other backends"),
    (r"custom\.(service|thread) text", "who it was within a program of many"),
    (r"server\.code_version text", "of the server, as well as of the item"),
    (r"body\.telemetry.*", "what came before; the client for Python records none"),
    (r"body\.trace_chain\[\]\.frames\[\]\.locals.*", "attributes of a span; locals of Python are off here"),
    (r"request\.query_string text", "as it was sent; the client for Python sends the parsed form alone"),
]
ONLY_THEIRS = [
    (r"server\.argv\[\] text", "arguments of programs hold secrets"),
    (r"request\.headers\.Host text", "the test asks for two headers; werkzeug adds this one"),
    (r"body\.trace_chain\[\]\.frames\[\]\.code text", "read where the root is, which is not there for this test"),
]


class Recorder(http.server.ThreadingHTTPServer):
    """Keeps what it is sent; used with `with`."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.items = []
        self.url = f"http://127.0.0.1:{self.server_port}/api/1/"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.items.append((self.path, dict(self.headers), body))
        reply = b'{"err":0,"result":{"id":null,"uuid":"x"}}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_):
        pass


def rollbar_same_calls(url):
    """What rollbar_session.cpp does, by Rollbar's client."""
    import rollbar
    from werkzeug.test import EnvironBuilder
    from werkzeug.wrappers import Request
    rollbar.init(TOKEN, "test", endpoint=url, handler="blocking", root="/src", branch="main", code_version="1.0",
                 locals={"enabled": False}, capture_username=True, capture_email=True)
    rollbar.report_message("Hello World!", "warning", extra_data={"team": "crud"})
    request = Request(EnvironBuilder("/accounts", "http://bank.example", query_string="page=2&password=canary-1",
                                     headers={"accept": "text/html", "authorization": "Bearer canary-2"},
                                     environ_overrides={"REMOTE_ADDR": "203.0.113.77"}).get_environ())
    request.rollbar_person = {"id": "4711", "username": "andrew", "email": "andrew@example.com"}
    try:
        try:
            raise KeyError("no account")
        except KeyError as error:
            raise ValueError("cannot open") from error
    except ValueError:
        rollbar.report_exc_info(request=request, extra_data={"team": "crud"})


def members(value, path=""):
    """`path type` of everything in it; elements of a list are one."""
    if isinstance(value, dict):
        return set().union(*(members(each, f"{path}.{key}" if path else key) for key, each in value.items()), set())
    if isinstance(value, list):
        return set().union(*(members(each, path + "[]") for each in value), set())
    kind = {str: "text", bool: "boolean", int: "whole number", float: "number", type(None): "null"}[type(value)]
    return {f"{path} {kind}"}


def normalised(data):
    """Names of headers in lower case; what extra data a message has stands in it, too, at the client for Python."""
    request = data.get("request", {})
    if "headers" in request:
        request["headers"] = {"Host" if key == "Host" else key.lower(): value for key, value in request["headers"].items()}
    data.get("body", {}).get("message", {}).pop("team", None)
    return data


def compare(ours, theirs):
    complaints, used = [], set()
    for name, (our, their) in {"message": (ours[0], theirs[0]), "exception": (ours[1], theirs[1])}.items():
        our, their = members(normalised(our)), members(normalised(their))
        for side, found, allowed in (("ours", our - their, ONLY_OURS), ("the client's", their - our, ONLY_THEIRS)):
            for each in sorted(found):
                why = [pattern for pattern, _ in allowed if re.fullmatch(pattern, each)]
                used.update(why)
                if not why:
                    complaints.append(f"{name}: only {side} has {each}")
    return complaints + [f"a difference is gone: {pattern}" for pattern, _ in ONLY_OURS + ONLY_THEIRS if pattern not in used]


def expect(found, what, have, want):
    if have != want:
        found.append(f"{what} is {have!r}, not {want!r}")


def compare_values(ours, theirs):
    """What must be the same, word for word."""
    found = []
    for path in (("level",), ("environment",), ("code_version",), ("request", "url"), ("request", "method"),
                 ("request", "user_ip"), ("person",), ("server", "root"), ("server", "branch"), ("server", "host"),
                 ("body", "message", "body"), ("custom", "team")):
        for our, their in zip(ours, theirs):
            for key in path:
                our, their = (our or {}).get(key), (their or {}).get(key)
            scrubbed = [re.sub(r"(password=)[-*]+", r"\1*", json.dumps(each)) for each in (our, their)]
            expect(found, ".".join(path), scrubbed[0], scrubbed[1])
    chains = [[each["exception"].get("message", "").strip("'") for each in side[1]["body"]["trace_chain"]]
              for side in (ours, theirs)]
    expect(found, "the chain", *chains)
    expect(found, "the parameters", {key: value.strip("*") for key, value in ours[1]["request"]["GET"].items()},
           {key: value.strip("*") for key, value in theirs[1]["request"]["GET"].items()})
    return found


def check_items(items, whose, canary="canary"):
    found = []
    for path, headers, body in items:
        found += [f"{whose}: {each}" for each in rollbar_rules.complaints(body)]
        expect(found, f"{whose}: the path", path, "/api/1/item/")
        expect(found, f"{whose}: the token", headers.get("X-Rollbar-Access-Token"), TOKEN)
        if canary.encode() in body:
            found.append(f"{whose}: a secret is in {body!r}")
    return found


def settings(url):
    return {"ROLLBAR_ACCESS_TOKEN": TOKEN, "ROLLBAR_ENDPOINT": url, "ROLLBAR_ENVIRONMENT": "test", "ROLLBAR_CODE_VERSION": "1.0"}


def of_session(program):
    with Recorder() as recorder:
        subprocess.run([program], env=processes.clean_environment() | settings(recorder.url), check=True,
                       timeout=processes.DEADLINE)
        return recorder.items


def check_service(cruddur):
    """The journey: routes of the example, asked as its users ask."""
    with Recorder() as recorder, tempfile.TemporaryDirectory(prefix="sonde-rollbar-") as directory:
        port = processes.free_port()
        environment = settings(recorder.url + "item/") | {"PORT": str(port)}
        with processes.Program("cruddur", [cruddur], pathlib.Path(directory), environment) as service:
            service.wait_for(lambda: processes.is_listening(port), "it listened")
            for path in ("/rollbar/test?access_token=canary", "/api/activities/error"):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60).read()
                except urllib.error.HTTPError:
                    pass
            service.wait_for(lambda: len(recorder.items) >= 2, "two items arrived")
            service.process.terminate()
            service.end()
        found = check_items(recorder.items, "cruddur")
        items = [json.loads(body)["data"] for _, _, body in recorder.items]
    expect(found, "the number of items", len(items), 2)
    items.sort(key=lambda each: "message" not in each["body"])
    expect(found, "the message", (items[0]["level"], items[0]["body"]["message"]["body"]), ("warning", "Hello World!"))
    expect(found, "its context", items[0].get("context"), "/rollbar/test")
    expect(found, "its request", items[0].get("request", {}).get("url"),
           f"http://127.0.0.1:{port}/rollbar/test?access_token=********")
    expect(found, "the error's context", items[1].get("context"), "/api/activities/error")
    trace = items[1]["body"].get("trace") or items[1]["body"]["trace_chain"][0]
    names = [each.get("locals", {}).get("span") for each in trace["frames"]]
    expect(found, "the error's first frame", names[0], "GET /api/activities/error")
    expect(found, "the error's frames", "find-activity" in names, True)
    return found


def check():
    ours = of_session(pathlib.Path(sys.argv[1]).resolve())
    with Recorder() as recorder:
        rollbar_same_calls(recorder.url)
        theirs = recorder.items
    complaints = check_items(ours, "ours") + check_items(theirs, "the client's")
    if (len(ours), len(theirs)) != (2, 2):
        return complaints + [f"{len(ours)} items are ours, {len(theirs)} the client's"]
    ours, theirs = ([json.loads(body)["data"] for _, _, body in side] for side in (ours, theirs))
    complaints += compare_values(ours, theirs) + compare(ours, theirs)
    if len(sys.argv) > 2:
        complaints += check_service(pathlib.Path(sys.argv[2]).resolve())
    if not complaints:
        print(f"interop_rollbar: the same items as Rollbar's client, but for {len(ONLY_OURS + ONLY_THEIRS)} differences")
    return complaints


if __name__ == "__main__":
    sys.exit(inside.of("interop_rollbar", PACKAGES, check))
