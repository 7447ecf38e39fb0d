# SPDX-License-Identifier: MIT
"""Spans exported over OTLP on loopback: processor time of the whole exporting process, and bytes on the wire."""
import collections
import os
import statistics
import subprocess
import tempfile
import threading

import contenders
import outcome
import processes
from contenders import GRPC, JSON, PLAIN, say

BATCH = 512
ROUND = 20 * BATCH   # spans between two flushes, less than any queue holds: nothing need be dropped
LONGEST = 300        # seconds, of one run


class Entry(collections.namedtuple("Entry", "contender protocol compression")):
    """A line of the table."""

    def label(self):
        return f"{self.protocol}{', gzip' if self.compression == 'gzip' else ''}: {self.contender.name}"


class Sink:
    """The backend that counts; used with `with`."""

    def __init__(self):
        self.process = subprocess.Popen([contenders.sink()], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        preexec_fn=processes.die_with_parent)
        self.port = int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.process.stdin.close()
        self.process.wait(10)

    def counted(self):
        """Bytes and spans since the last time."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        _, size, spans = map(int, self.process.stdout.readline().split())
        return size, spans


def run(entry, sink):
    """Seconds of processor time per million spans, and bytes per span; raises outcome.Failed where not every span arrived."""
    made = entry.contender.spans
    settings = {"OTEL_SERVICE_NAME": "bench", "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{sink.port}",
                "OTEL_EXPORTER_OTLP_PROTOCOL": entry.protocol, "OTEL_EXPORTER_OTLP_COMPRESSION": entry.compression,
                "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": str(BATCH), "OTEL_BSP_MAX_QUEUE_SIZE": str(2 * ROUND)}
    sink.counted()
    with tempfile.TemporaryFile("w+") as said:
        child = subprocess.Popen([*entry.contender.command, "export", str(made), str(ROUND)], stdout=said, stderr=said,
                                 env={**processes.clean_environment(), **settings}, preexec_fn=processes.die_with_parent)
        too_long = threading.Timer(LONGEST, child.kill)
        too_long.start()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        too_long.cancel()
        said.seek(0)
        last = said.read().strip().rpartition("\n")[2]
    size, arrived = sink.counted()
    if child.returncode != 0 or arrived != made:
        raise outcome.Failed(f"exit code {child.returncode}, {arrived} of {made} spans arrived: {last}")
    return (used.ru_utime + used.ru_stime) / made * 1e6, size / made


def measure(entries, sink, turns):
    """What each run of each entry found; for those that failed, why."""
    found, failed = collections.defaultdict(list), {}
    for turn in range(turns):
        for entry in entries:
            if entry in failed:
                continue
            say(f"turn {turn + 1} of {turns}: {entry.label()}")
            try:
                found[entry].append(run(entry, sink))
            except outcome.Failed as why:
                failed[entry] = f"{entry.label()}: {why}"
    return found, failed


def table(entries, found, failed):
    def row(*columns):
        print("| {:<54} | {:>19} | {:>19} |".format(*columns))

    def cell(which, form, runs, floors):
        """The ratio to sonde turn by turn, and the figure itself."""
        figure = form.format(statistics.median(each[which] for each in runs))
        ratios = [each[which] / floor[which] for each, floor in zip(runs, floors)]
        return f"{statistics.median(ratios):.2f} x, {figure}" if ratios else figure

    row("exported over OTLP on loopback, sonde = 1", "CPU per million", "bytes per span")
    print(f"|{'-' * 56}|{'-' * 20}:|{'-' * 20}:|")
    for entry in entries:
        floor = next(each for each in entries if each[1:] == entry[1:])
        floors = found[floor] if floor not in failed else []
        row(entry.label(), *("no figures", "") if entry in failed else
            (cell(0, "{:.2f} s", found[entry], floors), cell(1, "{:.1f}", found[entry], floors)))
    for why in failed.values():
        print(why)


def measure_all(field, turns):
    """Entries of the table, what was found for each, and why some have nothing."""
    exporting = [each for each in field if each.spans]
    try:
        sink = Sink()
    except outcome.Unavailable as why:
        print(f"export over OTLP: left out: the backend that counts: {why}")
        return [], {}, {}
    with sink:
        entries = [Entry(each, protocol, compression) for protocol in (PLAIN, JSON, GRPC) for compression in ("none", "gzip")
                   for each in exporting if protocol in each.protocols]
        return entries, *measure(entries, sink, turns)
