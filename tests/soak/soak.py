#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The services of examples/cruddur under mixed traffic, with all their exporters on and every backend failing at random. No
request may be hurt by that; memory, descriptors and threads must not grow; and the ledger must balance to the span, with what
the backends received as well, at random moments, at rest and at the end, which comes while all backends are gone.

Usage: soak.py <cruddur> <cruddur-profiles> <heap_use.so> [--minutes=M] [--seed=N] [--rate=R]
  M  how long the traffic lasts (0.4) after a warm-up; the end takes some 20 s
  N  draws the same faults again, though not at the same requests (a new one each time; it is printed)
  R  requests a second (60)
"""
import contextlib
import json
import pathlib
import random
import re
import secrets
import signal
import statistics
import sys
import tempfile
import threading
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "interop"))

import inside
import outcome
import processes

PACKAGES = ("opentelemetry-proto==1.44.0", "botocore==1.43.11")
# At rest, from after the warm-up to the end. Buffers keep some of the room that an outage gave them; a leak would show in the
# number of blocks, however small they are.
ALLOWED_BLOCKS = 500
ALLOWED_BYTES = 8 << 20
ALLOWED_DESCRIPTORS = 8        # connections kept for reuse
WARM_UP = 5000                 # requests
OTLP_TIMEOUT = 5000            # ms: shorter than the default, so that more is given up
UNWANTED = "not wanted"


def ledger_faults(ledger):
    """Where the equations of DESIGN do not hold."""
    for name in ("spans", "logs"):
        of = ledger[name]
        whole = of["open"] + of["unsampled"] + of["queued"] + of["taken"] + sum(of["dropped"].values())
        if of["started"] != whole:
            yield f"{name} of the session: {of}"
        for each in ledger["exporters"]:
            there = each[name]
            if of["taken"] != there["queued"] + there["exported"] + sum(there["dropped"].values()):
                yield f"{name} of {each['name']}, which got {of['taken']}: {there}"


class Service(processes.Program):
    """One of the example's programs with backends of its own."""

    def __init__(self, program, directory, seed, longest_gone, settings=None):
        import backends
        import faults
        name = pathlib.Path(program).name
        self.heap_use = directory / f"{name}.heap"
        draw = {each: random.Random(f"{seed}/{name}/{each}") for each in ("otlp", "rollbar", "cloudwatch", "xray", "ledger")}
        self.http = {"otlp": faults.Server(backends.Otlp(), draw["otlp"], longest_gone),
                     "rollbar": faults.Server(backends.Rollbar(), draw["rollbar"], longest_gone),
                     "cloudwatch": faults.Server(backends.CloudWatch(), draw["cloudwatch"], longest_gone)}
        self.xray = backends.XRay(draw["xray"], longest_gone)
        super().__init__(name, [pathlib.Path(program).absolute()], directory, {
            "PORT": "0", "CRUDDUR_LEDGER": "1", "OTEL_PROPAGATORS": "tracecontext,baggage,xray",
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.http["otlp"].url, "OTEL_EXPORTER_OTLP_TIMEOUT": str(OTLP_TIMEOUT),
            "ROLLBAR_ACCESS_TOKEN": backends.TOKEN, "ROLLBAR_ENDPOINT": self.http["rollbar"].url + "/api/1/item/",
            "ROLLBAR_ENVIRONMENT": "soak", "AWS_XRAY_DAEMON_ADDRESS": self.xray.address, "CRUDDUR_LOG_GROUP": backends.GROUP,
            "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": self.http["cloudwatch"].url, "AWS_REGION": backends.REGION,
            "AWS_ACCESS_KEY_ID": backends.KEY, "AWS_SECRET_ACCESS_KEY": backends.SECRET, "AWS_EC2_METADATA_DISABLED": "true",
            "SOAK_HEAP_USE": str(self.heap_use), "LD_PRELOAD": str(pathlib.Path(sys.argv[3]).absolute()),
            **(settings or {})})
        self.secrets = (backends.TOKEN, backends.KEY, backends.SECRET)
        where = re.compile(rf"{name}: listening on (http://\S+)\n")
        self.url = self.wait_for(lambda: where.match(self.said.read_text()), "it listened")[1]
        self.random = draw["ledger"]
        self.complaints = []
        self.looks = 0
        self.began = time.monotonic()
        self.last = None
        self.looking = threading.Lock()  # or two answers might overtake each other

    @property
    def port(self):
        return int(self.url.rpartition(":")[2])

    def received(self, exporter):
        return (self.xray if exporter == "xray" else self.http[exporter].backend).received

    def ledger(self):
        for attempt in range(2):  # on a slow machine the server may find a connection idle before its question comes
            try:
                with urllib.request.urlopen(self.url + "/ledger", timeout=processes.DEADLINE) as reply:
                    return json.load(reply)
            except ConnectionResetError:  # RemoteDisconnected is one
                if attempt == 1:
                    raise

    def look(self):
        """The ledger as it is now, checked."""
        with self.looking:
            now = self.ledger()
            self.looks += 1
            found = list(ledger_faults(now))
            if self.last is not None and any(now[name][term] < self.last[name][term] for name in ("spans", "logs")
                                             for term in ("started", "unsampled", "taken")):
                found.append(f"it went back from {self.last} to {now}")
            self.last = now
            self.complaints += [f"the ledger of {self.name} does not balance: {each}" for each in found[:3]]
            return now

    def watch(self, ended):
        """At random moments."""
        while not ended.wait(self.random.uniform(0.05, 1)):
            try:
                self.look()
            except OSError as error:
                self.complaints.append(f"{self.name} did not show its ledger: {error!r}")
                return

    def calm(self):
        for each in (*self.http.values(), self.xray):
            each.spells.end()

    def settled(self):
        """The ledger once nothing is under way."""
        def none_queued():
            now = self.look()
            waiting = sum(now[name][term] for name in ("spans", "logs") for term in ("open", "queued"))
            waiting += sum(each[name]["queued"] for each in now["exporters"] for name in ("spans", "logs"))
            return now if waiting == 0 else None
        return processes.until(none_queued, f"{self.name} sent all that it had")

    def vanish(self):
        """All its backends."""
        for each in (*self.http.values(), self.xray):
            each.vanish()
        processes.until(lambda: self.xray.socket is None, "X-Ray's daemon was gone")

    def finish(self):
        """Waits for the end it was asked for; its last ledger."""
        if self.end() != 0:
            raise outcome.Failed(f"{self.name} ended with exit code {self.process.returncode}")
        self.xray.end()
        return json.loads(self.said.read_text().splitlines()[-1])

    def faults_seen(self):
        seen = {name: dict(each.spells.seen) for name, each in (*self.http.items(), ("xray", self.xray))}
        return {name: {kind: times for kind, times in each.items() if times} for name, each in seen.items()}

    def backend_complaints(self):
        found = [each for server in self.http.values() for each in server.complaints + server.backend.complaints]
        return [f"{self.name}: {each}" for each in found + self.xray.complaints]

    def diagnostics(self):
        """How many lines of the session there are; complaints about them."""
        # A minute, of each of five queues: one on trouble, one on losses, and as many that it is over; more at both ends.
        most = 20 * ((time.monotonic() - self.began) / 60 + 2)
        found, lines = [], 0
        with open(self.complained, errors="replace") as said:
            for line in said:
                lines += line.startswith("sonde: ")
                found += [f"{self.name} printed a secret: {line[:200]}" for each in self.secrets if each in line]
        if lines > most:
            found.insert(0, f"{self.name} printed {lines} lines about its exporters, more than {most:.0f}")
        return lines, found[:3]


