# SPDX-License-Identifier: MIT
"""The part of AWS X-Ray's API that grants sampling, which moto lacks: rules in pages and targets, scripted, and what was
reported."""
import collections
import http.server
import json
import threading
import time


def rule(name, **members):
    return {"RuleName": name, "RuleARN": f"arn:aws:xray:us-east-1:1:sampling-rule/{name}", "ResourceARN": "*", "Priority": 1,
            "FixedRate": 0, "ReservoirSize": 0, "ServiceName": "*", "ServiceType": "*", "Host": "*", "HTTPMethod": "*",
            "URLPath": "*", "Version": 1, "Attributes": {}, **members}


class Api:
    """On loopback; used with `with`."""

    def __init__(self):
        self.rules = []
        self.target = {}  # members of every target besides its rule's name
        self.asked = []   # (path, body)
        self.sums = collections.Counter()
        self.failures = []
        self.seen = None
        self.polls = 0
        self.lock = threading.Lock()
        api = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, answer = api.answer(self.path, body)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *ignored):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, path, body):
        if path not in ("/GetSamplingRules", "/SamplingTargets"):
            return 200, b'{"UnprocessedTraceSegments":[]}'
        said = json.loads(body or b"{}")
        with self.lock:
            self.asked.append((path, said))
            if path == "/GetSamplingRules":
                return 200, json.dumps(self.page(said.get("NextToken"))).encode()
            failure = self.failures.pop() if self.failures else None
        if failure == "refuse":
            return 500, b'{"message":"not now"}'
        if failure == "hang":
            time.sleep(1.5)
            return 500, b""
        unprocessed = [{"RuleName": each["RuleName"], "ErrorCode": "500", "Message": "not now"}
                       for each in said["SamplingStatisticsDocuments"]] if failure == "unprocessed" else []
        with self.lock:
            for each in [] if unprocessed else said["SamplingStatisticsDocuments"]:
                self.sums.update({key: each[key] for key in ("RequestCount", "SampledCount", "BorrowCount")})
            targets = [{"RuleName": each["RuleName"], "FixedRate": self.rate(each["RuleName"]), "Interval": 0, **self.target}
                       for each in said["SamplingStatisticsDocuments"]]
        reply = json.dumps({"SamplingTargetDocuments": targets, "LastRuleModification": 1.0,
                            "UnprocessedStatistics": unprocessed}).encode()
        return 200, reply[:-20] if failure == "cut short" else reply

    def page(self, token):
        """Two rules at a time."""
        first = int(token or 0)
        if not first:
            self.polls = self.polls + 1 if json.dumps(self.rules) == self.seen else 1
            self.seen = json.dumps(self.rules)
        records = [{"SamplingRule": each, "CreatedAt": 0.0, "ModifiedAt": 1.0} for each in self.rules[first:first + 2]]
        return {"SamplingRuleRecords": records, "NextToken": str(first + 2) if first + 2 < len(self.rules) else None}

    def rate(self, name):
        return next((each["FixedRate"] for each in self.rules if each["RuleName"] == name), 0)

    def polls_since_change(self):
        """How often the rules as they are were asked for."""
        with self.lock:
            return self.polls

    def counted(self):
        with self.lock:
            return {key: self.sums[key] for key in ("RequestCount", "SampledCount", "BorrowCount")}

    def fail_next(self, how, times):
        with self.lock:
            self.failures = [how] * times

    def failing(self):
        with self.lock:
            return bool(self.failures)
