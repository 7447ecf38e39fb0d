#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""X-Ray's sampling rules: the same rules and requests have the same matches as with AWS's SDK for Python, which also accepts and
refuses the same local files. And behind the daemon's proxy (xray_daemon.py) a service that follows rules as they change, whose
reports add up, whatever becomes of some of them. Usage: check_xray_sampling.py <interop_xray_sampling>
"""
import datetime
import json
import pathlib
import random
import sys
import tempfile

import inside
import outcome
import processes
import xray_daemon
import xray_program
import xray_sampling_stub

ALPHABET = "abAB/.-:ä\\[]"
DEFAULT = "the default of 1 trace a second and 5 % of the others"


class Program(processes.Program):
    def __init__(self, program, directory, settings=None, name="xray-sampling"):
        super().__init__(name, [pathlib.Path(program).absolute()], pathlib.Path(directory), settings or {})
        self.answers = 0

    def order(self, what, **members):
        self.process.stdin.write(json.dumps({"order": what, **members}).encode() + b"\n")
        self.process.stdin.flush()
        self.answers += 1

        def line():
            lines = self.said.read_text().split("\n")
            return lines[self.answers - 1] if len(lines) > self.answers else None
        return json.loads(self.wait_for(line, f"it answered {what}"))

    def lines(self):
        return self.complained.read_text(errors="replace").splitlines()


def text(draw, longest):
    return "".join(draw.choice(ALPHABET) for _ in range(draw.randint(0, longest)))


def pattern(draw, like):
    """Often one that matches: a text with pieces replaced by wildcards."""
    if draw.random() < 0.3:
        return draw.choice(["*", "**", "?*", "*?*"])
    made = []
    for c in like if draw.random() < 0.8 else text(draw, 8):
        made.append(draw.choice([c, c, c, c.upper() if c.isascii() else c, "?", "*", "", "a*"]) if draw.random() < 0.4 else c)
    return "".join(made)[:20] or "*"


def of_the_account(program):
    """Rules as the API has them."""
    from aws_xray_sdk.core.sampling.connector import ServiceConnector
    from aws_xray_sdk.core.sampling.rule_cache import RuleCache
    from aws_xray_sdk.core.sampling.sampling_rule import SamplingRule

    draw, complaints, compared = random.Random(7), [], 0
    for case in range(150):
        requests = [{"method": draw.choice(["GET", "get", "PUT", ""]), "path": text(draw, 12), "host": text(draw, 8)}
                    for _ in range(12)]
        service, kind = draw.choice(["shop", "Shop-1", "a.b"]), draw.choice(["", "AWS::ECS::Container"])
        records = []
        for i in range(draw.randint(0, 9)):
            like = draw.choice(requests)
            rule = xray_sampling_stub.rule(f"r{i}", Priority=draw.randint(1, 4), ServiceName=pattern(draw, service)[:64],
                                           ServiceType=draw.choice(["*", "*", "AWS::ECS*", "aws::ecs::container", "AWS::EC2*"]),
                                           Host=pattern(draw, like["host"]), HTTPMethod=draw.choice(["*", "GET", "P?T", "*t"]),
                                           URLPath=pattern(draw, like["path"]))
            for odd in {"Version": 2}, {"ResourceARN": "arn:x"}, {"Attributes": {"a": "b"}}:
                if draw.random() < 0.03:
                    rule |= odd
            records.append({"SamplingRule": rule, "CreatedAt": 0.0, "ModifiedAt": 0.0})
        if draw.random() < 0.7:
            last = xray_sampling_stub.rule("Default", Priority=10000)
            records.append({"SamplingRule": last, "CreatedAt": 0.0, "ModifiedAt": 0.0})
        draw.shuffle(records)

        connector = ServiceConnector.__new__(ServiceConnector)
        cache = RuleCache()
        cache.load_rules([SamplingRule(name=one["RuleName"], priority=one["Priority"], rate=one["FixedRate"],
                                       reservoir_size=one["ReservoirSize"], host=one["Host"], service=one["ServiceName"],
                                       method=one["HTTPMethod"], path=one["URLPath"], service_type=one["ServiceType"])
                          for one in (each["SamplingRule"] for each in records) if connector._is_rule_valid(one)])
        cache.last_updated = 1
        ours = program.order("match", reply={"SamplingRuleRecords": records}, service=service, type=kind, requests=requests)
        for request, have in zip(requests, ours):
            found = cache.get_matched_rule({**request, "service": service, "service_type": kind}, 1)
            want = f"`{found.name}`" if found else DEFAULT
            compared += 1
            if have != want:
                complaints.append(f"case {case}: {request} of {service} is decided by {have}, by AWS's SDK {want}: {records}")
    print(f"interop_xray_sampling: {compared} requests decided by rules of the API as by AWS's SDK")
    return complaints


def broken(draw, manifest):
    """One thing about it is different."""
    rules = manifest["rules"]
    changes = [lambda: manifest.update(version=draw.choice([0, 3, "2", None])), lambda: manifest.pop("default"),
               lambda: manifest["default"].update(rate=-0.1), lambda: manifest["default"].update(fixed_target=-1),
               lambda: manifest["default"].pop("rate"), lambda: manifest["default"].update(url_path="/x"),
               lambda: manifest.pop("rules"), lambda: manifest.update(extra=1)]
    if rules:
        one = draw.choice(rules)
        changes += [lambda: one.pop("url_path"), lambda: one.pop("http_method"), lambda: one.update(rate=-1),
                    lambda: one.update(host=""), lambda: one.update(service_name=""), lambda: one.pop("fixed_target"),
                    lambda: one.update(description="new")]
    draw.choice(changes)()


def of_files(program):
    """Local rules, in both versions."""
    from aws_xray_sdk.core.sampling.local.sampler import LocalSampler

    draw, complaints, compared, refused = random.Random(11), [], 0, 0
    for case in range(150):
        requests = [{"method": draw.choice(["GET", "PUT", ""]), "path": text(draw, 12), "host": text(draw, 8)} for _ in range(8)]
        version = draw.choice([1, 2])
        manifest = {"version": version, "default": {"fixed_target": draw.randint(0, 3), "rate": draw.random()}, "rules": [
            {"description": f"{i}", "service_name" if version == 1 else "host": pattern(draw, draw.choice(requests)["host"]),
             "http_method": draw.choice(["*", "GET", "P?T"]), "url_path": pattern(draw, draw.choice(requests)["path"]),
             "fixed_target": draw.randint(0, 3), "rate": draw.random()} for i in range(draw.randint(0, 6))]}
        if draw.random() < 0.4:
            broken(draw, manifest)
        try:
            theirs = LocalSampler(json.loads(json.dumps(manifest)))
        except Exception:  # InvalidSamplingManifestError, or TypeError where a number is missing
            theirs = None
        ours = program.order("file", text=json.dumps(manifest), requests=requests)
        if (theirs is None) != isinstance(ours, str):
            complaints.append(f"file {case}: {ours if theirs is None else 'taken by AWS, but ' + ours}: {manifest}")
            continue
        refused += theirs is None
        for request, have in zip(requests, ours) if theirs else ():
            applies = [i for i, each in enumerate(theirs._rules)
                       if each.applies(request["host"], request["method"], request["path"])]
            want = f"rule {applies[0] + 1} of file" if applies else "the default of file"
            compared += 1
            if have.split(" (")[0] != want:
                complaints.append(f"file {case}: {request} is decided by {have}, with AWS's SDK by {want}: {manifest}")
    print(f"interop_xray_sampling: {compared} requests decided by local files as by AWS's SDK, {refused} files refused by both")
    return complaints


def valid_for_botocore(api):
    """All that was asked, by the service's model."""
    import botocore.loaders
    import botocore.model
    import botocore.validate
    model = botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model("xray", "service-2"))
    names = {"/GetSamplingRules": "GetSamplingRules", "/SamplingTargets": "GetSamplingTargets"}
    for path, body in api.asked:
        for each in body.get("SamplingStatisticsDocuments", []):
            each["Timestamp"] = datetime.datetime.fromtimestamp(each["Timestamp"], datetime.timezone.utc)
            if len(each["ClientID"]) != 24:
                yield f"a ClientID is {each['ClientID']}"
        report = botocore.validate.ParamValidator().validate(body, model.operation_model(names[path]).input_shape)
        unknown = set(body) - set(model.operation_model(names[path]).input_shape.members)
        if report.has_errors() or unknown:
            yield f"{path} is asked with {body}: {report.generate_report()} {unknown}"


