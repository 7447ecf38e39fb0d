#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One session tells each span twice to a real Collector: as documents for its X-Ray receiver, and by OTLP. What the receiver
makes of the documents is compared field by field with what came by OTLP; xray_translation.py lists what differs, and why.

Usage: check_xray_collector.py <interop_xray_session>
"""
import json
import pathlib
import socket
import sys
import tempfile

import collector
import outcome
import processes
import xray_document
import xray_program
from xray_translation import CLIENT, ERROR, INTERNAL, SERVER, Translation, in_json, read

ORDERS = "same", "calls", "everything", "deep 40"
AT_ONCE = 40  # datagrams: what a socket holds by default


def config(directory, udp, tcp, http):
    return json.dumps({
        "receivers": {"awsxray": {"endpoint": f"127.0.0.1:{udp}", "transport": "udp",
                                  "proxy_server": {"endpoint": f"127.0.0.1:{tcp}", "region": "us-east-1", "local_mode": True,
                                                   "aws_endpoint": "http://127.0.0.1:9"}},
                      "otlp": {"protocols": {"http": {"endpoint": f"127.0.0.1:{http}"}}}},
        "exporters": {f"file/{each}": {"path": str(directory / f"{each}.jsonl"), "format": "json", "flush_interval": "100ms"}
                      for each in ("awsxray", "otlp")},
        "service": {"telemetry": {"metrics": {"level": "none"}},
                    "pipelines": {f"traces/{each}": {"receivers": [each], "exporters": [f"file/{each}"]}
                                  for each in ("awsxray", "otlp")}}})


def compare(want, resource, one, told):
    """Complaints about a translated span. `told`: (type, message, id of the span) of all exceptions, by their ids."""
    sent, held = want.one, one["attributes"]
    annotated = held.pop("aws.xray.annotations", [])
    annotations = {key: held.pop(key, None) for key in annotated}
    prefix = "aws.xray.metadata."
    metadata = {key[len(prefix):]: in_json(json.loads(held.pop(key))) for key in list(held) if key.startswith(prefix)}
    parts = [("trace", one["traceId"], sent["traceId"]), ("parent", one.get("parentSpanId"), sent.get("parentSpanId")),
             ("name", one["name"], want.name),
             ("kind", one["kind"], SERVER if want.is_segment else CLIENT if want.is_client else INTERNAL),
             ("status", one["status"].get("code", 0), ERROR if want.failed() else 0),
             ("attributes", held, want.attributes),
             ("annotations", annotations, {key: each if isinstance(each, (str, bool)) else float(each)
                                           for key, each in want.annotations.items()})]
    for key in "startTimeUnixNano", "endTimeUnixNano":
        if abs(int(one[key]) - int(sent[key])) > 1000:
            yield f"{key} is {one[key]}, not {sent[key]}"
    alone = not want.is_segment and resource.get("cloud.provider") == "unknown"
    if want.is_segment or alone:
        parts.append(("resource", resource, want.translated_resource(alone)))
    if not metadata.get("default", {}).get("sonde.truncated"):
        wanted = want.metadata()
        for event, like in zip(metadata["default"].get("otel.events", []), wanted["default"].get("otel.events", [])):
            if abs(event["time"] - like["time"]) <= 1e-6:
                like["time"] = event["time"]
        parts.append(("metadata", metadata, wanted))
    parts += exceptions(want, one, told)
    yield from (f"{what} {difference(is_there, wanted)}" for what, is_there, wanted in parts
                if exact(is_there) != exact(wanted))


def exceptions(want, one, told):
    """(what, have, want) of what the span failed with."""
    known_below = one["status"].get("message", "")
    if known_below and want.exceptions:
        last = want.exceptions[-1]
        below = told.get(known_below, (None, None, None))
        yield "cause", below[:2], (last["exception.type"], last["exception.message"])
        yield "cause, told by itself,", below[2] == one["spanId"], False
        return
    found = [each["attributes"] for each in one["events"]]
    yield "events", {each["name"] for each in one["events"]} - {"exception"}, set()
    yield "cause", [(each["exception.type"], each["exception.message"]) for each in found], [each[:2] for each in want.cause()]
    yield "stacks", [each.get("exception.stacktrace") for each in found], [want.stack(each) for each in want.cause()]
    chain = sum(len(each.get("sonde.exception.causes", [])) for each in want.exceptions)
    ids = [each["aws.xray.exception.id"] for each in found]
    yield "chain", [ids.index(each["aws.xray.exception.cause"]) for each in found if "aws.xray.exception.cause" in each], \
        list(range(1, chain + 1))
    yield "remote", {each["aws.xray.exception.remote"] for each in found}, {want.is_client} if found else set()


def exact(value):
    """Tells 1 from 1.0 and from True, not one order of members from another."""
    return json.dumps(value, sort_keys=True, default=sorted)


def difference(have, want):
    if isinstance(have, dict) and isinstance(want, dict):
        odd = {key: have[key] for key in have if key not in want or exact(want[key]) != exact(have[key])}
        lacking = {key: want[key] for key in want if key not in have or exact(want[key]) != exact(have[key])}
        return f"has {str(odd)[:400]} in place of {str(lacking)[:400]}"
    return f"is {str(have)[:400]}, not {str(want)[:400]}"


def judge(sent, translated):
    complaints = [] if len(sent) > 300 else [f"only {len(sent)} spans: this proves little"]
    by_id = {one["spanId"]: (resource, one) for resource, _, one in translated}
    wanted = {one["spanId"]: Translation(resource, scope, one) for resource, scope, one in sent}
    if len(by_id) != len(translated) or set(by_id) != set(wanted):
        complaints.append(f"{len(sent)} spans came by OTLP; {len(translated)} are of X-Ray, {len(by_id)} with different ids, "
                          f"{len(set(by_id) - set(wanted))} of them never sent by OTLP")
    translations = [one for _, one in by_id.values()]
    told = {each["attributes"]["aws.xray.exception.id"]: (each["attributes"]["exception.type"],
                                                         each["attributes"]["exception.message"], one["spanId"])
            for one in translations for each in one["events"]}
    by_reference = sum(1 for one in translations if one["status"].get("message"))
    truncated = sum(1 for one in translations if "sonde.truncated" in one["attributes"].get("aws.xray.metadata.default", ""))
    if (by_reference, truncated) != (1, 1):
        complaints.append(f"{by_reference} spans name an exception by its id, {truncated} are cut")
    for span_id in set(wanted) & set(by_id):
        want = wanted[span_id]
        complaints += [f"{want.one['name'][:60]!r}: {each}" for each in compare(want, *by_id[span_id], told)]
    return complaints


def count(path):
    return path.read_bytes().count(b'"startTimeUnixNano"') if path.exists() else 0


def pass_on(datagrams, port, arrived):
    """A Collector with other things to do must not lose any: few at once, the next when these are there."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        expected = 0
        for at in range(0, len(datagrams), AT_ONCE):
            for each in datagrams[at:at + AT_ONCE]:
                sender.sendto(each, ("127.0.0.1", port))
                expected += sum(1 for _ in xray_document.walk(xray_document.read(each)))
            processes.until(lambda: arrived() >= expected, f"{expected} spans of X-Ray were translated", seconds=60)


