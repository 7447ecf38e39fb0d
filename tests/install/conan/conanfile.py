# SPDX-License-Identifier: MIT
"""Stands in for a package of Conan's index, which a test does not reach, and hands on the library of the system. Exported once
per library, under the reference that sonde's recipe asks for and with the component and target of the index's own recipe."""
from conan import ConanFile

# Component (if any), CMake's package and target, and what the linker is told.
LIBRARIES = {
    "fmt": ("_fmt", "fmt", "fmt::fmt", ["fmt"]),
    "boost": ("headers", "Boost", "Boost::headers", []),
    "libcurl": ("curl", "CURL", "CURL::libcurl", ["curl"]),
    "zlib": (None, "ZLIB", "ZLIB::ZLIB", ["z"]),
    "nlohmann_json": (None, "nlohmann_json", "nlohmann_json::nlohmann_json", []),
}


class SystemLibrary(ConanFile):
    options = {"header_only": [True, False]}
    default_options = {"header_only": False}

    def package_info(self):
        component, package, target, libraries = LIBRARIES[self.name]
        self.cpp_info.set_property("cmake_file_name", package)
        info = self.cpp_info.components[component] if component else self.cpp_info
        info.set_property("cmake_target_name", target)
        info.system_libs = libraries
        info.includedirs = info.libdirs = info.bindirs = []
