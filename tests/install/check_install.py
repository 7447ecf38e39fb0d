#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds a user's project in one of the ways users take, and runs it. Usage: check_install.py <way> <checkout> <scratch>

  cmake         installed, found by find_package
  meson         installed, found by pkg-config; the examples build too
  subdirectory  add_subdirectory; what sonde does to the parent project is watched
  fetchcontent  FetchContent, watched likewise
  subproject    Meson's subprojects/ with packaging/meson/sonde.wrap
  include_path  nothing but -I, and fmt where it is switched on
"""
import json
import os
import pathlib
import sys

from running import (Failed, check_live, check_off, check_tree, empty_directory, environment, install_with_cmake, outcome_of, run,
                     tool)
from targets import version_of

HERE = pathlib.Path(__file__).resolve().parent


def write_user(scratch, *files):
    """A user's project in a directory of its own: main.cpp, and files of tests/install/user under the names they need."""
    user = scratch / "user"
    user.mkdir()
    for name in ("main.cpp", *files):
        target = "CMakeLists.txt" if name.endswith(".cmake") else name
        (user / target).write_bytes((HERE / "user" / name).read_bytes())
    return user


def build_with_cmake(source, build, *options):
    run("cmake", "-S", source, "-B", build, *options, env=environment())
    run("cmake", "--build", build, env=environment())


def cmake(source, scratch):
    install_with_cmake(source, scratch / "sonde", scratch / "built")
    prefix = (scratch / "built").rename(scratch / "moved")  # a package may be unpacked anywhere
    check_tree(source, prefix / "include")
    user = write_user(scratch, "find_package.cmake")
    build_with_cmake(user, scratch / "build", f"-DCMAKE_PREFIX_PATH={prefix}")
    check_live(scratch / "build/live")
    check_off(scratch / "build/off")


def meson(source, scratch):
    command = tool("meson", "meson")
    build = scratch / "sonde"
    run(command, "setup", "--prefix", scratch / "prefix", "--libdir", "lib", "-Dexamples=true", "-Ddebug=false", build, source,
        env=environment())
    check_examples(source, build, command)
    run(command, "compile", "-C", build, env=environment())
    if "└─ bake" not in run(build / "examples/hello", env=environment()):
        raise Failed("examples/hello does not print its trace")
    run(command, "install", "--no-rebuild", "-C", build, env=environment())
    check_tree(source, scratch / "prefix/include")
    installed = environment(PKG_CONFIG_PATH=str(scratch / "prefix/lib/pkgconfig"))
    build_with_meson(write_user(scratch, "meson.build"), scratch / "build", installed, "live")
    version = run("pkg-config", "--modversion", "sonde-session", env=installed).strip()
    if version != version_of(source):
        raise Failed(f"pkg-config says version {version}, version.hpp {version_of(source)}")


def check_examples(source, build, command):
    """Every example is built: here all their libraries are found. examples/a/b/main.cpp is a-b."""
    examples = source / "examples"
    wanted = {path.stem for path in examples.glob("*.cpp")}
    wanted |= {"-".join(path.parent.relative_to(examples).parts) for path in examples.rglob("main.cpp")}
    found = {target["name"] for target in json.loads(run(command, "introspect", "--targets", build, env=environment()))}
    if wanted != found:
        raise Failed(f"examples are {sorted(wanted)}, but Meson builds {sorted(found)}; see examples/meson.build")


def build_with_meson(user, build, env, *targets):
    run("meson", "setup", "--wrap-mode=nodownload", "-Ddebug=false", build, user, env=env)
    run("meson", "compile", "-C", build, *targets, env=env)
    check_live(build / "live")


def subproject(source, scratch):
    command = tool("meson", "meson")
    user = write_user(scratch, "meson.build")
    (user / "subprojects").mkdir()
    (user / "subprojects/sonde").symlink_to(source)
    (user / "subprojects/sonde.wrap").write_bytes((source / "packaging/meson/sonde.wrap").read_bytes())
    build_with_meson(user, scratch / "build", environment(PKG_CONFIG_PATH=""))
    check_off(scratch / "build/off")
    installed = json.loads(run(command, "introspect", "--installed", scratch / "build"))
    if installed:
        raise Failed(f"a parent project would install sonde's {', '.join(installed)}")


def watched(source, scratch, user, *options):
    """Builds and runs a project that contains sonde; sonde leaves the rest of it alone, and installs nothing."""
    build = scratch / "build"
    hidden = ("GTest", "benchmark", "Python3", "httplib")  # what only sonde's own tests and examples look for
    build_with_cmake(user, build, f"-DCMAKE_PROJECT_user_INCLUDE={HERE / 'watch.cmake'}",
                     f"-DCMAKE_INSTALL_PREFIX={scratch / 'prefix'}",
                     *(f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON" for name in hidden), *options)
    check_live(build / "live")
    run("cmake", "--install", build)
    installed = [str(path) for path in (scratch / "prefix").rglob("*") if path.is_file()]
    if installed:
        raise Failed(f"a parent project would install sonde's {', '.join(installed)}")


def subdirectory(source, scratch):
    user = write_user(scratch, "add_subdirectory.cmake")
    (user / "sonde").symlink_to(source)
    watched(source, scratch, user)


def fetchcontent(source, scratch):
    watched(source, scratch, write_user(scratch, "fetch_content.cmake"), f"-DFETCHCONTENT_SOURCE_DIR_SONDE={source}")
    downloaded = [path.name for path in (scratch / "build/_deps").iterdir() if not path.name.startswith("sonde-")]
    if downloaded:
        raise Failed(f"FetchContent knows more than sonde: {', '.join(downloaded)}")


def include_path(source, scratch):
    user = write_user(scratch)
    compiler = [os.environ.get("CXX", "c++"), "-std=c++20", "-I", source / "include", user / "main.cpp", "-o"]
    run(*compiler, scratch / "live", "-lfmt")
    run(*compiler, scratch / "off", "-DSONDE_ENABLED=0")
    check_live(scratch / "live")
    check_off(scratch / "off")


def main():
    way, source, scratch = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), empty_directory(sys.argv[3])
    ways = {"cmake": cmake, "meson": meson, "subdirectory": subdirectory, "fetchcontent": fetchcontent,
            "subproject": subproject, "include_path": include_path}
    return outcome_of(f"install_{way}", lambda: ways[way](source, scratch.resolve()))


if __name__ == "__main__":
    sys.exit(main())