def check():
    binary = collector.find_or_build()
    with tempfile.TemporaryDirectory(prefix="sonde-xray-") as name, xray_program.Receiver() as receiver:
        directory = pathlib.Path(name)
        udp, tcp, http = (processes.free_port() for _ in range(3))
        (directory / "collector.yaml").write_text(config(directory, udp, tcp, http))
        translated, sent = directory / "awsxray.jsonl", directory / "otlp.jsonl"
        settings = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}
        with processes.Collector("collector", binary, directory / "collector.yaml", directory, [tcp, http], settings) as running:
            by_otlp = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{http}"}
            with xray_program.Session(sys.argv[1], directory, receiver.address, by_otlp) as session:
                for each in ORDERS:
                    session.order(each)
                    session.order("flush")
                taken = session.finish()["taken"]

            def spans():
                return sum(1 for each in list(receiver.datagrams) for _ in xray_document.walk(xray_document.read(each)))
            processes.until(lambda: spans() >= taken, f"{taken} spans were sent", seconds=30)
            pass_on(list(receiver.datagrams), udp, lambda: count(translated))
            processes.until(lambda: count(sent) >= taken, f"{taken} spans arrived by OTLP", seconds=30)
            running.stop()
        return judge(list(read(sent)), list(read(translated)))


if __name__ == "__main__":
    sys.exit(outcome.of("interop_xray_collector", check))
