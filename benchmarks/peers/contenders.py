# SPDX-License-Identifier: MIT
"""Whom sonde is compared with, and how their programs come to be: C++ ones are built by CMake where their library is found,
those of Rust and Go once by their own tools, Python's packages are installed into an environment of their own."""
import collections
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import lttng
import outcome
import virtual_environment

HERE = pathlib.Path(__file__).resolve().parent
PLAIN, JSON, GRPC = "http/protobuf", "http/json", "grpc"
MILLION = 1_000_000
PYTHON_PACKAGES = ("opentelemetry-sdk==1.44.0", "opentelemetry-exporter-otlp-proto-http==1.44.0")

# `times_spans`: can be timed span by span. `spans`: so many a run that exports; `protocols`: those it exports by. `within`:
# what must be there while it runs.
Contender = collections.namedtuple("Contender", "name command times_spans spans protocols note within", defaults=("", None))


def say(line):
    print(line, file=sys.stderr, flush=True)


def built(folder, programs, command):
    """A folder with the `programs` that `command` makes, in its {output}, of a folder beside this file; kept under that one's
    name and content."""
    sources = sorted(path for path in (HERE / folder).rglob("*") if path.is_file())
    made_of = hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in sources)).hexdigest()[:12]
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "sonde"
    kept = cache / f"peers-{folder}-{made_of}"
    if kept.exists():
        return kept
    if shutil.which(command[0]) is None:
        raise outcome.Unavailable(f"there is no `{command[0]}` on the PATH")
    say(f"building benchmarks/peers/{folder} with {command[0]}; once")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as output:
        made = subprocess.run([part.format(output=output) for part in command], cwd=HERE / folder, text=True, check=False,
                              capture_output=True, env={**os.environ, "CGO_ENABLED": "0", "GOWORK": "off"})
        if made.returncode != 0:
            raise outcome.Unavailable(f"{command[0]} cannot build it: {' / '.join(made.stderr.strip().splitlines()[-2:])}")
        only = pathlib.Path(output) / "only"
        only.mkdir()
        for program in programs:
            os.replace(pathlib.Path(output) / program, only / pathlib.Path(program).name)
        os.replace(only, kept)  # appears whole or not at all
    return kept


def pinned(file, pattern):
    """The version of a library that a file beside this one asks for."""
    return re.search(pattern + r"([\d.]+)", (HERE / file).read_text())[1]


def crate(name):
    return pinned("rust/Cargo.toml", rf'{name} = (?:{{ version = )?"=')


def rust(program):
    names = ("fastrace", "opentelemetry", "tracing")
    command = ["cargo", "build", "--release", "--locked", "--target-dir", "{output}"]
    return (built("rust", [f"release/{each}" for each in names], command) / program,)


def go():
    return (built("go", ["go"], ["go", "build", "-o", "{output}/go", "."]) / "go",)


def python():
    return virtual_environment.of(*PYTHON_PACKAGES)[1], HERE / "python" / "export.py"


def sink():
    """The backend that counts what is exported."""
    return built("sink", ["sink"], ["go", "build", "-o", "{output}/sink", "."]) / "sink"


def cpp(programs, name):
    if not (program := programs / f"peer_{name}").exists():
        raise outcome.Unavailable("its library was not found when the benchmarks were configured")
    return (program,)


LINES = "no spans: one log line each, which says how long it took"


def known(programs):
    """Name in PEERS, and what makes the contender; in the order of the table."""
    return {
        "fastrace": lambda: Contender(f"fastrace {crate('fastrace')} (Rust)", rust("fastrace"), True, MILLION, (PLAIN,),
                                      "attributes are text; exports through OpenTelemetry's Rust exporter"),
        "rust": lambda: Contender(f"OpenTelemetry Rust SDK {crate('opentelemetry_sdk')}", rust("opentelemetry"), True, MILLION,
                                  (PLAIN, JSON, GRPC), "its spans are not made active, which costs more"),
        "tracing": lambda: Contender(f"tracing {crate('tracing')}, the Rust SDK", rust("tracing"), True, MILLION, (PLAIN,)),
        "go": lambda: Contender(f"OpenTelemetry Go SDK {pinned('go/go.mod', 'otel/sdk v')}", go(), True, MILLION, (PLAIN, GRPC)),
        "opentelemetry": lambda: Contender("OpenTelemetry C++ SDK", cpp(programs, "opentelemetry"), True, 0, (),
                                           "its OTLP exporter is not asked for"),
        "python": lambda: Contender(f"OpenTelemetry Python SDK {PYTHON_PACKAGES[0].partition('==')[2]}", python(), False, MILLION // 20,
                                    (PLAIN,), "compared by export alone"),
        "lttng": lambda: Contender("LTTng-UST", cpp(programs, "lttng"), True, 0, (),
                                   "no spans: two events each, into buffers in memory that are overwritten; knows no OTLP",
                                   lttng.tracing),
        "tracy": lambda: Contender("Tracy", cpp(programs, "tracy"), True, 0, (),
                                   "zones, kept in memory; attributes have no keys; knows no OTLP"),
        "quill": lambda: Contender("quill", cpp(programs, "quill"), True, 0, (), f"{LINES}; its other thread never sleeps"),
        "spdlog": lambda: Contender("spdlog, asynchronous", cpp(programs, "spdlog"), True, 0, (), LINES),
    }


def at_hand(programs):
    """sonde first."""
    yield Contender("sonde", (programs / "peer_sonde",), True, MILLION, (PLAIN, JSON, GRPC))
    peers = known(programs)
    wanted = os.environ.get("PEERS", " ".join(peers)).split()
    for unknown in set(wanted) - set(peers):
        say(f"PEERS: there is no '{unknown}'")
    for name, make in peers.items():
        if name not in wanted:
            continue
        try:
            contender = make()
            if contender.within:
                with contender.within():  # so that what is missing is said before anything is timed
                    pass
            yield contender
        except outcome.Unavailable as why:
            print(f"{name}: left out: {why}", flush=True)
