#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Log lines of a session in CloudWatch Logs: what arrives at a stub that checks signatures and limits (cloudwatch_stub.py) and at
moto's CloudWatch Logs, what the ledger says of it, and what people read when the service refuses. The same lines through
watchtower must make the same events in the same order and the same batches. The policy of the example must allow what is done,
and no more. Nothing leaves the loopback interface.

Usage: check_cloudwatch.py <program> <policy> [<case>...]. The Python packages are installed once into a virtual environment in the user's cache."""
import collections
import json
import logging
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings

import inside
import outcome
import processes

PACKAGES = ("moto[server]==5.2.3", "watchtower==3.4.0", "boto3==1.43.11", "botocore==1.43.11")
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE12345678", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": "IQoJb3EXAMPLETOKEN/+=="}
MARK = "… [cut]"
LONGEST = 262_118


class Session:
    """The program under test, told what to log."""

    def __init__(self, program, url, config=None, settings=None):
        environment = {name: value for name, value in processes.clean_environment().items() if not name.startswith("AWS_")}
        environment |= KEYS | {"AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": url, "HOME": "/nowhere"} | (settings or {})
        self.process = subprocess.Popen([program, json.dumps({"batch_age_ms": 50} | (config or {}))], env=environment, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=processes.die_with_parent)

    def log(self, *commands):
        for each in commands:
            self.process.stdin.write(json.dumps(each if isinstance(each, dict) else {"text": each}) + "\n")
        return self

    def flush(self):
        self.log({"flush": True}).process.stdin.flush()
        if self.process.stdout.readline() != "flushed\n":
            raise outcome.Failed("a flush did not end")
        return self

    def end(self):
        """The report, with the sum of its ledger checked."""
        out, _ = self.process.communicate(timeout=processes.DEADLINE)
        if self.process.returncode != 0:
            raise outcome.Failed(f"the program ended with {self.process.returncode}")
        report = json.loads(out)
        report["said"] = "\n".join(report["said"])
        ended = report["exported"] + report["queued"] + sum(report["dropped"].values()) + report["lost_before"]
        if ended != report["started"]:
            raise outcome.Failed(f"of {report['started']} lines {ended} are in the ledger: {report}")
        return report


