# SPDX-License-Identifier: MIT
"""What a datagram for the X-Ray daemon may be, written from AWS's developer guide ("AWS X-Ray segment documents", "Sending trace
data to AWS X-Ray") and the limits that the service is known to have. Knows nothing of sonde."""
import json
import re

HEADER = b'{"format": "json", "version": 1}'
MOST_BYTES = 64_000  # header and document; IPv4 has room for 65,507, the service takes 64 kB
ID = re.compile(r"[0-9a-f]{16}")
TRACE_ID = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")
TIME = re.compile(r"\d{9,10}\.\d{6,9}")
ANNOTATION_KEY = re.compile(r"[A-Za-z0-9_.]{1,500}")
NAME_EXTRAS = "_.:/%&#=+\\-@"

BOTH = {"name", "id", "start_time", "end_time", "in_progress", "http", "error", "throttle", "fault", "cause", "annotations",
        "metadata", "aws", "subsegments", "trace_id", "parent_id", "links"}
SEGMENT = BOTH | {"service", "user", "origin"}
SUBSEGMENT = BOTH | {"type", "namespace", "precursor_ids", "sql", "traced"}
REQUEST = {"method": str, "url": str, "user_agent": str, "client_ip": str, "x_forwarded_for": bool, "traced": bool}
RESPONSE = {"status": int, "content_length": int}
SQL = {"connection_string", "url", "sanitized_query", "database_type", "database_version", "driver_version", "user", "preparation"}
AWS_SEGMENT = {"account_id", "ec2", "ecs", "eks", "elastic_beanstalk", "cloudwatch_logs", "xray"}
AWS_SUBSEGMENT = {"operation", "account_id", "region", "request_id", "queue_url", "table_name", "resource_names"}
EXCEPTION = {"id": str, "message": str, "type": str, "remote": bool, "truncated": int, "skipped": int, "cause": str, "stack": list}


class Number(float):
    """A number with a point or an exponent, and how it was written."""
    def __new__(cls, text):
        made = super().__new__(cls, text)
        made.text = text
        return made


def strict(text):
    """JSON without what only Python takes: NaN, Infinity, the same key twice."""
    def refuse(word):
        raise ValueError(f"{word} is no JSON")

    def unique(pairs):
        keys = [key for key, _ in pairs]
        if len(set(keys)) != len(keys):
            raise ValueError(f"a key comes twice: {keys}")
        return dict(pairs)
    return json.loads(text, parse_constant=refuse, parse_float=Number, object_pairs_hook=unique)


def read(datagram):
    """The document; raises ValueError where there is none."""
    head, separator, document = datagram.partition(b"\n")
    if not separator or json.loads(head) != json.loads(HEADER):
        raise ValueError(f"the header is {head[:100]!r}")
    if len(datagram) > MOST_BYTES:
        raise ValueError(f"it has {len(datagram)} bytes")
    if not re.search(rb'"id":"[0-9a-f]{16}"', document):
        raise ValueError("the daemon would not find its id: there is a blank behind the colon, or none at all")
    return strict(document.decode("utf-8"))


def name_fault(name):
    if not isinstance(name, str) or not 1 <= len(name) <= 200:
        return f"the name {name!r} is empty, too long or no text"
    odd = [c for c in name if not (c.isalpha() or c.isdigit() or c.isnumeric() or c.isspace() or c in NAME_EXTRAS)]
    control = [c for c in name if c.isspace() and c != " " and ord(c) < 32]
    return f"the name {name!r} has {odd + control}" if odd or control else None


def typed(found, kinds, where):
    """Faults of an object whose members have these types."""
    if not isinstance(found, dict):
        return [f"{where} is {found!r}"]
    faults = [f"{where} has {key}" for key in found if key not in kinds]
    return faults + [f"{where}.{key} is {value!r}" for key, value in found.items()
                     if key in kinds and (not isinstance(value, kinds[key]) or (kinds[key] is int and isinstance(value, bool)))]


def cause_faults(cause):
    if isinstance(cause, str):
        return [] if ID.fullmatch(cause) else [f"cause is {cause!r}"]
    faults = typed(cause, {"working_directory": str, "paths": list, "exceptions": list}, "cause")
    known = {one.get("id") for one in cause.get("exceptions", [])}
    if not known:
        faults.append("cause has no exceptions")
    for one in cause.get("exceptions", []):
        faults += typed(one, EXCEPTION, "exception")
        if not ID.fullmatch(one.get("id", "")):
            faults.append(f"an exception has the id {one.get('id')!r}")
        if "cause" in one and (one["cause"] not in known or one["cause"] == one.get("id")):
            faults.append(f"an exception is caused by {one['cause']!r}, which is not there")
        for frame in one.get("stack", []):
            faults += typed(frame, {"path": str, "line": int, "label": str}, "frame")
    return faults


