# SPDX-License-Identifier: MIT
"""A tracing session of LTTng for benchmarks/peers/cpp/lttng.cpp: a flight recorder, which nobody reads, by the session daemon
that runs or by one of its own."""
import contextlib
import os
import shutil
import subprocess
import tempfile

import outcome
import processes


def lttng(*arguments, check=True):
    done = subprocess.run(["lttng", "--no-sessiond", *arguments], text=True, capture_output=True, check=False)
    if check and done.returncode != 0:
        raise outcome.Unavailable(f"lttng {arguments[0]}: {(done.stderr or done.stdout).strip()[-200:]}")
    return done.returncode == 0


@contextlib.contextmanager
def tracing():
    """The events of the provider sonde_bench go into buffers of 4 MiB for each processor."""
    if shutil.which("lttng") is None:
        raise outcome.Unavailable("there is no `lttng` on the PATH (Debian: lttng-tools)")
    with contextlib.ExitStack() as done_later:
        session = f"sonde-bench-{os.getpid()}"
        if not lttng("list", check=False):
            home = done_later.enter_context(tempfile.TemporaryDirectory())
            before = os.environ.get("LTTNG_HOME")
            os.environ["LTTNG_HOME"] = home  # where traced programs look for the daemon, too
            done_later.callback(lambda: os.environ.pop("LTTNG_HOME") if before is None
                                else os.environ.update(LTTNG_HOME=before))
            daemon = subprocess.Popen(["lttng-sessiond", "--no-kernel", "--quiet"], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL, preexec_fn=processes.die_with_parent)
            done_later.callback(lambda: (daemon.terminate(), daemon.wait(20)))
            try:
                processes.until(lambda: daemon.poll() is not None or lttng("list", check=False), "the session daemon answers", 20)
            except outcome.Failed as why:
                raise outcome.Unavailable(f"lttng-sessiond: {why}") from why
        lttng("create", session, "--snapshot", f"--output={tempfile.gettempdir()}/{session}")
        done_later.callback(lambda: lttng("destroy", session, check=False))
        lttng("enable-channel", "--userspace", f"--session={session}", "--subbuf-size=1M", "--num-subbuf=4", "spans")
        lttng("enable-event", "--userspace", f"--session={session}", "--channel=spans", "sonde_bench:*")
        lttng("start", session)
        yield
