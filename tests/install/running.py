# SPDX-License-Identifier: MIT
"""What the install checks share: running commands, and judging a user's program and an installed tree."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
from outcome import Failed, Unavailable
from outcome import of as outcome_of


def tool(name, package):
    """The path of a program of a Debian package."""
    path = shutil.which(name)
    if path is None:
        raise Unavailable(f"{name} was not found; install {package}")
    return path


def run(*command, succeeds=True, **options):
    """Runs a command and returns what it printed, on both streams. One that ends otherwise than expected is a failure."""
    command = [str(part) for part in command]
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options)
    if (ran.returncode == 0) != succeeds:
        raise Failed(f"`{' '.join(command)}` {'failed' if succeeds else 'succeeded, and should not have'}:\n{ran.stdout}")
    return ran.stdout


def environment(**more):
    """The environment of a build: ccache where it is installed, nothing that sonde reads, no package of the user's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "SONDE_", "AWS_", "ROLLBAR_"))}
    if shutil.which("ccache"):
        kept["CMAKE_CXX_COMPILER_LAUNCHER"] = "ccache"
    return {**kept, "CMAKE_GENERATOR": "Ninja", "NO_COLOR": "1", **more}


def empty_directory(path):
    path = pathlib.Path(path)
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def install_with_cmake(source, build, prefix, *options):
    """The package alone, configured and installed."""
    run("cmake", "-S", source, "-B", build, f"-DCMAKE_INSTALL_PREFIX={prefix}", "-DSONDE_BUILD_TESTS=OFF",
        "-DSONDE_BUILD_EXAMPLES=OFF", "-DSONDE_BUILD_BENCHMARKS=OFF", *options, env=environment())
    run("cmake", "--install", build, env=environment())


def check_tree(source, include):
    """The installed headers are those of the checkout: no more, no fewer, the same bytes."""
    def files(root):
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}

    wanted, found = files(source / "include"), files(include)
    differing = {name for name in wanted.keys() & found.keys() if wanted[name] != found[name]}
    for names, what in ((wanted.keys() - found.keys(), "not installed"),
                        (found.keys() - wanted.keys(), "installed, but not ours"),
                        (differing, "installed with other contents")):
        if names:
            raise Failed(f"{what}: {', '.join(sorted(names))}")
    if not wanted:
        raise Failed("there are no headers to compare")
    print(f"{len(wanted)} headers installed")


def check_trace(printed):
    """The user's program told where it sends what, and printed its trace: the span and its attribute."""
    for pattern in (r"^sonde: user -> console", r"^trace [0-9a-f]{32}  .*1 span$", r" installed  main\.cpp:8$",
                    r" app\.answer=42$"):
        if not re.search(pattern, printed, re.MULTILINE):
            raise Failed(f"nothing that the program printed matches {pattern}:\n{printed}")


def check_live(program):
    """The program prints its trace, to standard error."""
    ran = subprocess.run([program], capture_output=True, text=True, check=False, env=environment(), timeout=60)
    check_trace(ran.stderr)
    if ran.returncode != 0 or ran.stdout:
        raise Failed(f"{program} ended with exit code {ran.returncode} and wrote to standard output:\n{ran.stdout}")


def check_off(program):
    """The same program, switched off, prints nothing."""
    ran = subprocess.run([program], capture_output=True, text=True, check=False, env=environment(), timeout=60)
    if ran.returncode != 0 or ran.stdout or ran.stderr:
        raise Failed(f"{program} ended with exit code {ran.returncode} and printed:\n{ran.stdout}{ran.stderr}")