def block_faults(document, nested):
    faults = []
    if "http" in document:
        faults += typed(document["http"], {"request": dict, "response": dict}, "http")
        faults += typed(document["http"].get("request", {}), REQUEST, "http.request")
        faults += typed(document["http"].get("response", {}), RESPONSE, "http.response")
    if "sql" in document:
        faults += typed(document["sql"], dict.fromkeys(SQL, str), "sql")
        url = document["sql"].get("url")
        if re.search(r"://[^/]*:[^/]*@|password=[^;]", f"{url}{document['sql'].get('connection_string')}"):
            faults.append("sql has a password in it")
        if url is not None and not re.fullmatch(r"\S*//[^/]+/\S+", url):
            faults.append(f"sql.url is {url!r}, for which the Collector's receiver refuses the document")
    if "aws" in document:
        faults += [f"aws has {key}" for key in document["aws"] if key not in (AWS_SUBSEGMENT if nested else AWS_SEGMENT)]
        if "xray" in document["aws"]:
            faults += typed(document["aws"]["xray"], {"sdk": str, "sdk_version": str, "auto_instrumentation": bool,
                                                      "sampling_rule_name": str}, "aws.xray")
    if "service" in document:
        faults += typed(document["service"], dict.fromkeys(document["service"], str), "service")
    for key, value in document.get("annotations", {}).items():
        if not ANNOTATION_KEY.fullmatch(key):
            faults.append(f"annotation key {key!r}")
        if not isinstance(value, (str, int, float, bool)) or (isinstance(value, str) and len(value) > 1000):
            faults.append(f"annotation {key} is {str(value)[:80]!r}")
    for space, held in document.get("metadata", {}).items():
        if not isinstance(held, dict) or space.upper().startswith("AWS."):
            faults.append(f"metadata namespace {space!r} is {str(held)[:80]!r}")
    for one in document.get("links", []):
        faults += typed(one, {"trace_id": str, "id": str, "attributes": dict}, "link")
        if not TRACE_ID.fullmatch(one.get("trace_id", "")) or not ID.fullmatch(one.get("id", "")):
            faults.append(f"a link leads to {one}")
    for key in ("user", "origin"):
        if key in document and not (isinstance(document[key], str) and 1 <= len(document[key]) <= 250):
            faults.append(f"{key} is {document[key]!r}")
    return faults


def document_faults(document, nested=False):
    """What is wrong with a document as X-Ray would read it; `nested`: it stands within another."""
    alone = not nested and document.get("type") == "subsegment"
    faults = [f"it has {key}" for key in document if key not in (SUBSEGMENT if nested or alone else SEGMENT)]
    if fault := name_fault(document.get("name")):
        faults.append(fault)
    if not ID.fullmatch(document.get("id", "")) or set(document["id"]) == {"0"}:
        faults.append(f"its id is {document.get('id')!r}")
    if nested and "trace_id" in document:
        faults.append("it is nested and has a trace_id")
    if not nested and not TRACE_ID.fullmatch(document.get("trace_id", "")):
        faults.append(f"its trace_id is {document.get('trace_id')!r}")
    if "parent_id" in document and (not ID.fullmatch(document["parent_id"]) or document["parent_id"] == document["id"]):
        faults.append(f"its parent_id is {document['parent_id']!r}")
    if alone and "parent_id" not in document:
        faults.append("it is a subsegment alone, without a parent_id")
    if ("end_time" in document) == ("in_progress" in document) or document.get("in_progress", True) is not True:
        faults.append(f"end_time {document.get('end_time')!r}, in_progress {document.get('in_progress')!r}")
    for key in ("start_time", "end_time"):
        if key in document and not (isinstance(document[key], Number) and TIME.fullmatch(document[key].text)):
            faults.append(f"{key} is written {getattr(document[key], 'text', document[key])!r}")
    if document.get("end_time", float("inf")) < document.get("start_time", 0):
        faults.append("it ends before it begins")
    faults += [f"{key} is {document[key]!r}" for key in ("error", "throttle", "fault", "traced")
               if key in document and document[key] is not True]
    if "throttle" in document and "error" not in document:
        faults.append("it is throttled and no error")
    if document.get("namespace", "aws") not in ("aws", "remote"):
        faults.append(f"its namespace is {document['namespace']!r}")
    if "cause" in document:
        faults += cause_faults(document["cause"])
    faults += block_faults(document, nested or alone)
    for below in document.get("subsegments", []):
        faults += [f"{below.get('name')!r}: {fault}" for fault in document_faults(below, nested=True)]
    return faults


