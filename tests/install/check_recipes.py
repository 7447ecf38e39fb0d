#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""CMakeLists.txt says which target needs which library, and version.hpp which version this is. meson.build, the recipes in
packaging/ and the headers themselves must agree. Usage: check_recipes.py <checkout> <compiler>"""
import ast
import configparser
import json
import pathlib
import re
import sys

from running import Failed, outcome_of, run
from targets import libraries_of, optional_targets_of, targets_of, version_of

# The libraries by the names each of them is known under: CMake, Meson, Conan, vcpkg, and the directory or file of its headers.
NAMES = {
    "fmt": ("fmt", "fmt", ("fmt",), "fmt/"),
    "Boost": ("boost", "boost", ("boost-headers", "boost-pfr"), "boost/"),
    "CURL": ("libcurl", "libcurl", ("curl",), "curl/"),
    "ZLIB": ("zlib", "zlib", ("zlib",), "zlib.h"),
    "nlohmann_json": ("nlohmann_json", "nlohmann_json", ("nlohmann-json",), "nlohmann/"),
}
MESON, CONAN, VCPKG, HEADERS = range(4)


def expect(what, found, wanted):
    if found != wanted:
        raise Failed(f"{what}: {found}, not {wanted}")
    print(f"{what}: agreed")


def renamed(needs, system):
    """The packages of each target, by the names of another system."""
    return {target: {NAMES[package][system] for package in packages} for target, packages in needs.items()}


def literal_after(text, start):
    """The Python literal that follows `start = `; Meson's dictionaries and lists are such too."""
    tree = ast.parse(text[re.search(rf"^{start} = ", text, re.MULTILINE).start():].partition("\n}\n")[0] + "\n}")
    return ast.literal_eval(tree.body[0].value)


def check_versions(source):
    version = version_of(source)
    expect("version as text", re.findall(r'version\[\] = "(.*)"', (source / "include/sonde/version.hpp").read_text()), [version])
    expect("version of the vcpkg port", json.loads((source / "packaging/vcpkg/sonde/vcpkg.json").read_text())["version"], version)
    wrap = configparser.ConfigParser()
    wrap.read(source / "packaging/meson/sonde.wrap")
    expect("revision of the wrap", wrap["wrap-git"]["revision"], f"v{version}")
    expect("dependencies of the wrap", {name.strip() for name in wrap["provide"]["dependency_names"].split(",")},
           {"sonde" if target == "sonde" else f"sonde-{target}" for target in targets_of(source)})


def check_meson(source):
    text = (source / "meson.build").read_text()
    expect("targets in meson.build", {target: set(names) for target, names in literal_after(text, "needs").items()},
           renamed(optional_targets_of(source), MESON))
    expect("libraries in meson.build", {name: tuple(details) for name, details in literal_after(text, "wanted").items()},
           {NAMES[name][MESON]: details for name, details in libraries_of(source).items()})


def check_conan(source):
    text = (source / "packaging/conan/conanfile.py").read_text()
    needs = {}
    for target, requires in literal_after(text, "NEEDS").items():
        needs[target] = {name.partition("::")[0] for name in requires if "::" in name}
        needs[target].update(*(needs[name] for name in requires if name in needs))
    wanted = renamed(optional_targets_of(source), CONAN)
    wanted.pop("all")
    expect("targets of the Conan recipe", needs, wanted)
    versions = ast.literal_eval(re.search(r"^VERSIONS = (.*)$", text, re.MULTILINE)[1])
    expect("libraries of the Conan recipe", versions,
           {NAMES[name][CONAN]: f"[>={version}]" for name, (version, _) in libraries_of(source).items()})


def check_vcpkg(source):
    port = json.loads((source / "packaging/vcpkg/sonde/vcpkg.json").read_text())
    expect("name and licence of the vcpkg port", (port["name"], port["license"]), ("sonde", "MIT"))

    def needs_of(feature):
        packages = set()
        for dependency in port["features"][feature]["dependencies"]:
            if isinstance(dependency, str):
                packages.add(dependency)
            elif dependency["name"] == "sonde":
                packages.update(*(needs_of(other) for other in dependency["features"]))
            else:
                packages.add(dependency["name"])
        return packages

    wanted = {target: set().union(*packages) for target, packages in renamed(optional_targets_of(source), VCPKG).items()}
    expect("features of the vcpkg port", {feature: needs_of(feature) for feature in port["features"]}, wanted)
    if not set(port["default-features"]) <= wanted.keys():
        raise Failed(f"default-features {port['default-features']} are not all features")


def check_packages(source):
    listed = {line.split()[0] for line in (source / "scripts/packages.txt").read_text().splitlines() if line.strip()}
    missing = {debian for _, debian in libraries_of(source).values()} - listed
    if missing:
        raise Failed(f"scripts/packages.txt lacks {', '.join(sorted(missing))}")


def check_headers(source, compiler):
    """An entry header includes no library that its target does not link."""
    targets = targets_of(source)
    include = source / "include/sonde"
    entries = {f"{name}.hpp": name for name in ("sonde", "log", "session", "attributes")}
    for path in sorted((include / "adapters").glob("*.hpp")):
        entries[f"adapters/{path.name}"] = path.stem if path.stem in targets else "session"
    for header, target in entries.items():
        included = run(compiler, "-std=c++20", "-M", "-I", source / "include", "-x", "c++", include / header)
        found = {package for package, names in NAMES.items() if f"/{names[HEADERS]}" in included}
        if found - targets[target]:
            raise Failed(f"{header} includes {', '.join(sorted(found - targets[target]))}, which sonde::{target} does not link")
        print(f"{header}: {', '.join(sorted(found)) or 'no library'}")


def main():
    source, compiler = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]

    def check():
        check_versions(source)
        check_meson(source)
        check_conan(source)
        check_vcpkg(source)
        check_packages(source)
        check_headers(source, compiler)

    return outcome_of("recipes", check)


if __name__ == "__main__":
    sys.exit(main())