def without_profile(front):
    """How often cruddur logged that the other service did not answer it in time."""
    with open(front.complained, errors="replace") as said:
        return sum("no profile of " in line for line in said)


def differences(service, ledger, traffic, late):
    """What the ledger says, what the requests must have made, and what the backends have. `late`: so many answers of the service
    behind came too late for the one in front, which logged that; they may not have been begun at all."""
    from backends import DOUBTED, RECEIVED, TOLD
    front = service.name == "cruddur"
    found = list(ledger_faults(ledger))
    wanted = traffic.wanted[service.name]
    for name in ("spans", "logs"):
        of = ledger[name]
        # Those who ask for the ledger begin a span that is not recorded, too.
        unsampled = traffic.unsampled[service.name] + service.looks if name == "spans" else 0
        started = sum(wanted[name].values()) + unsampled + (late if front and name == "logs" else 0)
        least = started if front else started - 2 * late
        if not (least <= of["started"] <= started and unsampled - 2 * late <= of["unsampled"] <= unsampled and of["open"] == 0):
            found.append(f"{name}: the requests made {started}, of which {unsampled} unsampled; the session says {of}")
        for exporter in ledger["exporters"]:
            if exporter["name"] == "console":
                continue
            there, have = exporter[name], service.received(exporter["name"])[name]
            what = f"{name} at {exporter['name']}"
            dropped = {why: count for why, count in there["dropped"].items() if why != UNWANTED}
            all_of_it = have.count(RECEIVED, TOLD, DOUBTED)
            if exporter["name"] == "xray":
                # Nobody tells a sender what the receiver's kernel threw away.
                least = there["exported"] if service.xray.unread == 0 else 0
                if not least <= all_of_it <= there["exported"] + sum(dropped.values()):
                    found.append(f"{what}: received {all_of_it}, exported {there['exported']}, dropped {dropped}")
            else:
                told, doubted = have.count(TOLD), have.count(DOUBTED)
                if not told <= there["exported"] <= told + doubted:
                    found.append(f"{what}: stored and said so {told} and perhaps {doubted}, exported {there['exported']}")
                if not doubted and have.rejected != dropped.get("rejected by the backend", 0):
                    found.append(f"{what}: rejected {have.rejected}, which it counted as {dropped}")
                if have.again_when_told:
                    found.append(f"{what}: {have.again_when_told} came once more though they had been accepted")
                if all_of_it > there["exported"] + sum(dropped.values()):
                    found.append(f"{what}: received {all_of_it}, exported {there['exported']}, dropped {dropped}")
            if exporter["name"] == "rollbar":
                continue  # an item stands for several
            too_many = [trace for trace, count in have.traces.items() if count > wanted[name][trace]]
            if len(too_many) > (late if front and name == "logs" else 0):
                found.append(f"{what}: more than was recorded, of the traces {too_many[:3]}")
    return [f"{service.name}: {each}" for each in found]


