# SPDX-License-Identifier: MIT
"""Requests to cruddur from several threads, in bursts and lulls. Each begins a trace of its own and knows what its answer must
be, and how many spans and logs each service must record for it."""
import collections
import http.client
import json
import threading
import time

import processes

FRONT, BEHIND = "cruddur", "cruddur-profiles"
SIGNALS = ("spans", "logs")


def is_home(body):
    return len(json.loads(body)) == 4


def of(handle, name, count):
    """Without a profile where the other service did not answer within 2 s, which is the machine's doing; cruddur logs it."""
    def is_theirs(body):
        answer = json.loads(body)
        return (answer["profile"] or {}).get("display_name") in (name, None) and len(answer["activities"]) == count
    return f"/api/activities/@{handle}", 200, is_theirs, {FRONT: (4, 1), BEHIND: (2, 1)}


# (how often, path, status, whether the body is right, {service: (spans, logs)})
ROUTES = [
    (30, "/api/activities/home", 200, is_home, {FRONT: (3, 2)}),
    (10, "/api/activities/home?q=%ff%00%E2%82%AC&" + "long=" * 400, 200, is_home, {FRONT: (3, 2)}),
    (15, *of("worf", "Worf, son of Mogh", 1)),
    (10, *of("andrewbrown", "Andrew Brown", 2)),
    (10, *of("nobody", None, 0)),
    (5, "/rollbar/test", 200, lambda body: body == b"Hello World!", {FRONT: (1, 2)}),
    (5, "/api/activities/error", 500, lambda body: json.loads(body) == {"error": "internal server error"}, {FRONT: (3, 2)}),
    (10, "/no/such/page", 404, lambda body: json.loads(body) == {"error": "not found"}, {FRONT: (1, 1)}),
    (5, "/health", 200, lambda body: body == b"ok", {FRONT: (1, 0)}),
]
# What comes along with some of them, and must hurt nobody.
HEADERS = [{}, {}, {"baggage": "user=4711,team=crud"}, {"baggage": "=" * 7000}, {"tracestate": "a=1,b=2"}, {"tracestate": ",=,"},
           {"X-Amzn-Trace-Id": "Root=nonsense;Sampled=?"}, {"User-Agent": "soak/1 \xff"}]


class Traffic:
    def __init__(self, port, randoms, rate, first):
        """One thread for each of the sources of randomness; `rate`: requests a second, all together, but for the `first`, which
        come without a pause: what is kept up to a bound is full then."""
        self.port, self.rate = port, rate / len(randoms)
        self.first = first
        self.lock = threading.Lock()
        self.wanted = {service: {signal: collections.Counter() for signal in SIGNALS} for service in (FRONT, BEHIND)}
        self.unsampled = dict.fromkeys((FRONT, BEHIND), 0)  # spans
        self.complaints = []
        self.seconds = []  # each request took
        self.repeated = 0
        self.going = threading.Event()
        self.ended = threading.Event()
        self.busy = 0
        self.threads = [threading.Thread(target=self.run, args=(each,), daemon=True) for each in randoms]
        for each in self.threads:
            each.start()

    def run(self, random):
        hurried = 0
        while not self.ended.is_set():
            if not self.going.is_set():
                self.going.wait(0.1)
                continue
            with self.lock:
                self.busy += 1
            try:
                self.request(random)
            finally:
                with self.lock:
                    self.busy -= 1
            mood = random.random()
            hurried = 100 if mood < 0.001 else max(hurried - 1, 0)
            if not hurried and self.is_warm():
                self.ended.wait(random.uniform(1, 2) if mood > 0.998 else random.expovariate(self.rate))

    def request(self, random):
        _, path, status, is_right, records = random.choices(ROUTES, [each[0] for each in ROUTES])[0]
        trace = f"{int(time.time()):08x}{random.randrange(1, 1 << 96):024x}"
        sampled = random.random() > 0.05 and path != "/health"  # nothing is recorded of that one
        with self.lock:
            for service, (spans, logs) in records.items():
                self.wanted[service]["logs"][trace] += logs
                if sampled:
                    self.wanted[service]["spans"][trace] += spans
                else:
                    self.unsampled[service] += spans
        headers = {"traceparent": f"00-{trace}-{random.randrange(1, 1 << 64):016x}-0{int(sampled)}"} | random.choice(HEADERS)
        began = time.monotonic()
        try:
            try:
                reply, body = self.get(path, headers)
            except http.client.RemoteDisconnected:
                # cpp-httplib closes a connection on which nothing comes for a second: this thread was held up.
                self.repeated += 1
                reply, body = self.get(path, headers)
            if (reply.status, is_right(body)) != (status, True):
                self.complain(f"GET {path[:60]} with {str(headers)[:200]} was answered {reply.status}: {body[:200]}")
        except Exception as error:
            self.complain(f"GET {path[:60]} with {str(headers)[:200]} was not answered: {error!r}")
        self.seconds.append(time.monotonic() - began)

    def get(self, path, headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=processes.DEADLINE)
        try:
            connection.request("GET", path, headers=headers)
            reply = connection.getresponse()
            return reply, reply.read()
        finally:
            connection.close()

    def complain(self, what):
        with self.lock:
            if len(self.complaints) < 20:
                self.complaints.append(what)

    def is_warm(self):
        return len(self.seconds) >= self.first

    def rest(self):
        """Until go() all requests are answered and no more begin."""
        self.going.clear()
        processes.until(lambda: self.busy == 0, "all requests were answered")

    def go(self):
        self.going.set()

    def end(self):
        self.ended.set()
        for each in self.threads:
            each.join()