class Cases:
    """Each method is one case; it gets a fresh stub."""

    def __init__(self, program, stub):
        self.program, self.stub, self.complaints = program, stub, []

    def start(self, config=None, settings=None):
        return Session(self.program, self.stub.url, config, settings)

    def expect(self, what, have, want):
        if have != want:
            self.complaints.append(f"{what}: {str(have)[:300]!r}, not {str(want)[:300]!r}")

    def expect_said(self, report, *parts):
        for each in parts:
            if not re.search(each, report["said"]):
                self.complaints.append(f"nothing like {each!r} was said: {report['said']!r}")

    def expect_arrived(self, report, count):
        self.expect("lines at the stub", len(self.stub.accepted()), count)
        self.expect("lines in the ledger", report["exported"], count)

    def lines_arrive_in_a_group_and_stream_made_on_demand(self):
        report = self.start({"retention_days": 7, "tags": {"team": "crud"}, "batch_age_ms": 60_000}).log(
            "one", {"text": "two", "level": 4}).end()
        self.expect("messages", self.stub.accepted(), ["INFO one", "ERROR two"])
        group = self.stub.groups["cruddur"]
        self.expect("retention and tags", (group["retention"], group["tags"]), (7, {"team": "crud"}))
        self.expect("requests", [name for name, _ in self.stub.requests],
                    ["PutLogEvents", "CreateLogGroup", "PutRetentionPolicy", "CreateLogStream", "PutLogEvents"])
        self.expect_arrived(report, 2)
        self.expect_said(report, r"-> cloudwatch: logs to group 'cruddur', stream 'backend/[^']+/\d+' in eu-central-1 \(from "
                                 r"AWS_REGION\) at \S+ \(from AWS_ENDPOINT_URL\), signed with keys AKID… from AWS_ACCESS_KEY_ID",
                         "first batch accepted: 2 log records", "the log group 'cruddur' is not there, and will be created")
        self.expect("keys", set(self.stub.keys_seen), {(KEYS["AWS_ACCESS_KEY_ID"], KEYS["AWS_SESSION_TOKEN"])})

    def a_line_in_a_span_has_its_ids_in_both_forms(self):
        self.start({"log_stream": "text"}).log({"span": "s", "text": "a", "user": "bo b"}).end()
        self.start({"log_stream": "json", "json": True}).log({"span": "s", "text": "a", "user": "bo b"}).end()
        (_, text), = self.stub.groups["cruddur"]["streams"]["text"]
        if not re.fullmatch(r'INFO a user="bo b" TraceId: 1-[0-9a-f]{8}-[0-9a-f]{24} SpanId: [0-9a-f]{16}', text):
            self.complaints.append(f"the line is {text!r}")
        (when, line), = self.stub.groups["cruddur"]["streams"]["json"]
        line = json.loads(line)
        trace = line["trace_id"]
        self.expect("X-Ray's id", line["xray_trace_id"], f"1-{trace[:8]}-{trace[8:]}")
        self.expect("members", {name: line[name] for name in ("level", "message", "service", "trace_flags")},
                    {"level": "info", "message": "a", "service": "backend", "trace_flags": "01"})
        self.expect("attribute", line["attributes"]["user"], "bo b")
        self.expect("file", line["attributes"]["code.file.path"].split("/")[-1], "cloudwatch_session.cpp")
        self.expect("time", line["time"][:19], time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(when / 1000)))

    def lines_that_hurt(self):
        emoji = "😀" * 70_000
        texts = [b"", b"   ", b"a\0b", b"\xff\xfe\xc0\xaf\xed\xa0\x80\xf0\x9f\x98", "line\nbreak\r\n".encode(), b"x" * 1_048_576,
                 emoji.encode(), b"\x01" * 300_000]
        report = self.start().log(*({"hex": each.hex()} for each in texts)).end()
        arrived = self.stub.accepted()
        for text, have in zip(texts, arrived):
            want = "INFO " + text.decode(errors="replace") if text else "INFO"
            if len(want.encode()) > LONGEST:
                want = want.encode()[:LONGEST - len(MARK.encode())].decode(errors="ignore") + MARK
            self.expect("message", have, want)
        self.expect_arrived(report, len(texts))
        self.expect("cut", report["cut"], 3)

    def json_of_a_line_too_long_is_json(self):
        report = self.start({"json": True}).log({"text": "\"" * 400_000}, {"text": "\x01" * 400_000}).end()
        for message in self.stub.accepted():
            self.expect("mark", json.loads(message)["message"][-len(MARK):], MARK)
        self.expect_arrived(report, 2)

    def batches_by_count(self):
        report = self.start({"batch_age_ms": 60_000}).log({"threads": 1, "count": 25_000}).end()
        self.expect_arrived(report, 25_000)
        self.expect("batches", [len(each) for each in self.stub.batches()][1:], [10_000, 10_000, 5_000])

    def batches_by_bytes(self):
        # "INFO " and 26 bytes count as well: eight of these are exactly 1,048,576, and nine are too many.
        exact = "x" * (1_048_576 // 8 - 26 - 5)
        report = self.start({"batch_age_ms": 60_000, "log_stream": "a"}).log(*[exact] * 17).end()
        self.expect_arrived(report, 17)
        self.expect("batches", [len(each) for each in self.stub.batches()][1:], [8, 8, 1])
        self.stub.requests.clear()
        outlier = ["y"] * 9_000 + ["x" * 262_000] * 7  # what comes out larger than the limit is split without a word
        report = self.start({"batch_age_ms": 60_000, "log_stream": "b"}).log(*outlier).end()
        self.expect("lines", report["exported"], len(outlier))
        self.expect("words", report["said"].count("\n"), 1)

    def events_span_24_hours(self):
        hour = 3_600_000
        shifts = [-30 * hour, -24 * hour, -12 * hour, -5 * hour, 1, hour]
        report = self.start({"shifted": True}).log(*({"text": f"{i}", "shift_ms": each} for i, each in enumerate(shifts))).end()
        self.expect("messages", self.stub.accepted(), [f"INFO {i}" for i in range(len(shifts))])
        self.expect_arrived(report, len(shifts))

    def events_come_in_the_order_of_their_times(self):
        shifts = [5000, -5000, 3000, -5000 + 1, 7]
        report = self.start({"shifted": True, "batch_age_ms": 60_000}).log(
            *({"text": f"{each}", "shift_ms": each} for each in shifts)).end()
        self.expect("messages", self.stub.accepted(), [f"INFO {each}" for each in sorted(shifts)])
        self.expect_arrived(report, 5)

    def events_of_another_time_are_rejected_and_counted(self):
        week = 7 * 86_400_000
        report = self.start({"shifted": True, "batch_age_ms": 60_000}).log(
            {"text": "old", "shift_ms": -2 * week - 5000}, {"text": "new", "shift_ms": 2 * 3_600_000 + 5000}, "now",
            {"text": "older", "shift_ms": -3 * week}, {"text": "1943", "shift_ms": -2_000_000_000}).end()
        self.expect("messages", sorted(self.stub.accepted()), ["INFO now"])
        self.expect_arrived(report, 1)
        self.expect("dropped", report["dropped"], {"rejected by the backend": 4})
        self.expect_said(report, r"did not take .*log records? .*(older than 14 days|more than 2 hours)")

    def levels_below_the_least_are_unwanted(self):
        report = self.start({"least": 3}).log({"text": "a", "level": 2}, {"text": "b", "level": 3}).end()
        self.expect("messages", self.stub.accepted(), ["WARNING b"])
        self.expect("dropped", report["dropped"], {"not wanted": 1})
        self.expect("words", "lost" in report["said"], False)

    def names_are_made_fit(self):
        self.start({"service": "a:b*c\nd", "log_stream": "{service}/{date}"}).log("x").end()
        self.expect("streams", list(self.stub.groups["cruddur"]["streams"]), ["a_b_c_d/" + time.strftime("%Y-%m-%d", time.gmtime())])

    def a_stream_deleted_in_between_is_made_again(self):
        session = self.start({"log_stream": "s"}).log("one").flush()
        del self.stub.groups["cruddur"]["streams"]["s"]
        report = session.log("two").end()
        self.expect("messages", self.stub.accepted(), ["INFO two"])
        self.expect("exported", report["exported"], 2)

    def a_group_deleted_in_between_is_made_again(self):
        session = self.start({"log_stream": "s"}).log("one").flush()
        del self.stub.groups["cruddur"]
        report = session.log("two").end()
        self.expect("messages", self.stub.accepted(), ["INFO two"])
        self.expect("exported", report["exported"], 2)

    def throttled_three_times_lines_arrive_once_and_in_order(self):
        self.CreateEverything()
        self.stub.script = [lambda *_: cloudwatch_stub.ApiError("ThrottlingException", "Rate exceeded"),
                            lambda *_: cloudwatch_stub.ApiError("ServiceUnavailableException", "busy", 503),
                            lambda *_: cloudwatch_stub.ApiError("", b"<html>busy</html>", 502)]
        report = self.start({"log_stream": "s"}).log(*(str(i) for i in range(50))).end()
        self.expect("messages", self.stub.accepted(), [f"INFO {i}" for i in range(50)])
        self.expect_arrived(report, 50)
        self.expect_said(report, r"ThrottlingException from \S+ \(from AWS_ENDPOINT_URL\): \"Rate exceeded\" \(request request-1\); will")

    def CreateEverything(self):
        self.stub.groups["cruddur"] = {"streams": {"s": []}, "retention": None, "tags": {}}

    def while_somebody_else_creates_the_same(self):
        self.stub.script = [lambda *_: None,  # PutLogEvents finds nothing
                            lambda *_: cloudwatch_stub.ApiError("OperationAbortedException", "A conflicting operation"),
                            lambda *_: self.CreateEverything()]
        report = self.start({"log_stream": "s"}).log("x").end()
        self.expect("messages", self.stub.accepted(), ["INFO x"])
        self.expect_arrived(report, 1)

    def a_group_that_may_not_be_made_is_one_line(self):
        self.stub.always = lambda operation, _: cloudwatch_stub.ApiError(
            "AccessDeniedException", "User: arn:aws:iam::1:user/u is not authorized to perform: logs:CreateLogGroup"
        ) if operation == "CreateLogGroup" else None
        report = self.start().log("a", "b").flush().log("c").end()
        self.expect("dropped", report["dropped"], {"rejected by the backend": 3})
        self.expect_said(report, r"the log group 'cruddur' is not there and cannot be created: AccessDeniedException .*need the "
                                 r"permission logs:CreateLogGroup on the log group 'cruddur' in eu-central-1")
        self.expect("attempts", sum(name == "CreateLogGroup" for name, _ in self.stub.requests), 1)

    def a_permission_that_is_missing_is_named(self):
        self.stub.always = lambda *_: cloudwatch_stub.ApiError("AccessDeniedException", "User: arn:aws:iam::1:user/u is not …")
        report = self.start().log("a").end()
        self.expect("dropped", report["dropped"], {"rejected by the backend": 1})
        self.expect_said(report, r"AccessDeniedException .*the keys AKID… from AWS_ACCESS_KEY_ID need the permission "
                                 r"logs:PutLogEvents on the log group 'cruddur' in eu-central-1")
        self.expect("lines", len([each for each in report["said"].split("\n") if "AccessDenied" in each]), 1)

    def expired_keys_are_one_line(self):
        self.stub.always = lambda *_: cloudwatch_stub.ApiError("ExpiredTokenException", "The security token is expired")
        report = self.start().log("a").end()
        self.expect("dropped", report["dropped"], {"rejected by the backend": 1})
        self.expect_said(report, "ExpiredTokenException .*the keys AKID… from AWS_ACCESS_KEY_ID are not .or no longer. good")
        for each in KEYS.values():
            self.expect("secrets in words", each in report["said"], False)

    def an_answer_that_never_comes_is_not_waited_for_at_the_end(self):
        self.CreateEverything()
        self.stub.always = lambda *_: time.sleep(3)
        report = self.start({"log_stream": "s", "shutdown_ms": 500}).log("a").end()
        self.expect("complete", report["complete"], False)
        self.expect("dropped", report["dropped"], {"session ended": 1})

    def an_order_is_kept_within_each_thread(self):
        self.CreateEverything()
        flaps = iter(range(10_000))
        self.stub.always = lambda operation, _: cloudwatch_stub.ApiError("ServiceUnavailableException", "flapping", 503) \
            if operation == "PutLogEvents" and next(flaps) % 5 == 1 else None
        report = self.start({"log_stream": "s"}).log({"threads": 4, "count": 20_000}).end()
        self.expect_arrived(report, 80_000 - sum(report["dropped"].values()) - report["lost_before"])
        threads = collections.defaultdict(list)
        for message in self.stub.accepted():
            thread, line = re.fullmatch(r"INFO thread (\d) line (\d+)", message).groups()
            threads[thread].append(int(line))
        self.expect("threads", sorted(threads), ["0", "1", "2", "3"])
        for lines in threads.values():
            self.expect("order of a thread", lines, sorted(set(lines)))

    def nobody_there_is_one_line_and_all_is_counted(self):
        port = processes.free_port()
        report = Session(self.program, f"http://127.0.0.1:{port}", {"shutdown_ms": 3000}).log("a", "b").end()
        self.expect("dropped", report["dropped"], {"session ended": 2})
        self.expect_said(report, f"connection refused by 127.0.0.1:{port}")

    def the_same_lines_through_watchtower(self):
        """The same events, in the same order, in the same batches."""
        texts = [f"line {i}" for i in range(12_000)] + ["y" * 4000 for _ in range(600)] + ["ä€😀" * 7, " ", "a\tb"]
        self.CreateEverything()
        report = self.start({"log_stream": "s", "batch_age_ms": 60_000}).log(*texts).end()
        self.expect_arrived(report, len(texts))
        ours = self.stub.batches()
        self.stub.requests.clear()
        self.stub.groups["cruddur"]["streams"]["s"] = []
        handler = watchtower.CloudWatchLogHandler(
            "cruddur", log_stream_name="s", boto3_client=client(self.stub.url), create_log_group=False, send_interval=600)
        handler.formatter = logging.Formatter("%(levelname)s %(message)s")
        for text in texts:
            handler.emit(logging.LogRecord("x", logging.INFO, "", 0, text, (), None))
        handler.close()
        theirs = self.stub.batches()
        self.expect("sizes of batches", [len(each) for each in ours], [len(each) for each in theirs])
        self.expect("events", [message for each in ours for _, message in each], [message for each in theirs for _, message in each])
        self.expect("events", len(self.stub.accepted()), len(texts))


def client(url):
    return boto3.client("logs", endpoint_url=url, region_name="eu-central-1", aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
                        aws_secret_access_key=SECRET)


def check_moto(program, directory):
    """The same session against a stand-in that is not ours, read back with AWS's own client."""
    complaints = []
    port = processes.free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with processes.Program("moto", command, directory) as moto:
        moto.wait_for(lambda: processes.is_listening(port), f"it listened on port {port}")
        url = f"http://127.0.0.1:{port}"
        texts = ["one", "", "zwei ä€😀", "a\0b", "x" * 300_000] + [f"line {i}" for i in range(3000)]
        report = Session(program, url, {"log_stream": "s", "retention_days": 7, "tags": {"team": "crud"}}).log(*texts).end()
        logs = client(url)
        group, = logs.describe_log_groups(logGroupNamePrefix="cruddur")["logGroups"]
        if group["retentionInDays"] != 7 or logs.list_tags_log_group(logGroupName="cruddur")["tags"] != {"team": "crud"}:
            complaints.append(f"moto: the group is {group}")
        found, token = [], {}
        while True:
            page = logs.get_log_events(logGroupName="cruddur", logStreamName="s", startFromHead=True, **token)
            if not page["events"]:
                break
            found += [each["message"] for each in page["events"]]
            token = {"nextToken": page["nextForwardToken"]}
        want = [f"INFO {each}".rstrip() if len(each) < 1000 else None for each in texts]
        for have, text in zip(found, want):
            if text is not None and have != text:
                complaints.append(f"moto: {have!r}, not {text!r}")
        if len(found) != len(texts) or report["exported"] != len(texts):
            complaints.append(f"moto has {len(found)} events, the ledger {report['exported']}, of {len(texts)}")
    return complaints


def check_policy(program, policy, directory):
    """moto's IAM knows actions, though no resources: the policy's are needed, each of them. It checks signatures as well."""
    complaints = []
    port = processes.free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with processes.Program("moto-iam", command, directory) as moto:
        moto.wait_for(lambda: processes.is_listening(port), f"it listened on port {port}")
        url = f"http://127.0.0.1:{port}"

        def free_requests(count):
            urllib.request.urlopen(urllib.request.Request(
                f"{url}/moto-api/reset-auth", data=str(count).encode(), method="POST", headers={"Content-Type": "text/plain"}))

        iam = boto3.client("iam", endpoint_url=url, region_name="eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")
        iam.create_user(UserName="u")
        key = iam.create_access_key(UserName="u")["AccessKey"]
        keys = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"], "AWS_SESSION_TOKEN": ""}
        write, _ = json.loads(policy.read_text())["Statement"]
        for number, missing in enumerate([None, *write["Action"]]):
            allowed = [action for action in write["Action"] if action != missing]
            statement = {"Effect": "Allow", "Action": allowed, "Resource": "*"}
            free_requests(1000)
            iam.put_user_policy(UserName="u", PolicyName="p",
                                PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
            free_requests(0)
            report = Session(program, url, {"log_group": f"g{number}", "retention_days": 7}, keys).log("a").end()
            if (report["exported"] == 1) != (missing in (None, "logs:PutRetentionPolicy")):
                complaints.append(f"policy without {missing}: {report}")
            if missing is not None and f"need the permission {missing} on the log group 'g{number}'" not in report["said"]:
                complaints.append(f"policy without {missing}: nobody said so: {report['said']}")
        free_requests(0)
        wrong = Session(program, url, {}, keys | {"AWS_SECRET_ACCESS_KEY": SECRET}).log("a").end()
        if wrong["exported"] != 0:
            complaints.append(f"moto took a signature by a wrong key: {wrong}")
    return complaints


def check():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    policy = pathlib.Path(sys.argv[2])
    chosen = sys.argv[3:]
    complaints = []
    names = [name for name in vars(Cases) if not name.startswith(("_", "expect", "start", "Create"))]
    for name in names:
        if chosen and name not in chosen:
            continue
        with cloudwatch_stub.Stub(SECRET, "eu-central-1") as stub:
            case = Cases(program, stub)
            getattr(case, name)()
            complaints += [f"{name}: {each}" for each in case.complaints + stub.complaints[:3]]
    if not chosen or "moto" in chosen:
        with tempfile.TemporaryDirectory(prefix="sonde-moto-") as directory:
            complaints += check_moto(program, pathlib.Path(directory))
            complaints += check_policy(program, policy, pathlib.Path(directory))
    if not complaints:
        print(f"interop_cloudwatch: {len(chosen) or len(names)} cases as expected, and the same at moto")
    return complaints


if __name__ == "__main__":
    try:
        import boto3
        import watchtower
        import cloudwatch_stub
        warnings.simplefilter("ignore", watchtower.WatchtowerWarning)
    except ImportError:
        pass  # not inside yet
    sys.exit(inside.of("interop_cloudwatch", PACKAGES, check))
