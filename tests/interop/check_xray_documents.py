#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every datagram that a session sends for X-Ray, held to the rules of xray_document.py: ordinary spans and odd ones, at every size
around the limit, ten thousand below one segment, hundreds within one another. Nothing may be lost, each span is there once, and
under its own parent. Usage: check_xray_documents.py <interop_xray_session>
"""
import json
import pathlib
import sys
import tempfile

import outcome
import processes
import xray_document
import xray_program

LEVELS = 500


def received(session, receiver, orders):
    """What came of these orders: the datagrams, all of them."""
    before = session.ledger()
    receiver.datagrams.clear()
    for each in orders:
        session.order(each)
        if session.order("flush") != "flushed":
            raise outcome.Failed(f"after {each!r} a flush did not end")
    ledger = session.ledger()
    if ledger["queued"] or ledger["dropped"] != before["dropped"]:
        raise outcome.Failed(f"after {orders[0]!r} the ledger is {ledger}, and was {before}")
    sent = ledger["exported"] - before["exported"]

    def all_there():
        return sum(1 for each in list(receiver.datagrams) for _ in spans_of(each)) >= sent
    processes.until(all_there, f"{sent} spans of {orders[0]!r} arrived", seconds=30)
    return list(receiver.datagrams)


def spans_of(datagram):
    """(document, parent's id) of each ended span in it, as far as it can be read."""
    try:
        document = json.loads(datagram.partition(b"\n")[2])
    except ValueError:
        return [({}, None)]
    return [(one, parent) for one, parent in xray_document.walk(document) if "in_progress" not in one]


def of_one_tree(name, documents, count):
    """Complaints where these are not one segment with `count` subsegments, each of which has a parent there."""
    spans = [(one, parent) for each in documents for one, parent in xray_document.walk(each) if "in_progress" not in one]
    ids = {one["id"] for one, _ in spans}
    roots = [one for one, parent in spans if parent is None]
    orphans = [one["name"] for one, parent in spans if parent is not None and parent not in ids]
    complaints = []
    if len(spans) != count + 1 or len(roots) != 1 or orphans:
        complaints.append(f"{name}: {len(spans)} spans, {len(roots)} segments, {len(orphans)} without their parent")
    if len({each["trace_id"] for each in documents}) != 1:
        complaints.append(f"{name}: not one trace")
    return complaints


def wide(session, receiver):
    count = 10_000 if receiver.is_deep else 500  # where the system holds less, less is sent at once
    datagrams = received(session, receiver, [f"wide {count}"])
    complaints, documents = xray_document.faults(datagrams)
    complaints += of_one_tree("wide", documents, count)
    spans = [one for each in documents for one, _ in xray_document.walk(each)]
    numbers = {one.get("metadata", {}).get("default", {}).get("number") for one in spans}
    return complaints + ([] if numbers - {None} == set(range(count)) else [f"wide: {len(numbers)} different numbers arrived"])


def deep(session, receiver):
    complaints, documents = xray_document.faults(received(session, receiver, [f"deep {LEVELS}"]))
    complaints += of_one_tree("deep", documents, LEVELS - 1)
    by_id = {one["id"]: (one, parent) for each in documents for one, parent in xray_document.walk(each)}
    at, below = next(one for one, parent in by_id.values() if parent is None), LEVELS - 1
    while below and at is not None:
        if at["metadata"]["default"]["levels_below"] != below:
            complaints.append(f"deep: {below} levels from the bottom stands {at['metadata']}")
        at, below = next((one for one, parent in by_id.values() if parent == at["id"]), None), below - 1
    return complaints + ([] if below == 0 and at is not None else [f"deep: the chain ends {below} levels too early"])


def sized(session, receiver):
    """Finds the longest text that arrives whole. Its document is about as long as any may be; a byte more, and the text is cut,
    which the document says."""
    complaints, sent = [], {}

    def is_whole(size):
        sent[size], = received(session, receiver, [f"sized {size}"])
        faults, documents = xray_document.faults([sent[size]])
        complaints.extend(f"a text of {size} bytes: {fault}" for fault in faults)
        held = documents[0]["metadata"]["default"] if documents else {}
        whole = held.get("text") == "x" * size
        if whole == held.get("sonde.truncated", False) or not held.get("text"):
            complaints.append(f"a text of {size} bytes has {len(held.get('text', ''))}; truncated: {held.get('sonde.truncated')}")
        return whole
    cut_before = session.ledger()["cut"]
    least, most = 50_000, xray_document.MOST_BYTES
    if not is_whole(least) or is_whole(most) or is_whole(65_507) or is_whole(100_000):
        complaints.append(f"texts are cut where they should not be, or the other way round: {[len(each) for each in sent.values()]}")
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (middle, most) if is_whole(middle) else (least, middle)
    if len(sent[least]) < xray_document.MOST_BYTES - 200:
        complaints.append(f"the longest document that is not cut has {len(sent[least])} bytes")
    counted = session.ledger()["cut"] - cut_before
    if counted != sum(1 for size in sent if size > least):
        complaints.append(f"{counted} texts are counted as cut, of {sorted(sent)}")
    return complaints


def odd(session, receiver):
    complaints, documents = xray_document.faults(received(session, receiver, ["odd"]))
    spans = [one for each in documents for one, _ in xray_document.walk(each) if each["name"] == "same-calls"]
    names = [one["name"] for one in spans]
    for want in ("caf\u00e9 \u65e5\u672c", "a_.:/%&#=+\\-@ b", "\u65e5" * 200):
        if want not in names:
            complaints.append(f"odd: there is no {want!r} among {names}")
    long = next((one for one in spans if one["name"] == "\u65e5" * 200), {"metadata": {"default": {}}})["metadata"]
    held = long["default"]
    for key, want in ('quoted "key" \\ \n', 1), ("tiny", 5e-324), ("control", "\0\x01\x1f\x7f \x85 \u2028"):
        if held.get(key) != want:
            complaints.append(f"odd: {key!r} is {held.get(key)!r}, not {want!r}")
    return complaints + ([] if 'space "quoted"' in long else [f"odd: the namespaces are {list(long)}"])


def everything(session, receiver):
    complaints, documents = xray_document.faults(received(session, receiver, ["everything"]))
    spans = {one["id"]: (one, parent) for each in documents for one, parent in xray_document.walk(each) if "in_progress" not in one}
    request = next((one for one, parent in spans.values() if parent == "0000000000000042"), None)
    if request is None:
        return complaints + ["everything: no segment names the parent that came from elsewhere"]
    if documents[0]["trace_id"] != "1-5b000000-" + "0" * 24:
        complaints.append(f"everything: the trace's id is {documents[0]['trace_id']}")
    if request.get("annotations") != {"handle": "andrew"} or request["metadata"].get("user_activities") != {"results": 3}:
        complaints.append(f"everything: annotations {request.get('annotations')}, metadata {request['metadata'].keys()}")
    held = request["metadata"]["default"]
    for key, want in {"zero": 7, "least": -2**63, "most": 2**63 - 1, "no": False, "yes": True, "empty": "", "nul": "a\0b",
                      "text": "h\u00e9llo \u2028 \"x\"", "list": [1, -2, 300_000], "map": {"a": [0.5], "b": []}}.items():
        if held.get(key) != want or isinstance(held.get(key), bool) != isinstance(want, bool):
            complaints.append(f"everything: {key} is {held.get(key)!r}, not {want!r}")
    children = [one for one, parent in spans.values() if parent == request["id"]]
    failed = [one for one in children if one.get("fault")]
    # each fifth has an error, unless it is also a seventh, whose `ok` is final
    if len(children) != 300 or len(failed) != sum(1 for i in range(300) if i % 5 == 0 and i % 7 != 0):
        complaints.append(f"everything: {len(children)} children, {len(failed)} of them at fault")
    return complaints


def check():
    complaints = xray_document.self_check()
    sys.setrecursionlimit(20_000)
    with tempfile.TemporaryDirectory(prefix="sonde-xray-") as name, xray_program.Receiver() as receiver:
        with xray_program.Session(sys.argv[1], pathlib.Path(name), receiver.address) as session:
            for case in (everything, odd, sized, deep, wide):
                complaints += [f"{case.__name__}: {each}" for each in case(session, receiver)]
            ledger = session.finish()
            if ledger["taken"] != ledger["exported"] or ledger["dropped"]:
                complaints.append(f"at the end the ledger is {ledger}")
    return complaints


if __name__ == "__main__":
    sys.exit(outcome.of("interop_xray_documents", check))
