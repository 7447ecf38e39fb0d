# SPDX-License-Identifier: MIT
"""The rules of Rollbar's API for an item, as its reference gives them: what must be there, of which type, how long. Held against
our items and, to see that the rules are right, those of Rollbar's own client."""
import json
import re

LEVELS = ("critical", "error", "warning", "info", "debug")
LENGTHS = {"environment": 255, "context": 255, "title": 255, "code_version": 40, "uuid": 36}
BODIES = ("trace", "trace_chain", "message", "crash_report")


def complaints(raw):
    """What is wrong with a request's body, as bytes."""
    try:
        data = json.loads(raw.decode("utf-8"))["data"]
    except (ValueError, KeyError, TypeError) as error:
        return [f"no item: {error!r}"]
    found = [f"{key} is missing" for key in ("environment", "body") if key not in data]
    for key, longest in LENGTHS.items():
        if key in data and not (isinstance(data[key], str) and 0 < len(data[key]) <= longest):
            found.append(f"{key} is {data[key]!r}")
    if data.get("level", "error") not in LEVELS:
        found.append(f"level is {data['level']!r}")
    if not isinstance(data.get("timestamp", 0), int) or data.get("timestamp", 0) > 10**10:
        found.append("timestamp is not in whole seconds")
    if not re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", data.get("uuid", "")):
        found.append(f"uuid {data.get('uuid')!r} is no lowercase v4")
    for key in ("request", "person", "server", "client", "custom", "notifier"):
        if not isinstance(data.get(key, {}), dict):
            found.append(f"{key} is no object")
    if "person" in data and not 0 < len(str(data["person"].get("id", ""))) <= 40:
        found.append("person has no id")
    body = data.get("body", {})
    if sum(variant in body for variant in BODIES) != 1:
        found.append(f"body has {sorted(body)}")
    for trace in [body["trace"]] if "trace" in body else body.get("trace_chain", []):
        if not isinstance(trace.get("frames"), list) or not all(frame.get("filename") for frame in trace["frames"]):
            found.append("a frame without a file")
        if any(frame.get("lineno") == 0 for frame in trace["frames"]):
            found.append("line 0")
        if not trace.get("exception", {}).get("class"):
            found.append("an exception without class")
    if "message" in body and not body["message"].get("body"):
        found.append("an empty message")
    telemetry = body.get("telemetry", [])
    if len(telemetry) > 100 or telemetry != sorted(telemetry, key=lambda each: each["timestamp_ms"]):
        found.append("telemetry is too long, or not oldest first")
    return found
