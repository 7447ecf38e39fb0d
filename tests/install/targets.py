# SPDX-License-Identifier: MIT
"""What sonde's build files say of its targets, libraries, version and flags. The recipes in packaging/ and meson.build say it
again in their own words; the checks compare."""
import re


def version_of(source):
    """The version that version.hpp defines."""
    header = (source / "include/sonde/version.hpp").read_text()
    return ".".join(re.findall(r"#define SONDE_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", header))


def flags_of(source):
    """Name and default of each flag of config.hpp."""
    header = (source / "include/sonde/config.hpp").read_text()
    return set(re.findall(r"^#ifndef SONDE_(\w+)\n#define SONDE_\1 (\d)", header, re.MULTILINE))


def libraries_of(source):
    """By CMake's name of the package: the oldest version that will do, and Debian's package."""
    lines = re.findall(r'^sonde_dependency\((\w+) (\S+) \S+ (?:"[^"]+"|\S+) (\S+)\)',
                       (source / "cmake/dependencies.cmake").read_text(), re.MULTILINE)
    return {name: (version, debian) for name, version, debian in lines}


def targets_of(source):
    """By target: the packages of the libraries that linking it brings, by CMake's names."""
    needs = {}
    for words in re.findall(r"^sonde_add_target\(([^)]+)\)", (source / "CMakeLists.txt").read_text(), re.MULTILINE):
        linked, _, packages = words.partition(" NEEDS ")
        name, *linked = linked.split()
        needs[name] = set(packages.split())
        for target in linked:
            needs[name] |= needs.get(target.removeprefix("sonde::"), set()) if target.startswith("sonde::") else set()
    return needs


def optional_targets_of(source):
    """The same for those that a package manager lets one choose."""
    return {name: needs for name, needs in targets_of(source).items() if needs}
