// SPDX-License-Identifier: MIT
// OpenTelemetry's Go SDK at the work of benchmarks/runtime/otlp_export.cpp: `go-export SPANS ROUND`, the rest from OTEL_*.
package main

import (
	"context"
	"log"
	"os"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/trace"
)

func must[Value any](value Value, err error) Value {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func exporter(ctx context.Context) *otlptrace.Exporter {
	if os.Getenv("OTEL_EXPORTER_OTLP_PROTOCOL") == "grpc" {
		return must(otlptracegrpc.New(ctx))
	}
	return must(otlptracehttp.New(ctx))
}

func main() {
	spans, round := must(strconv.Atoi(os.Args[1])), must(strconv.Atoi(os.Args[2]))
	ctx := context.Background()
	provider := trace.NewTracerProvider(trace.WithBatcher(exporter(ctx)))
	tracer := provider.Tracer("bench")
	ctx, root := tracer.Start(ctx, "root")
	for made := 0; made < spans; made += round {
		for i := made; i < min(made+round, spans); i++ {
			_, span := tracer.Start(ctx, "home-activities")
			span.SetAttributes(attribute.Int("app.count", i), attribute.Bool("app.cached", i&1 != 0),
				attribute.String("user.handle", "sixteen chars ok"))
			span.End()
		}
		must(0, provider.ForceFlush(ctx))
	}
	root.End()
	must(0, provider.Shutdown(ctx))
}
