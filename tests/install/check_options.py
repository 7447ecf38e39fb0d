#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The flags of config.hpp are options of both builds, under the same names and defaults, and reach whoever uses the package.
Nothing is compiled. Usage: check_options.py <checkout> <scratch>"""
import json
import pathlib
import re
import sys

from running import Failed, empty_directory, environment, install_with_cmake, outcome_of, run, tool
from targets import flags_of

HERE = pathlib.Path(__file__).resolve().parent

OFF = "-DSONDE_ENABLED=0"

# CMake's way to say it, Meson's, and what a user's compiler must be told.
SETTINGS = {
    "defaults": ((), (), set()),
    "all changed": (("-DSONDE_ENABLED=OFF", "-DSONDE_MIN_LEVEL=3", "-DSONDE_CAPTURE_LOCATION=OFF"),
                    ("-Denabled=false", "-Dmin_level=3", "-Dcapture_location=false"),
                    {OFF, "-DSONDE_MIN_LEVEL=3", "-DSONDE_CAPTURE_LOCATION=0"}),
}


def flags_in(text):
    return set(re.findall(r"-DSONDE_\S+", text))


def expect(what, found, wanted):
    if found != wanted:
        raise Failed(f"{what}: {found or 'nothing'} instead of {wanted or 'nothing'}")
    print(f"{what}: {' '.join(sorted(map(str, found))) or 'nothing'}")


def flags_with_cmake(source, scratch, options):
    """What a user's compiler is told who finds the installed package."""
    install_with_cmake(source, scratch / "sonde", scratch / "prefix", *options)
    user = empty_directory(scratch / "user")
    (user / "main.cpp").write_text("int main() {}\n")
    (user / "CMakeLists.txt").write_bytes((HERE / "wrong_use.cmake").read_bytes())
    run("cmake", "-S", user, "-B", scratch / "build", f"-DCMAKE_PREFIX_PATH={scratch / 'prefix'}", "-DWANTED=CONFIG;REQUIRED",
        "-DLINKED=sonde::session", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", env=environment())
    return flags_in(json.loads((scratch / "build/compile_commands.json").read_text())[0]["command"])


def flags_with_meson(source, scratch, options):
    run(tool("meson", "meson"), "setup", "--prefix", scratch / "prefix", "--libdir", "lib", *options, scratch / "sonde", source,
        env=environment())
    run("meson", "install", "--no-rebuild", "-C", scratch / "sonde", env=environment())
    env = environment(PKG_CONFIG_PATH=str(scratch / "prefix/lib/pkgconfig"))
    expect("sonde-disabled", flags_in(run("pkg-config", "--cflags", "sonde-disabled", env=env)) & {OFF}, {OFF})
    return flags_in(run("pkg-config", "--cflags", "sonde-session", env=env))


def options_of_cmake(build):
    """Name and default of each option, beside those that say what to build."""
    listed = re.findall(r"^SONDE_(\w+):(?:BOOL|STRING)=(\w+)$", run("cmake", "-LA", "-N", "-B", build), re.MULTILINE)
    return {(name, {"ON": "1", "OFF": "0"}.get(value, value)) for name, value in listed
            if not name.startswith("BUILD_") and name != "INSTALL"}


def options_of_meson(build):
    listed = json.loads(run("meson", "introspect", "--buildoptions", build))
    return {(each["name"].upper(), str(int(each["value"]))) for each in listed
            if each["section"] == "user" and each["name"] != "examples"}


def main():
    source, scratch = pathlib.Path(sys.argv[1]).resolve(), empty_directory(sys.argv[2]).resolve()

    def check():
        for setting, (of_cmake, of_meson, wanted) in SETTINGS.items():
            where = scratch / setting.replace(" ", "_")
            expect(f"CMake, {setting}", flags_with_cmake(source, where / "cmake", of_cmake), wanted)
            expect(f"Meson, {setting}", flags_with_meson(source, where / "meson", of_meson), wanted)
        expect("options of CMake", options_of_cmake(scratch / "defaults/cmake/sonde"), flags_of(source))
        expect("options of Meson", options_of_meson(scratch / "defaults/meson/sonde"), flags_of(source))

    return outcome_of("install_options", check)


if __name__ == "__main__":
    sys.exit(main())
