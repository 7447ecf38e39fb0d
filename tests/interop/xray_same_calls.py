# SPDX-License-Identifier: MIT
"""The calls of `same` in xray_session.cpp, made with AWS's SDK for Python; its documents go to AWS_XRAY_DAEMON_ADDRESS. With
plugins as arguments, these are used, and asked at AWS_EC2_METADATA_SERVICE_ENDPOINT. In AWS Lambda: a subsegment in another."""
import os
import sys

from aws_xray_sdk.core import xray_recorder
from aws_xray_sdk.core.plugins import ec2_plugin

ec2_plugin.IMDS_URL = os.environ.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1/") + "latest/"
xray_recorder.configure(service="same-calls", sampling=False, plugins=tuple(sys.argv[1:]))

if "LAMBDA_TASK_ROOT" in os.environ:  # there the segment is Lambda's
    with xray_recorder.in_subsegment("handler"), xray_recorder.in_subsegment("inner"):
        pass
    sys.exit()

request = xray_recorder.begin_segment("same-calls")
request.put_http_meta("method", "GET")
request.put_http_meta("url", "http://shop.example.com/cart")
request.put_http_meta("user_agent", "curl/8.0")
request.put_http_meta("client_ip", "203.0.113.7")
request.put_http_meta("status", 200)
request.put_http_meta("content_length", 17)
request.set_user("worf")
request.set_service({"version": "1.2"})
request.put_annotation("text", "h\u00e9llo")
request.put_annotation("number", 42)
request.put_annotation("ratio", 0.5)
request.put_annotation("flag", True)
request.put_metadata("count", 3)
request.put_metadata("now", {"handle": "worf", "size": "3"}, "user_activities")
request.put_metadata("list", [1, 2, 3], "user_activities")
with xray_recorder.in_subsegment("outer"):
    with xray_recorder.in_subsegment("inner"):
        pass
for status, path in (503, "/stock"), (429, "/rates"), (404, "/nothing"):
    with xray_recorder.in_subsegment("api.example.com", namespace="remote") as call:
        call.put_http_meta("method", "GET")
        call.put_http_meta("url", "http://api.example.com" + path)
        call.put_http_meta("status", status)
try:
    with xray_recorder.in_subsegment("failing"):
        try:
            raise IndexError("no such handle")
        except IndexError as inner:
            raise RuntimeError("cannot load") from inner
except RuntimeError:
    pass
xray_recorder.end_segment()
