# SPDX-License-Identifier: MIT
"""CloudWatch Logs on loopback, stricter than the service's stand-ins: every signature is recomputed with botocore, every limit of
the API reference is checked, and answers can be scripted. What no client may do becomes a complaint."""
import collections
import datetime
import http.server
import json
import re
import threading
import time

import botocore.auth
import botocore.awsrequest
import botocore.credentials

DAY = 86_400_000  # ms
RETENTION = {1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}


class ApiError(Exception):
    def __init__(self, name, message="told", status=400):
        super().__init__(message)
        self.name, self.message, self.status = name, message, status


def signature_fault(headers, body, secret, region):
    """Why the request is not signed as AWS demands, or nothing."""
    match = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/logs/aws4_request, ?"
                         r"SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})", headers.get("Authorization", ""))
    if not match:
        return f"Authorization is {headers.get('Authorization')!r}"
    key, day, signed_region, signed, signature = match.groups()
    names = signed.split(";")
    if signed_region != region or names != sorted(names) or "host" not in names or "x-amz-date" not in names:
        return f"signed for {signed_region}, headers {names}"
    unsigned = [name for name in headers if name.lower().startswith("x-amz-") and name.lower() not in names]
    doubled = [name for name, count in collections.Counter(name.lower() for name in headers).items() if count > 1]
    if unsigned or doubled:
        return f"not signed: {unsigned}; twice: {doubled}"
    date = headers["X-Amz-Date"]
    age = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) - datetime.datetime.strptime(date, "%Y%m%dT%H%M%SZ")
    if not date.startswith(day) or abs(age.total_seconds()) > 300:
        return f"signed at {date}"
    request = botocore.awsrequest.AWSRequest("POST", f"http://{headers['Host']}/", data=body,
                                             headers={name: headers[name] for name in names if name != "host"})
    request.context["timestamp"] = date
    auth = botocore.auth.SigV4Auth(botocore.credentials.Credentials(key, secret), "logs", region)
    expected = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    return "" if signature == expected else f"the signature is {signature}, botocore's {expected}"


class Stub:
    def __init__(self, secret, region):
        self.secret, self.region = secret, region
        self.lock = threading.Lock()
        self.groups = {}         # name: {"streams": {name: [(time, message)]}, "retention": days, "tags": {}}
        self.requests = []       # (operation, body), those refused as well
        self.script = []         # functions of (operation, body), each for one request: None, or an ApiError to answer with
        self.always = None       # such a function for all requests that no other answered
        self.keys_seen = []
        self.complaints = []
        stub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = stub.answer(self.path, self.headers, body)
                data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("x-amzn-RequestId", f"request-{len(stub.requests)}")
                self.send_header("Content-Length", str(len(data)))
                try:
                    self.end_headers()
                    self.wfile.write(data)
                except ConnectionError:
                    self.close_connection = True  # the client did not wait

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, path, headers, body):
        with self.lock:
            try:
                if path != "/" or headers["Content-Type"] != "application/x-amz-json-1.1":
                    self.complaints.append(f"POST {path} as {headers['Content-Type']}")
                fault = signature_fault(headers, body, self.secret, self.region)
                if fault:
                    self.complaints.append(fault)
                self.keys_seen.append((re.search(r"Credential=([^/]*)", headers["Authorization"])[1],
                                       headers.get("X-Amz-Security-Token")))
                operation = headers["X-Amz-Target"].removeprefix("Logs_20140328.")
                asked = json.loads(body)
                self.requests.append((operation, asked))
                scripted = self.script.pop(0)(operation, asked) if self.script else None
                scripted = scripted or (self.always and self.always(operation, asked))
                if scripted is not None:
                    raise scripted
                return 200, getattr(self, operation)(asked)
            except ApiError as error:
                if isinstance(error.message, bytes):
                    return error.status, error.message
                return error.status, {"__type": f"com.amazonaws.logs#{error.name}", "message": error.message}

    def invalid(self, why):
        self.complaints.append(f"invalid: {why}")
        return ApiError("InvalidParameterException", why)

    def group(self, asked):
        name = asked["logGroupName"]
        if not re.fullmatch(r"[A-Za-z0-9_./#-]{1,512}", name) or name.startswith("aws/"):
            raise self.invalid(f"log group {name!r}")
        if name not in self.groups:
            raise ApiError("ResourceNotFoundException", "The specified log group does not exist.")
        return self.groups[name]

    def CreateLogGroup(self, asked):
        if asked["logGroupName"] in self.groups:
            raise ApiError("ResourceAlreadyExistsException", "The specified log group already exists")
        self.groups[asked["logGroupName"]] = {"streams": {}, "retention": None, "tags": asked.get("tags", {})}
        self.group(asked)
        return b""

    def PutRetentionPolicy(self, asked):
        if asked["retentionInDays"] not in RETENTION:
            raise self.invalid(f"retention {asked['retentionInDays']}")
        self.group(asked)["retention"] = asked["retentionInDays"]
        return {}

    def CreateLogStream(self, asked):
        streams, name = self.group(asked)["streams"], asked["logStreamName"]
        if not re.fullmatch(r"[^:*]{1,512}", name):
            raise self.invalid(f"log stream {name!r}")
        if name in streams:
            raise ApiError("ResourceAlreadyExistsException", "The specified log stream already exists")
        streams[name] = []
        return {}

    def PutLogEvents(self, asked):
        streams = self.group(asked)["streams"]
        if asked["logStreamName"] not in streams:
            raise ApiError("ResourceNotFoundException", "The specified log stream does not exist.")
        events = asked["logEvents"]
        times = [event["timestamp"] for event in events]
        messages = [event["message"] for event in events]
        if not 1 <= len(events) <= 10_000:
            raise self.invalid(f"{len(events)} events")
        if any(not message or len(message.encode()) + 26 > 262_144 for message in messages):
            raise self.invalid("an event is empty or over 256 KiB")
        if sum(len(message.encode()) + 26 for message in messages) > 1_048_576:
            raise self.invalid("more than 1 MiB")
        if times != sorted(times) or any(not isinstance(each, int) or each < 0 for each in times):
            raise self.invalid("events are not in the order of their times")
        if times[-1] - times[0] > DAY:
            raise self.invalid("events span more than 24 h")
        now = time.time() * 1000
        too_old = sum(each < now - 14 * DAY for each in times)
        too_new = sum(each > now + 2 * 3_600_000 for each in times)
        streams[asked["logStreamName"]] += list(zip(times, messages))[too_old:len(events) - too_new]
        rejected = {}
        if too_old:
            rejected["tooOldLogEventEndIndex"] = too_old
        if too_new:
            rejected["tooNewLogEventStartIndex"] = len(events) - too_new
        return {"nextSequenceToken": "1"} | ({"rejectedLogEventsInfo": rejected} if rejected else {})

    def accepted(self):
        """Messages of all streams, in the order of their arrival in each."""
        with self.lock:
            return [message for group in self.groups.values() for stream in group["streams"].values() for _, message in stream]

    def batches(self):
        with self.lock:
            return [[(event["timestamp"], event["message"]) for event in asked["logEvents"]]
                    for operation, asked in self.requests if operation == "PutLogEvents"]