def growth(service, vitals, at_rest):
    """Complaints where it takes more at the end than after the warm-up. Prints what there was."""
    parts = [vitals.median(part / 8, (part + 1) / 8) for part in range(8)]
    print(f"soak: {service.name}, by eighths of the time: heap {[round(each.heap / 1024) for each in parts]} KiB in "
          f"{[round(each.blocks) for each in parts]} blocks; resident {[round(each.resident / 1024) for each in parts]} KiB; "
          f"descriptors {[round(each.descriptors) for each in parts]}; threads {[round(each.threads) for each in parts]}")
    print(f"soak: {service.name}, at rest after the warm-up and at the end: {at_rest[0]}, {at_rest[1]}; at most: {vitals.most()}")
    before, after = at_rest
    return [f"{service.name}: {what} at rest grew from {was} to {now}, more than by {allowed}" for what, was, now, allowed in (
        ("blocks of the heap", before.blocks, after.blocks, ALLOWED_BLOCKS),
        ("bytes of the heap", before.heap, after.heap, ALLOWED_BYTES),
        ("descriptors", before.descriptors, after.descriptors, ALLOWED_DESCRIPTORS),
        ("threads", before.threads, after.threads, 0)) if now > was + allowed]


def report(service, ledger):
    for name in ("spans", "logs"):
        of = ledger[name]
        print(f"soak: {service.name}: {name}: started {of['started']}, unsampled {of['unsampled']}, dropped {of['dropped']}")
        for each in ledger["exporters"]:
            again = service.received(each["name"])[name].again if each["name"] != "console" else 0
            lost = {why: count for why, count in each[name]["dropped"].items() if why != UNWANTED}
            if each[name]["exported"] or lost:
                print(f"soak:   {each['name']}: exported {each[name]['exported']}, lost {lost or 'none'}, came twice {again}")


