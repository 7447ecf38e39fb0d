# SPDX-License-Identifier: MIT
"""A Flask service with the OpenTelemetry SDK or the AWS X-Ray SDK in it, as users set them up; check_python_sdks.py
runs it in an environment that has them. Usage: python_service.py otel|aws <name of the service>

`/call?url=…` asks that URL and returns what came back, `/unsampled?url=…` does so where the X-Ray SDK samples nothing,
`/tell` says what the request brought: its headers, and what the SDK makes of them. `/recorded` lists the spans of the
OpenTelemetry SDK; the X-Ray SDK sends its documents to AWS_XRAY_DAEMON_ADDRESS.
"""
import contextlib
import sys
import threading

import flask
import requests
import werkzeug.serving

app = flask.Flask("python_service")


@app.get("/call")
@app.get("/unsampled")
def call():
    with in_call():
        reply = requests.get(flask.request.args["url"], timeout=60)
    return flask.Response(reply.content, reply.status_code, content_type="application/json")


@app.get("/tell")
def tell():
    headers = flask.request.headers
    return {"headers": {name.lower(): headers.getlist(name) for name in headers.keys()}, **context()}


def with_opentelemetry(name):
    """Propagators and sampler are in the environment."""
    from opentelemetry import baggage, context as contexts, trace
    from opentelemetry.instrumentation.flask import FlaskInstrumentor
    from opentelemetry.instrumentation.requests import RequestsInstrumentor
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    memory = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(memory))
    trace.set_tracer_provider(provider)
    FlaskInstrumentor().instrument_app(app, excluded_urls="recorded")
    RequestsInstrumentor().instrument()

    @app.get("/recorded")
    def recorded():
        return [{"trace_id": f"{span.context.trace_id:032x}", "id": f"{span.context.span_id:016x}",
                 "parent": f"{span.parent.span_id:016x}" if span.parent else "",
                 "kind": span.kind.name.lower(), "service": name} for span in memory.get_finished_spans()]

    @contextlib.contextmanager
    def with_baggage():
        held = baggage.set_baggage(f"plain.{name}", "a=b:c/d")
        token = contexts.attach(baggage.set_baggage(f"encoded.{name}", "Andréw, 1%", held))
        yield
        contexts.detach(token)

    def told():
        own = trace.get_current_span().get_span_context()
        return {"trace_id": f"{own.trace_id:032x}", "sampled": own.trace_flags.sampled,
                "tracestate": own.trace_state.to_header(), "baggage": dict(baggage.get_all())}
    return with_baggage, told


def with_xray(name):
    from aws_xray_sdk.core import patch, xray_recorder
    from aws_xray_sdk.core.sampling.local.sampler import LocalSampler
    from aws_xray_sdk.ext.flask.middleware import XRayMiddleware

    none_of = {"description": "none", "host": "*", "http_method": "*", "url_path": "/unsampled",
               "fixed_target": 0, "rate": 0}
    all_else = {"fixed_target": 0, "rate": 1}
    xray_recorder.configure(service=name, sampler=LocalSampler({"version": 2, "rules": [none_of], "default": all_else}))
    XRayMiddleware(app, xray_recorder)
    patch(["requests"])
    return contextlib.nullcontext, lambda: {"sampled": bool(xray_recorder.current_segment().sampled)}


def stop_with_input(server):
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    in_call, context = {"otel": with_opentelemetry, "aws": with_xray}[sys.argv[1]](sys.argv[2])
    made = werkzeug.serving.make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=stop_with_input, args=[made]).start()
    print(f"listening on {made.server_port}", flush=True)
    made.serve_forever()
