# SPDX-License-Identifier: MIT
"""OpenTelemetry's Python SDK at the work of benchmarks/peers: `export.py export SPANS ROUND`, the rest from OTEL_*."""
import sys

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

spans, round_of = int(sys.argv[2]), int(sys.argv[3])
provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
tracer = provider.get_tracer("bench")
with tracer.start_as_current_span("root"):
    for made in range(0, spans, round_of):
        for i in range(made, min(made + round_of, spans)):
            with tracer.start_as_current_span("home-activities") as span:
                span.set_attribute("app.count", i)
                span.set_attribute("app.cached", i & 1 != 0)
                span.set_attribute("user.handle", "sixteen chars ok")
        if not provider.force_flush(120_000):
            sys.exit("not flushed")
provider.shutdown()
