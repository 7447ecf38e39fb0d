# SPDX-License-Identifier: MIT
"""Conan 2 recipe of the checkout it lies in: `conan create packaging/conan -s compiler.cppstd=20`.

An option per optional target; each makes the target's libraries requirements. `log` and `session`, which need fmt alone, are on:
-o "sonde/*:otlp=True" adds libcurl, zlib and nlohmann_json, -o "sonde/*:attributes=True" Boost.
"""
import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy, load
from conan.tools.layout import basic_layout

# What the targets link: components of sonde, and of Conan's packages.
NEEDS = {
    "log": ["sonde", "fmt::fmt"],
    "session": ["sonde", "fmt::fmt"],
    "attributes": ["sonde", "boost::headers"],
    "otlp": ["session", "libcurl::libcurl", "zlib::zlib", "nlohmann_json::nlohmann_json"],
    "cloudwatch": ["session", "libcurl::libcurl", "nlohmann_json::nlohmann_json"],
    "rollbar": ["session", "libcurl::libcurl", "nlohmann_json::nlohmann_json"],
    "xray": ["session", "libcurl::libcurl", "nlohmann_json::nlohmann_json"],
}
VERSIONS = {"fmt": "[>=9]", "boost": "[>=1.75]", "libcurl": "[>=7.87]", "zlib": "[>=1.2]", "nlohmann_json": "[>=3.10]"}


class SondeRecipe(ConanFile):
    name = "sonde"
    description = "Instrumentation for C++20, header-only: spans, logs and reports to OTLP backends, files and terminals"
    license = "MIT"
    topics = ("tracing", "logging", "opentelemetry", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    no_copy_source = True

    options = {target: [True, False] for target in NEEDS} | {
        "enabled": [True, False],           # the flags of config.hpp
        "min_level": [0, 1, 2, 3, 4, 5],
        "capture_location": [True, False],
    }
    default_options = {"log": True, "session": True, "attributes": False, "otlp": False, "cloudwatch": False,
                       "rollbar": False,
                       "xray": False, "enabled": True, "min_level": 0, "capture_location": True, "boost/*:header_only": True}

    @property
    def _checkout(self):
        return os.path.join(self.recipe_folder, "..", "..")

    def set_version(self):
        header = load(self, os.path.join(self._checkout, "include", "sonde", "version.hpp"))
        self.version = ".".join(re.findall(r"#define SONDE_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", header))

    def export_sources(self):
        copy(self, "include/sonde/*.hpp", self._checkout, self.export_sources_folder)
        copy(self, "LICENSE", self._checkout, self.export_sources_folder)

    def configure(self):
        if self.options.otlp or self.options.cloudwatch or self.options.rollbar or self.options.xray:
            self.options.session = True  # their targets link that one

    def requirements(self):
        packages = {need.partition("::")[0] for target, needs in NEEDS.items() if self.options.get_safe(target)
                    for need in needs if "::" in need}
        for package in sorted(packages):
            self.requires(f"{package}/{VERSIONS[package]}")

    def layout(self):
        basic_layout(self)

    def validate(self):
        check_min_cppstd(self, 20)

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        copy(self, "*.hpp", os.path.join(self.source_folder, "include"), os.path.join(self.package_folder, "include"))

    def package_id(self):
        self.info.clear()

    def package_info(self):
        # Conan adds a target of all components, by default under the name of our first, which would switch everybody off.
        self.cpp_info.set_property("cmake_target_name", "sonde::conan_package")
        self.cpp_info.set_property("pkg_config_name", "none")

        self._component("sonde", [])
        flags = self.cpp_info.components["sonde"].defines
        if not self.options.enabled:
            flags.append("SONDE_ENABLED=0")
        if self.options.min_level != 0:
            flags.append(f"SONDE_MIN_LEVEL={self.options.min_level}")
        if not self.options.capture_location:
            flags.append("SONDE_CAPTURE_LOCATION=0")
        if self.settings.os in ("Linux", "FreeBSD"):
            self.cpp_info.components["sonde"].system_libs = ["pthread"]

        self._component("disabled", ["sonde"])
        self.cpp_info.components["disabled"].defines = ["SONDE_ENABLED=0"]

        chosen = [target for target in NEEDS if self.options.get_safe(target)]
        for target in chosen:
            self._component(target, NEEDS[target])
        if len(chosen) == len(NEEDS):
            self._component("all", chosen)

    def _component(self, name, requires):
        component = self.cpp_info.components[name]
        component.set_property("cmake_target_name", f"sonde::{name}")
        component.set_property("pkg_config_name", "sonde" if name == "sonde" else f"sonde-{name}")
        component.requires = requires
        component.bindirs = []
        component.libdirs = []