def walk(document, parent=None):
    """Each document of a tree with the id of the one above it; those streamed alone name theirs."""
    yield document, parent or document.get("parent_id")
    for below in document.get("subsegments", []):
        yield from walk(below, document["id"])


def faults(datagrams):
    """All that is wrong with these datagrams, by themselves and together; and the documents."""
    found, documents = [], []
    for each in datagrams:
        try:
            document = read(each)
        except ValueError as why:
            found.append(f"a datagram cannot be read: {why}: {each[:200]!r}")
            continue
        documents.append(document)
        found += [f"{document.get('name')!r}: {fault}" for fault in document_faults(document)]
    seen, exceptions, referred = set(), set(), set()
    for document in documents:
        for one, _ in walk(document):
            once = one["id"], "in_progress" in one  # one while it is open, one when it has ended
            if once in seen:
                found.append(f"{one['name']!r}: the id {one['id']} comes twice")
            seen.add(once)
            cause = one.get("cause")
            if isinstance(cause, str):
                referred.add(cause)
            elif cause:
                exceptions |= {each.get("id") for each in cause["exceptions"]}
    if referred - exceptions:
        found.append(f"causes that are nowhere: {referred - exceptions}")
    return found, documents


def self_check():
    """Complaints where a document that is broken in one place passes, or one that is not fails: nothing else here means
    anything then."""
    good = {"name": "a", "id": "53995c3f42cd8ad8", "trace_id": "1-581cf771-a006649127e371903a2de979", "start_time": 1478293361.271,
            "end_time": 1478293361.449}

    def datagram(document):
        text = re.sub(r"(\d{10}\.\d+)", lambda m: f"{float(m[1]):.6f}", json.dumps(document, separators=(",", ":"), allow_nan=True))
        return b'{"format":"json","version":1}\n' + text.encode()
    below = {key: good[key] for key in ("name", "start_time", "end_time")} | {"id": "53995c3f42cd8ad9"}
    alone = good | {"type": "subsegment", "parent_id": "53995c3f42cd8ad0", "namespace": "aws"}
    fine = [good, good | {"subsegments": [below]}, alone, alone | {"sql": {"url": "sqlite//local/cruddur"}},
            {key: good[key] for key in good if key != "end_time"} | {"in_progress": True}, good | {"annotations": {"a_1": 0.5}}]
    broken = [good | change for change in (
        {"name": "a?"}, {"name": ""}, {"name": "a" * 201}, {"id": "0" * 16}, {"id": "12"}, {"trace_id": "x"}, {"in_progress": True},
        {"fault": False}, {"throttle": True}, {"annotations": {"a-b": 1}}, {"annotations": {"a": [1]}}, {"metadata": {"AWS.x": {}}},
        {"metadata": {"x": 1}}, {"metadata": {"x": {"a": float("nan")}}}, {"namespace": "aws"},
        {"cause": {"exceptions": [{"message": "x"}]}}, {"cause": "53995c3f42cd8ad8"}, {"end_time": 1478293360.5},
        {"end_time": 1478293362}, {"surprise": 1}, {"links": [{}]}, {"subsegments": [below | {"trace_id": good["trace_id"]}]},
        {"type": "subsegment"}, {"user": "u" * 300}, {"http": {"response": {"status": "200"}}},
        {"metadata": {"x": {"big": "y" * 64_000}}}, {"subsegments": [below | {"id": good["id"]}]})]
    broken += [alone | {"sql": {"url": "cruddur"}}, alone | {"sql": {"connection_string": "postgres://a:b@c/d"}}]
    complaints = [f"the validator refuses {each}: {faults([datagram(each)])[0]}" for each in fine if faults([datagram(each)])[0]]
    complaints += [f"the validator takes {str(each)[:300]}" for each in broken if not faults([datagram(each)])[0]]
    raw = datagram(good)
    for each in (raw.replace(b'"id":"', b'"id": "'), raw.replace(b"\n", b""), raw.replace(b"json", b"text"), raw + b"}",
                 raw.replace(b"1478293361.271000", b"1.478293361271e9"), raw.replace(b'"a"', b'"\xff"'),
                 raw.replace(b'"name":"a"', b'"name":"a","name":"a"')):
        if not faults([each])[0]:
            complaints.append(f"the validator takes {each!r}")
    return complaints
