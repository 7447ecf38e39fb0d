#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the Conan package, builds and runs a user's program with it, and looks at what all its options give. Nothing is fetched:
the libraries that sonde links are the system's (tests/install/conan). Usage: check_conan.py <checkout> <scratch>

Conan is installed once into a virtual environment in the user's cache."""
import json
import pathlib
import re
import subprocess
import sys

from running import Failed, check_trace, check_tree, empty_directory, environment, outcome_of, run
from targets import flags_of, libraries_of, optional_targets_of, version_of
import virtual_environment

CONAN = "conan==2.34.0"
HERE = pathlib.Path(__file__).resolve().parent


def conan_program():
    home, _ = virtual_environment.of(CONAN)
    return home / "bin" / "conan"


class Conan:
    """Conan with a home of its own, and no remotes."""

    def __init__(self, scratch):
        self.program = conan_program()
        self.environment = environment(CONAN_HOME=str(scratch / "home"))
        self("profile", "detect")

    def __call__(self, *command, **options):
        return run(self.program, *command, env=self.environment, **options)

    def json(self, *command):
        """What the command answers with --format=json, its messages left out."""
        ran = subprocess.run([self.program, *command, "--format=json"], capture_output=True, text=True, check=False,
                             env=self.environment)
        if ran.returncode != 0:
            raise Failed(f"`conan {' '.join(map(str, command))}` failed:\n{ran.stderr}")
        return json.loads(ran.stdout)


def expect(what, found, wanted):
    if found != wanted:
        raise Failed(f"{what}: {found}, not {wanted}")
    print(f"{what}: {found}")


def check(source, scratch):
    recipe = source / "packaging/conan"
    conan = Conan(scratch)
    facts = conan.json("inspect", recipe)
    optional = set(optional_targets_of(source)) - {"all"}
    flags = {name.lower(): default for name, default in flags_of(source)}
    expect("version", facts["version"], version_of(source))
    expect("options", set(facts["options_definitions"]), optional | set(flags))
    expect("defaults of the flags", {name: str(int(facts["default_options"][name])) for name in flags}, flags)
    for package, (version, _) in libraries_of(source).items():
        name = "libcurl" if package == "CURL" else package.lower()
        conan("export", HERE / "conan", "--name", name, "--version", version + ".0")  # the oldest that the build takes

    settings = ("-nr", "-c", "tools.cmake.cmaketoolchain:generator=Ninja", "-s", "compiler.cppstd=20", "-s", "build_type=Debug",
                "--build=missing")
    printed = conan("create", recipe, *settings, "-c", f"tools.cmake.cmake_layout:test_folder={scratch / 'test'}")
    check_trace(printed)
    conan("create", recipe, "-nr", "-s", "compiler.cppstd=17", "-tf=", succeeds=False)

    # Everything on, and every flag changed: what does a user's compiler and linker get?
    chosen = [f"-o=sonde/*:{target}=True" for target in optional]
    chosen += ["-o=sonde/*:enabled=False", "-o=sonde/*:min_level=3", "-o=sonde/*:capture_location=False"]
    graph = conan.json("install", "--requires", f"sonde/{version_of(source)}", *settings, *chosen, "-g", "CMakeDeps", "-of",
                       scratch / "generators")
    package, = (node["package_folder"] for node in graph["graph"]["nodes"].values() if node["name"] == "sonde")
    check_tree(source, pathlib.Path(package) / "include")
    user = empty_directory(scratch / "user")
    (user / "main.cpp").write_text("int main() {}\n")
    (user / "CMakeLists.txt").write_bytes((HERE / "wrong_use.cmake").read_bytes())
    run("cmake", "-S", user, "-B", scratch / "build", f"-DCMAKE_PREFIX_PATH={scratch / 'generators'}", "-DCMAKE_BUILD_TYPE=Debug",
        "-DWANTED=CONFIG;REQUIRED", "-DLINKED=sonde::all", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", env=environment())
    command = json.loads((scratch / "build/compile_commands.json").read_text())[0]["command"]
    expect("flags", set(re.findall(r"-DSONDE_\S+", command)),
           {"-DSONDE_ENABLED=0", "-DSONDE_MIN_LEVEL=3", "-DSONDE_CAPTURE_LOCATION=0"})
    ninja = (scratch / "build/build.ninja").read_text()
    linked = " ".join(re.findall(r"^  LINK_LIBRARIES = (.*)$", ninja, re.MULTILINE))
    libraries = set(re.findall(r"-l(\w+)", linked))
    expect("libraries", libraries & {"fmt", "curl", "z"}, {"fmt", "curl", "z"})


def main():
    source, scratch = pathlib.Path(sys.argv[1]).resolve(), empty_directory(sys.argv[2]).resolve()
    return outcome_of("install_conan", lambda: check(source, scratch))


if __name__ == "__main__":
    sys.exit(main())
