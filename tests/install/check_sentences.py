#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A wrong use is answered with a sentence that says what to do, and what is missing stops only who needs it. Nothing is
compiled. Usage: check_sentences.py <checkout> <scratch>"""
import pathlib
import sys

from running import Failed, empty_directory, environment, install_with_cmake, outcome_of, run, tool
from targets import version_of

HERE = pathlib.Path(__file__).resolve().parent

NEEDS_CURL = "sonde::otlp needs libcurl 7.87 or newer (Debian and Ubuntu: libcurl4-openssl-dev)"
NEEDS_FMT = "sonde::log needs fmt 9 or newer (Debian and Ubuntu: libfmt-dev)"
NEEDS_BOOST = "sonde::attributes needs the Boost headers 1.75 or newer (Debian and Ubuntu: libboost1.81-dev)"


class Project:
    """One build directory, configured again and again with other settings."""

    def __init__(self, scratch, *options):
        self.source, self.build, self.options = scratch / "user", scratch / "build", options
        self.source.mkdir(parents=True)
        (self.source / "CMakeLists.txt").write_bytes((HERE / "wrong_use.cmake").read_bytes())
        (self.source / "main.cpp").write_text("int main() {}\n")

    def says(self, sentence, succeeds=False, wanted="", linked="sonde::sonde", without=()):
        hidden = [f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}={'ON' if name in without else 'OFF'}"
                  for name in ("fmt", "Boost", "CURL", "ZLIB")]
        printed = run("cmake", "-S", self.source, "-B", self.build, f"-DWANTED={wanted}", f"-DLINKED={linked}", *hidden,
                      *self.options, succeeds=succeeds, env=environment())
        # CMake breaks the lines of messages that find_package prints.
        if sentence not in " ".join(printed.split()):
            raise Failed(f"{sentence!r} is not in what CMake printed (WANTED={wanted}, LINKED={linked}, without {without}):\n"
                         f"{printed}")
        print("said:", sentence)


def check_installed(source, scratch):
    install_with_cmake(source, scratch / "sonde", scratch / "prefix")
    user = Project(scratch, f"-DCMAKE_PREFIX_PATH={scratch / 'prefix'}")
    major, minor, patch = map(int, version_of(source).split("."))

    def required(*components):
        return ";".join(("CONFIG", "REQUIRED", "COMPONENTS", *components))

    everything = ("fmt", "Boost", "CURL", "ZLIB")
    user.says("Generating done", succeeds=True, wanted="CONFIG;REQUIRED", without=everything)
    user.says("Generating done", succeeds=True, wanted=required("sonde", "disabled"), linked="sonde::disabled",
              without=everything)
    user.says("Generating done", succeeds=True, wanted=required("log"), linked="sonde::log", without=("Boost", "CURL", "ZLIB"))
    user.says(NEEDS_CURL, wanted="CONFIG;REQUIRED", linked="sonde::otlp", without=("CURL",))
    user.says(NEEDS_BOOST, wanted="CONFIG;REQUIRED", linked="sonde::all", without=("Boost",))
    user.says(NEEDS_CURL + ", which was not found.", wanted=required("otlp"), without=("CURL",))
    user.says(NEEDS_FMT.replace("::log", "::all") + ", which was not found.", wanted=required("all"), without=("fmt",))
    user.says("sonde has no component 'oltp', only sonde, log, session, attributes, otlp,", wanted=required("log", "oltp"))
    user.says("otlp: , log: TRUE", succeeds=True, wanted="CONFIG;REQUIRED;OPTIONAL_COMPONENTS;otlp;log", without=("CURL",))
    user.says("otlp: TRUE, log: TRUE", succeeds=True, wanted="CONFIG;REQUIRED;OPTIONAL_COMPONENTS;otlp;log")
    user.says("Generating done", succeeds=True, wanted=f"{major}.{minor};CONFIG;REQUIRED")
    user.says("Generating done", succeeds=True, wanted=f"{major}.{minor}.{patch};EXACT;CONFIG;REQUIRED")
    for other in (f"{major}.{minor}.{patch + 1}", f"{major}.{minor + 1}", f"{major + 1}.0"):
        user.says(f'compatible with requested version "{other}"', wanted=f"{other};CONFIG;REQUIRED")


def check_contained(source, scratch):
    user = Project(scratch, f"-DSONDE_CHECKOUT={source}")
    user.says("Generating done", succeeds=True, without=("fmt", "Boost", "CURL", "ZLIB"))
    user.says(NEEDS_CURL, linked="sonde::otlp", without=("CURL",))
    user.says(NEEDS_FMT, linked="sonde::log", without=("fmt",))
    user.options += ("-DSONDE_MIN_LEVEL=7",)
    user.says("sonde: SONDE_MIN_LEVEL is '7', but must be a number from 0 to 5")


def check_meson(source, scratch):
    user = empty_directory(scratch / "user")
    (user / "subprojects").mkdir()
    (user / "subprojects/sonde").symlink_to(source)
    (user / "subprojects/sonde.wrap").write_bytes((source / "packaging/meson/sonde.wrap").read_bytes())
    (user / "meson.build").write_text("project('user', 'cpp')\ndependency('sonde')\ndependency('sonde-otlp')\n")
    # Without pkg-config and CMake, Meson finds neither libcurl nor fmt.
    printed = run(tool("meson", "meson"), "setup", "--wrap-mode=nodownload", scratch / "build", user, succeeds=False,
                  env=environment(PKG_CONFIG="no-such-program", CMAKE="no-such-program"))
    for sentence in ("libcurl 7.87 or newer (Debian and Ubuntu: libcurl4-openssl-dev) was not found; needed by sonde-otlp",
                     "meson.build:3:0: ERROR: Dependency 'sonde-otlp' is required but not found"):
        if sentence not in printed:
            raise Failed(f"{sentence!r} is not in what Meson printed:\n{printed}")
        print("said:", sentence)


def main():
    source, scratch = pathlib.Path(sys.argv[1]).resolve(), empty_directory(sys.argv[2]).resolve()

    def check():
        check_installed(source, scratch / "installed")
        check_contained(source, scratch / "contained")
        check_meson(source, scratch / "meson")

    return outcome_of("install_sentences", check)


if __name__ == "__main__":
    sys.exit(main())