def soak(stack, directory, minutes, seed, rate):
    import traffic
    import vitals
    longest_gone = 20 if minutes >= 3 else 6
    behind = stack.enter_context(Service(sys.argv[2], directory, seed, longest_gone))
    front = stack.enter_context(Service(sys.argv[1], directory, seed, longest_gone, {"CRUDDUR_PROFILES_URL": behind.url}))
    services = (front, behind)
    asking = traffic.Traffic(front.port, [random.Random(f"{seed}/traffic/{each}") for each in range(4)], rate, WARM_UP)

    samples = [vitals.Vitals(each.process, each.heap_use, 0.2) for each in services]
    ended = threading.Event()
    watching = [threading.Thread(target=each.watch, args=(ended,), daemon=True) for each in services]
    for each in watching:
        each.start()

    def ask(seconds):
        asking.go()
        end = time.monotonic() + seconds
        while time.monotonic() < end and all(each.process.poll() is None for each in services):
            time.sleep(0.2)
        asking.rest()

    began = time.monotonic()
    while not asking.is_warm():
        ask(1)
    for each in services:
        each.settled()
    at_first = [each.now() for each in samples]
    print(f"soak: warm after {time.monotonic() - began:.0f} s", flush=True)
    ask(minutes * 60)
    ended.set()
    for each in watching:
        each.join()
    for each in services:
        each.calm()
    complaints = []
    for each in services:
        complaints += differences(each, each.settled(), asking, without_profile(front))
    at_last = [each.now() for each in samples]
    for each in samples:
        each.end()

    asking.go()
    time.sleep(1)
    for each in services:
        each.vanish()
    time.sleep(1)
    asking.rest()
    asking.end()
    for each in services:
        each.process.send_signal(signal.SIGTERM)
    for each in services:
        last = each.finish()
        late = without_profile(front)
        complaints += [f"after its end: {one}" for one in differences(each, last, asking, late)]
        report(each, last)
    for service, sampled, *at_rest in zip(services, samples, at_first, at_last):
        complaints += growth(service, sampled, at_rest)
        complaints += service.complaints + service.backend_complaints()
        if service.xray.unread:
            print(f"soak: {service.name}: the kernel lost {service.xray.unread} datagrams that the test had not read in time")
        lines, found = service.diagnostics()
        complaints += found
        print(f"soak: {service.name}: {lines} lines of the session, {service.looks} looks into its ledger, "
              f"faults {service.faults_seen()}")
    milliseconds = sorted(each * 1000 for each in asking.seconds)
    print(f"soak: {len(milliseconds)} requests, {len(asking.complaints)} not answered right; median "
          f"{statistics.median(milliseconds):.1f} ms, p99 {milliseconds[int(len(milliseconds) * 0.99)]:.1f} ms, "
          f"slowest {milliseconds[-1]:.0f} ms")
    if late or asking.repeated:
        print(f"soak: the machine was slow: {late} answers without a profile, {asking.repeated} requests sent twice")
    # A machine that stalls for two seconds makes all requests late that are due meanwhile.
    if late > max(2 * rate, len(milliseconds) / 1000):
        complaints.append(f"{late} answers without a profile")
    return asking.complaints + complaints


def option(name, otherwise):
    given = [each.partition("=")[2] for each in sys.argv[4:] if each.startswith(f"--{name}=")]
    return type(otherwise)(given[-1]) if given else otherwise


def check():
    minutes, rate, seed = option("minutes", 0.4), option("rate", 60.0), option("seed", secrets.randbits(32))
    print(f"soak: {minutes:g} min, {rate:g} requests a second, --seed={seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="sonde-soak-") as name, contextlib.ExitStack() as stack:
        return soak(stack, pathlib.Path(name), minutes, seed, rate)


if __name__ == "__main__":
    sys.exit(inside.of("soak", PACKAGES, check))
