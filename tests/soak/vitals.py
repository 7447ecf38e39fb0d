# SPDX-License-Identifier: MIT
"""What a process takes of the machine: blocks and bytes of its heap (heap_use.cpp), memory, descriptors and threads by /proc;
sampled on a thread."""
import collections
import os
import pathlib
import re
import statistics
import struct
import threading
import time


Sample = collections.namedtuple("Sample", "blocks heap resident descriptors threads")  # heap and resident: bytes


def sample(pid, heap_use):
    """`heap_use`: the file that the process writes it to."""
    resident = int(re.search(r"^RssAnon:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)[1]) * 1024
    return Sample(*struct.unpack("qq", heap_use.read_bytes()), resident, len(os.listdir(f"/proc/{pid}/fd")),
                  len(os.listdir(f"/proc/{pid}/task")))


class Vitals:
    def __init__(self, process, heap_use, every):
        self.process, self.heap_use, self.every = process, heap_use, every
        self.samples = []  # (seconds since the start, sample)
        self.began = time.monotonic()
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def now(self):
        return sample(self.process.pid, self.heap_use)

    def run(self):
        while not self.ended.wait(self.every):
            try:
                self.samples.append((time.monotonic() - self.began, self.now()))
            except OSError:  # it has ended
                return

    def end(self):
        self.ended.set()
        self.thread.join()

    def part(self, first, last):
        """The samples of this part of the time: 0 is the start, 1 the end."""
        total = self.samples[-1][0]
        return [each for at, each in self.samples if first <= at / total <= last]

    def median(self, first, last):
        return Sample(*(statistics.median(column) for column in zip(*self.part(first, last))))

    def most(self):
        return Sample(*(max(column) for column in zip(*self.part(0, 1))))
