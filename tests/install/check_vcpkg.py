#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the vcpkg port with stand-ins for vcpkg's functions, looks at what it installs as vcpkg does, and configures the project
that the port's `usage` tells a user to write. What the manifest says is compared by check_recipes.py.
Usage: check_vcpkg.py <checkout> <scratch>"""
import json
import pathlib
import re
import sys

from running import Failed, check_tree, empty_directory, environment, outcome_of, run

HERE = pathlib.Path(__file__).resolve().parent

# https://learn.microsoft.com/vcpkg/reference/vcpkg-json
FIELDS = {"name", "version", "description", "license", "homepage", "documentation", "supports", "dependencies",
          "default-features", "features"}


def check_manifest(port):
    unknown = {name for name in json.loads((port / "vcpkg.json").read_text()) if not name.startswith("$")} - FIELDS
    if unknown:
        raise Failed(f"vcpkg.json has fields that vcpkg does not know: {', '.join(sorted(unknown))}")


def check_installed(source, packages):
    """vcpkg's own checks after a build: licence and usage there, nothing where it does not belong, no path of this machine."""
    check_tree(source, packages / "include")
    rest = {path.relative_to(packages).as_posix() for path in packages.rglob("*") if path.is_file()}
    rest = {path for path in rest if not path.startswith("include/")}
    config = {f"share/sonde/sonde-{name}.cmake" for name in ("config", "config-version", "targets", "dependencies")}
    if rest != config | {"share/sonde/copyright", "share/sonde/usage"}:
        raise Failed(f"the port installs {sorted(rest)}")
    if (packages / "share/sonde/copyright").read_text() != (source / "LICENSE").read_text():
        raise Failed("copyright is not the licence")
    empty = [path for path in packages.rglob("*") if path.is_dir() and not any(path.iterdir())]
    if empty:
        raise Failed(f"empty directories: {', '.join(map(str, empty))}")
    for path in (packages / "share").rglob("*"):
        if path.is_file() and (str(packages) in path.read_text() or str(source) in path.read_text()):
            raise Failed(f"{path.name} holds a path of this machine")


def check_usage(packages, user, build):
    """The project of `usage` finds the package and all its headers."""
    lines = re.findall(r"^  (\w+\(.*\))$", (packages / "share/sonde/usage").read_text(), re.MULTILINE)
    if [line.partition("(")[0] for line in lines] != ["find_package", "target_link_libraries"]:
        raise Failed(f"usage tells to write {lines}")
    (user / "main.cpp").write_bytes((HERE / "user/main.cpp").read_bytes())
    (user / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.25)\nproject(user LANGUAGES CXX)\n"
                                         f"add_executable(main main.cpp)\n{lines[0]}\n{lines[1]}\n")
    run("cmake", "-S", user, "-B", build, f"-DCMAKE_PREFIX_PATH={packages}", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON",
        env=environment())
    command = json.loads((build / "compile_commands.json").read_text())[0]["command"]
    if f"-isystem {packages}/include" not in command:
        raise Failed(f"the compiler is not told where the headers are: {command}")


def main():
    source, scratch = pathlib.Path(sys.argv[1]).resolve(), empty_directory(sys.argv[2]).resolve()
    port, packages = source / "packaging/vcpkg/sonde", scratch / "packages/sonde_x64-linux"

    def check():
        check_manifest(port)
        run("cmake", f"-DPORT_DIR={port}", f"-DCURRENT_PACKAGES_DIR={packages}",
            f"-DCURRENT_BUILDTREES_DIR={scratch / 'buildtrees'}", "-P", HERE / "vcpkg.cmake", env=environment())
        check_installed(source, packages)
        check_usage(packages, empty_directory(scratch / "user"), scratch / "build")

    return outcome_of("install_vcpkg", check)


if __name__ == "__main__":
    sys.exit(main())
