# SPDX-License-Identifier: MIT
"""What a child span costs the thread that makes it: each program times bursts that its queue holds, and waits between them
until what it queued is gone. The clock's two reads per burst hardly count."""
import collections
import contextlib
import subprocess

import contenders
import processes

BURST, BURSTS = 2000, 150
LONGEST = 60  # seconds, of one run


def measure(field, turns):
    """For each contender its runs: nanoseconds without attributes, and with three. And why some have none."""
    found, failed = collections.defaultdict(list), {}
    settings = {"OTEL_BSP_MAX_QUEUE_SIZE": str(10 * BURST)}
    with contextlib.ExitStack() as around:
        for each in field:
            if each.within:
                around.enter_context(each.within())
        for turn in range(turns):
            contenders.say(f"a span: turn {turn + 1} of {turns}")
            for each in field:
                if not each.times_spans or each in failed:
                    continue
                try:
                    done = subprocess.run([*each.command, "spans", str(BURST), str(BURSTS)], text=True, capture_output=True,
                                          check=True, env={**processes.clean_environment(), **settings}, timeout=LONGEST)
                    found[each].append(tuple(map(float, done.stdout.split())))
                except (subprocess.SubprocessError, ValueError) as why:
                    failed[each] = f"{each.name}: {getattr(why, 'stderr', None) or why}".strip()
                    found.pop(each, None)
    return found, failed
