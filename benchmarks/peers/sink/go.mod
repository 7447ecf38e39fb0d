module sonde/benchmarks/sink

go 1.24
