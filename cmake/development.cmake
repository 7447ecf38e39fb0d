# SPDX-License-Identifier: MIT
# What only sonde's own tests, examples and benchmarks need: warnings, ccache, and libraries users never see.

# Warnings apply to our code alone: link sonde_strict, never add flags globally. The presets make them errors.
set(SONDE_STRICT_FLAGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
    -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual -Wformat=2 -Wundef)
add_library(sonde_strict INTERFACE)
target_compile_options(sonde_strict INTERFACE ${SONDE_STRICT_FLAGS})

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_CXX_EXTENSIONS OFF)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  find_program(SONDE_CCACHE ccache)
  if(SONDE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # Sloppiness, because the tests share a precompiled header.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${SONDE_CCACHE})
  endif()
endif()

# cpp-httplib: upstream installs a CMake package, Debian a pkg-config file.
find_package(httplib QUIET CONFIG)
if(NOT TARGET httplib::httplib)
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(httplib QUIET IMPORTED_TARGET cpp-httplib)
  endif()
  if(TARGET PkgConfig::httplib)
    add_library(httplib::httplib ALIAS PkgConfig::httplib)
  endif()
endif()

find_package(SQLite3 QUIET)

# sonde_require(<what for> <target> <Debian package>): stops with one sentence when the target was not found.
function(sonde_require purpose target debian)
  if(NOT TARGET ${target})
    message(FATAL_ERROR "sonde: ${purpose} need ${target}, which was not found. Install ${debian}, or everything with "
                        "scripts/install-packages, or switch them off with -DSONDE_BUILD_TESTS=OFF (_EXAMPLES, _BENCHMARKS).")
  endif()
endfunction()

sonde_require("tests, examples and benchmarks" fmt::fmt libfmt-dev)
sonde_require("tests, examples and benchmarks" Boost::headers libboost1.81-dev)
sonde_require("tests, examples and benchmarks" CURL::libcurl libcurl4-openssl-dev)
sonde_require("tests, examples and benchmarks" ZLIB::ZLIB zlib1g-dev)
sonde_require("tests, examples and benchmarks" nlohmann_json::nlohmann_json nlohmann-json3-dev)
