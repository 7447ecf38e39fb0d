// SPDX-License-Identifier: MIT
// OpenTelemetry's Go SDK at the work of benchmarks/peers: `go export SPANS ROUND` or `go spans BURST BURSTS`; the rest from OTEL_*.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"slices"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
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

type discard struct{}

func (discard) ExportSpans(context.Context, []sdk.ReadOnlySpan) error { return nil }
func (discard) Shutdown(context.Context) error                        { return nil }

func makePlain(ctx context.Context, tracer trace.Tracer, _ int) {
	_, span := tracer.Start(ctx, "home-activities")
	span.End()
}

func makeThree(ctx context.Context, tracer trace.Tracer, i int) {
	_, span := tracer.Start(ctx, "home-activities")
	span.SetAttributes(attribute.Int("app.count", i), attribute.Bool("app.cached", i&1 != 0),
		attribute.String("user.handle", "sixteen chars ok"))
	span.End()
}

func export(ctx context.Context, spans, round int) {
	provider := sdk.NewTracerProvider(sdk.WithBatcher(exporter(ctx)))
	tracer := provider.Tracer("bench")
	under, root := tracer.Start(ctx, "root")
	for made := 0; made < spans; made += round {
		for i := made; i < min(made+round, spans); i++ {
			makeThree(under, tracer, i)
		}
		must(0, provider.ForceFlush(ctx))
	}
	root.End()
	must(0, provider.Shutdown(ctx))
}

// Says what a span costs its goroutine, in ns, without attributes and with three: medians over bursts, which alternate.
func timeBursts(ctx context.Context, burst, bursts int) {
	provider := sdk.NewTracerProvider(sdk.WithBatcher(discard{}))
	tracer := provider.Tracer("bench")
	ctx, _ = tracer.Start(ctx, "root")
	var costs [2][]float64
	for range bursts {
		for which, make := range []func(context.Context, trace.Tracer, int){makePlain, makeThree} {
			begun := time.Now()
			for i := range burst {
				make(ctx, tracer, i)
			}
			costs[which] = append(costs[which], float64(time.Since(begun).Nanoseconds())/float64(burst))
			must(0, provider.ForceFlush(ctx))
		}
	}
	slices.Sort(costs[0])
	slices.Sort(costs[1])
	fmt.Printf("%.2f %.2f\n", costs[0][bursts/2], costs[1][bursts/2])
}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("export SPANS ROUND, or spans BURST BURSTS")
	}
	first, second := must(strconv.Atoi(os.Args[2])), must(strconv.Atoi(os.Args[3]))
	switch os.Args[1] {
	case "export":
		export(context.Background(), first, second)
	case "spans":
		timeBursts(context.Background(), first, second)
	}
}