def behind_the_daemon(path, directory):
    complaints = []
    with xray_sampling_stub.Api() as api, xray_daemon.between(directory, api.port) as daemon, \
            Program(path, directory, {"AWS_XRAY_DAEMON_ADDRESS": daemon.address, "OTEL_TRACES_SAMPLER": "xray"}) as service:
        requested = sampled = 0

        def ask(times=1, target="/cart"):
            nonlocal requested, sampled
            took = service.order("ask", method="GET", path=target, host="shop:80", times=times)
            requested, sampled = requested + times, sampled + took
            return took

        def decided_by(rule):
            processes.until(lambda: f"decided by {rule}," in service.order("explain", method="GET", path="/cart"),
                            f"requests were decided by {rule}")

        def add_up(when):
            def even():
                counted = api.counted()
                return counted["RequestCount"] == requested and counted["SampledCount"] + counted["BorrowCount"] == sampled
            try:
                processes.until(even, "the reports added up")
            except outcome.Failed:
                complaints.append(f"{when}: of {requested} requests {sampled} were sampled, reported are {api.counted()}")

        api.rules = [xray_sampling_stub.rule("cart", URLPath="/cart", FixedRate=1),
                     xray_sampling_stub.rule("Default", Priority=10000), xray_sampling_stub.rule("other", ServiceName="till")]
        service.order("start", service="shop", rules_interval=200, targets_interval=100, timeout=1000)
        decided_by("`cart`")
        told = [line for line in service.lines() if "rules of the account arrived" in line]
        wanted = "`cart`, `Default` can match this service (shop); `other` never will: its ServiceName is `till`"
        if len(told) != 1 or wanted not in told[0]:
            complaints.append(f"of the rules the lines are {told}")
        if ask(50) != 50:
            complaints.append("a rate of 1 did not take all")
        if ask(20, "/elsewhere") != 0:
            complaints.append("a rate of 0 took some")
        add_up("at first")

        api.rules[0]["FixedRate"] = 0
        late = []

        def obeyed():
            polls = api.polls_since_change() if api.seen == json.dumps(api.rules) else 0
            took = ask()
            late.extend([polls] if took and polls > 2 else [])
            return took == 0
        processes.until(obeyed, "the changed rule changed what is sampled")
        if late:
            complaints.append(f"a changed rule was not followed after {late[0]} polls")
        add_up("after the change")

        api.rules[0]["ReservoirSize"] = 1  # nothing is granted yet: one a second is borrowed
        processes.until(lambda: ask() == 1, "a trace was borrowed")
        add_up("with credit")
        if not api.counted()["BorrowCount"]:
            complaints.append(f"nothing was borrowed: {api.counted()}")
        api.target = {"ReservoirQuota": 5, "ReservoirQuotaTTL": 4102444800.0}
        processes.until(lambda: ask(20) == 5, "a quota of 5 a second was used")
        add_up("with a quota")
        api.target = {"ReservoirQuota": 0, "FixedRate": 0}
        processes.until(lambda: ask(20) == 0, "a quota of none was obeyed")

        api.target = {}
        for failure, times in ("refuse", 2), ("hang", 2), ("cut short", 1), ("unprocessed", 2):
            api.fail_next(failure, times)
            ask(10)
            processes.until(lambda: not api.failing(), f"a report came to nothing: {failure}")
            ask(3)
            add_up(f"after reports came to nothing: {failure}")

        api.rules = [xray_sampling_stub.rule("new", FixedRate=1)]
        decided_by("`new`")
        ask(7)
        add_up("after the rule went")
        daemon.kill()
        if ask(5) != 5:
            complaints.append("without the daemon the rules known so far were not used")
        service.order("stop")
        complaints += valid_for_botocore(api)
        through = "the real daemon" if daemon.is_real else "a stand-in; the real daemon is not here (XRAY_DAEMON)"
        print(f"interop_xray_sampling: {requested} requests, {len(api.asked)} questions through {through}")
    return complaints


def check():
    path = sys.argv[1]
    with tempfile.TemporaryDirectory(prefix="sonde-xray-sampling-") as name:
        directory = pathlib.Path(name)
        with Program(path, directory, name="oracle") as program:
            complaints = of_the_account(program) + of_files(program)
        return complaints + behind_the_daemon(path, directory)


if __name__ == "__main__":
    sys.exit(inside.of("interop_xray_sampling", xray_program.PACKAGES, check))
