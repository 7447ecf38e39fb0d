# SPDX-License-Identifier: MIT
# Finds what sonde's targets link. Read by the build and, installed, by find_package(sonde).
# Only threads are required. Anything else may be missing as long as nobody links the target that needs it: the line
# printed here says which that is, and CMake stops at the link with the name of the missing target.

find_package(Threads REQUIRED)

set(sonde_missing "")

# sonde_find(<package> <version> <imported target> <sonde's targets that need it> <Debian package>)
macro(sonde_find package version target needed_by debian)
  if(NOT TARGET ${target})
    find_package(${package} ${version} QUIET)
  endif()
  if(NOT TARGET ${target})
    list(APPEND sonde_missing ${needed_by})
    set(sonde_needed_by ${needed_by})
    list(TRANSFORM sonde_needed_by PREPEND "sonde::")
    list(JOIN sonde_needed_by ", " sonde_needed_by)
    message(STATUS "sonde: ${package} ${version} or newer not found; needed to link ${sonde_needed_by}. "
                   "Debian and Ubuntu: ${debian}")
  endif()
endmacro()

sonde_find(fmt 9 fmt::fmt "log;session;otlp;all" libfmt-dev)
sonde_find(Boost 1.75 Boost::headers "attributes;all" libboost1.81-dev)
sonde_find(CURL 7.87 CURL::libcurl "otlp;all" libcurl4-openssl-dev)
sonde_find(ZLIB 1.2 ZLIB::ZLIB "otlp;all" zlib1g-dev)
