# SPDX-License-Identifier: MIT
"""Records with OpenTelemetry's own SDK what same_calls.cpp records, call by call; all settings are in the environment.
Run inside an environment that has PACKAGES."""
import logging
import warnings

PACKAGES = ["opentelemetry-sdk==1.44.0", "opentelemetry-exporter-otlp-proto-http==1.44.0"]


class OutOfStock(RuntimeError):
    __module__ = "builtins"  # a type without namespace, as in C++


def answer_request(tracer, trace, log):
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
    headers = {"traceparent": "00-5b8efff798038103d269b633813fc60c-eee19b7ec3c1b174-01", "tracestate": "vendor=1"}
    incoming = TraceContextTextMapPropagator().extract(headers)
    with tracer.start_as_current_span("GET /orders/:id", incoming, trace.SpanKind.SERVER) as span:
        span.set_attribute("http.request.method", "GET")
        span.set_attribute("http.response.status_code", 500)
        span.set_attribute("app.ratio", 0.25)
        span.set_attribute("app.cached", False)
        span.set_attribute("app.least", -2 ** 63)
        span.set_attribute("app.empty", "")
        span.set_attribute("app.text", "h\u00e9llo \u2028 \"x\"")
        span.set_attribute("app.tags", ["a", "b"])
        span.set_attribute("app.sizes", [1, -2])
        span.set_attribute("app.weights", [0.5, 1.5])
        span.set_attribute("app.flags", [True, False])
        span.set_attribute("app.nothing", [])
        span.set_attribute("app.tries", 1)
        span.set_attribute("app.tries", 2)
        span.add_event("cache.miss", {"key": "order:7", "size": 3})
        log.info("order %d asked for", 7,
                 extra={"app.tries": 2, "app.ratio": 0.25, "app.cached": False, "app.user": "andrew"})
        load_order(tracer, trace, log, trace.get_current_span(incoming).get_span_context())
        charge(tracer, trace, log)
        pass_on(tracer, trace, log)
        log.warning("slow")
        log.error("500")


def load_order(tracer, trace, log, caller):
    with tracer.start_as_current_span("load order", kind=trace.SpanKind.CLIENT) as span:
        span.set_attribute("db.system.name", "postgresql")
        span.set_attribute("db.rows", 3)
        span.add_link(caller, {"why": "retry", "times": 2})
        log.debug("loading %d", 7)
        with tracer.start_as_current_span("decode") as decoding:
            decoding.update_name("decode json")
            decoding.add_event("decoded", {"bytes": 1024, "ratio": 0.5, "whole": True})
            decoding.add_event("checked")
        span.set_status(trace.StatusCode.ERROR, "late")
        span.set_status(trace.StatusCode.OK)
        span.set_status(trace.StatusCode.ERROR, "too late to say")


def charge(tracer, trace, log):
    try:
        with tracer.start_as_current_span("charge"):
            raise OutOfStock("only 3 left")
    except OutOfStock as error:
        trace.get_current_span().record_exception(error)
        log.error("only 3 left", exc_info=error)


def pass_on(tracer, trace, log):
    with tracer.start_as_current_span("publish", kind=trace.SpanKind.PRODUCER) as span:
        span.set_attribute("messaging.destination.name", "orders")
        span.set_status(trace.StatusCode.ERROR, "broker away")
        sent = span.get_span_context()
    with tracer.start_as_current_span("consume", kind=trace.SpanKind.CONSUMER) as span:
        span.add_link(sent)
        log.critical("no broker")


def main():
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    tracers, loggers = TracerProvider(), LoggerProvider()
    tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    loggers.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    warnings.simplefilter("ignore", DeprecationWarning)  # the handler has moved to a package of its own
    log = logging.getLogger("shop")
    log.setLevel(logging.DEBUG)
    log.propagate = False
    log.addHandler(LoggingHandler(logger_provider=loggers))
    tracer = tracers.get_tracer("shop", "1.0")
    answer_request(tracer, trace, log)
    with tracer.start_as_current_span("tick"):
        pass
    log.info("apart from any span")
    tracers.shutdown()
    loggers.shutdown()


if __name__ == "__main__":
    main()
