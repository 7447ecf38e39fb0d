#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What examples/cruddur/aws has for X-Ray: the sampling rule and the group, created with the AWS command line client at a
stand-in of the API that knows their limits. The rule then reaches a service, through the daemon, which says whether it can
match. And the policy, which must allow what the daemon asks of the API, and no more.
Usage: check_xray_aws.py <examples/cruddur/aws> <interop_xray_session>
"""
import http.client
import http.server
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading

import inside
import processes
import xray_daemon
import xray_program

# Source: AWS X-Ray API reference, SamplingRule and CreateGroup.
RULE_TEXTS = {"RuleName": 32, "ResourceARN": 500, "ServiceName": 64, "ServiceType": 64, "Host": 64, "HTTPMethod": 10,
              "URLPath": 128}
GROUP_NAME = re.compile(r"[\w-]{1,32}", re.ASCII)


def rule_fault(rule):
    for name, longest in RULE_TEXTS.items():
        if not 1 <= len(rule.get(name, "")) <= longest:
            return f"{name} is {rule.get(name)!r}"
    if not 1 <= rule.get("Priority", 0) <= 9999 or not 0 <= rule.get("FixedRate", -1) <= 1 or rule.get("ReservoirSize", -1) < 0:
        return f"{rule} is out of range"
    return None if rule.get("Version") == 1 else f"Version is {rule.get('Version')}"


class Api:
    """Answers what the daemon and the command line client ask, and remembers it."""

    def __init__(self):
        self.asked = []  # (path, body)
        self.rules = []  # those created
        api = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
                api.asked.append((self.path, body))
                status, answer = api.answer(self.path, body)
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *ignored):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path, body):
        if path == "/CreateSamplingRule":
            fault = rule_fault(body.get("SamplingRule", {}))
            if fault:
                return 400, {"__type": "InvalidRequestException", "Message": fault}
            record = {"SamplingRule": body["SamplingRule"] | {"Attributes": {}}, "CreatedAt": 1.7e9, "ModifiedAt": 1.7e9}
            self.rules.append(record)
            return 200, {"SamplingRuleRecord": record}
        if path == "/CreateGroup":
            known = GROUP_NAME.fullmatch(body.get("GroupName", "")) and body.get("FilterExpression")
            return (200, {"Group": body}) if known else (400, {"__type": "InvalidRequestException", "Message": "no such group"})
        return 200, {"UnprocessedTraceSegments": [], "SamplingRuleRecords": self.rules, "SamplingTargetDocuments": []}


def created(directory, api, operation, file):
    """Complaints where the client or the API refuses the file, or something else than it arrives."""
    command = [pathlib.Path(sys.executable).parent / "aws", "xray", operation, "--cli-input-json", f"file://{file}",
               "--endpoint-url", f"http://127.0.0.1:{api.port}", "--region", "us-east-1", "--output", "json"]
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "HOME": str(directory), "PATH": os.environ["PATH"]}
    ran = subprocess.run(command, env=keys, capture_output=True, text=True)
    if ran.returncode != 0:
        return [f"aws xray {operation} refuses {file.name}: {ran.stderr.strip()}"]
    if api.asked[-1][1] != json.loads(file.read_text()):
        return [f"of {file.name} this arrives: {api.asked[-1]}"]
    return []


def followed(directory, api, program):
    """Complaints where a service does not say that the rule is for it, or one of another name that it never will be."""
    complaints = []
    with xray_daemon.between(directory, api.port) as daemon:
        for name, says in ("backend", "`Cruddur` can match"), ("front", "`Cruddur` never will"):
            settings = {"OTEL_TRACES_SAMPLER": "xray", "AWS_XRAY_TRACING_NAME": name}
            with xray_program.Session(program, directory, daemon.address, settings, name=name) as session:
                def told():
                    return [line for line in session.lines() if "arrived" in line]
                session.wait_for(told, "it told of the rules")
                if says not in told()[0]:
                    complaints.append(f"the service {name} says {told()[0]!r}, not that {says}")
                session.finish()
    return complaints


def asked_by_the_daemon(directory):
    """Operations of the API, by AWS's own description of it."""
    import botocore.session
    service = botocore.session.get_session().get_service_model("xray")
    by_path = {service.operation_model(name).http["requestUri"]: name for name in service.operation_names}
    api = Api()
    with xray_daemon.between(directory, api.port) as daemon:
        document = {"name": "a", "id": "53995c3f42cd8ad8", "trace_id": "1-581cf771-a006649127e371903a2de979", "start_time": 1,
                    "end_time": 2}
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
            text = '{"format":"json","version":1}\n' + json.dumps(document, separators=(",", ":"))
            sending.sendto(text.encode(), ("127.0.0.1", daemon.port))
        for path in "/GetSamplingRules", "/SamplingTargets":
            connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=processes.DEADLINE)
            connection.request("POST", path, "{}", {"Content-Type": "application/json"})
            connection.getresponse().read()
            connection.close()
        processes.until(lambda: any(path == "/TraceSegments" for path, _ in api.asked), "a segment arrived", seconds=30)
    return {by_path[path] for path, _ in api.asked}


def policy_faults(policy, asked):
    allowed = [action for statement in policy["Statement"] for action in statement["Action"] if statement["Effect"] == "Allow"]
    want = {f"xray:{operation}" for operation in asked | {"PutTelemetryRecords"}}  # once a minute, of the daemon itself
    return [] if set(allowed) == want and len(allowed) == len(want) else [f"the policy allows {allowed}, needed are {sorted(want)}"]


def check():
    files = pathlib.Path(sys.argv[1]).absolute()
    api = Api()
    with tempfile.TemporaryDirectory(prefix="sonde-xray-") as name:
        directory = pathlib.Path(name)
        complaints = created(directory, api, "create-sampling-rule", files / "sampling-rule.json")
        complaints += created(directory, api, "create-group", files / "group.json")
        complaints += followed(directory, api, sys.argv[2])
        complaints += policy_faults(json.loads((files / "xray-policy.json").read_text()), asked_by_the_daemon(directory))
        rule, group = (json.loads((files / each).read_text()) for each in ("sampling-rule.json", "group.json"))
        service = re.fullmatch(r'service\("([^"]+)"\)', group["FilterExpression"])
        if service is None or service[1] != rule["SamplingRule"]["ServiceName"]:
            complaints.append(f"the group is of {group['FilterExpression']}, the rule for {rule['SamplingRule']['ServiceName']}")
    return complaints


if __name__ == "__main__":
    sys.exit(inside.of("interop_xray_aws", xray_program.PACKAGES, check))
