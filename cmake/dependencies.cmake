# SPDX-License-Identifier: MIT
# The libraries that sonde's targets link, and what to say where one is missing. Read by the build and, installed, by
# find_package(sonde). Only threads are required: whatever else is missing stops nobody but who links a target that needs it.

if(POLICY CMP0167)
  cmake_policy(SET CMP0167 NEW)  # Boost by its own package file; newer CMakes warn of the module they are to remove
endif()

# sonde_dependency(<package> <version> <imported target> <what people call it> <Debian's package>)
# A parent project that already has the imported target keeps it.
function(sonde_dependency package version target name debian)
  if(NOT TARGET ${target})
    find_package(${package} ${version} QUIET)
  endif()
  set(sonde_target_of_${package} ${target} PARENT_SCOPE)
  set(sonde_name_of_${package} "${name} ${version} or newer (Debian and Ubuntu: ${debian})" PARENT_SCOPE)
endfunction()

find_package(Threads REQUIRED QUIET)
sonde_dependency(fmt 9 fmt::fmt fmt libfmt-dev)
sonde_dependency(Boost 1.75 Boost::headers "the Boost headers" libboost1.81-dev)
sonde_dependency(CURL 7.87 CURL::libcurl libcurl libcurl4-openssl-dev)
sonde_dependency(ZLIB 1.2 ZLIB::ZLIB zlib zlib1g-dev)
sonde_dependency(nlohmann_json 3.10 nlohmann_json::nlohmann_json nlohmann_json nlohmann-json3-dev)
