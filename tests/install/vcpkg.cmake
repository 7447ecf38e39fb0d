# SPDX-License-Identifier: MIT
# Runs packaging/vcpkg/sonde/portfile.cmake as `cmake -P` would under vcpkg, with stand-ins for vcpkg's functions that do what
# vcpkg's reference says of them. Set by the caller: PORT_DIR, CURRENT_PACKAGES_DIR, CURRENT_BUILDTREES_DIR.
cmake_minimum_required(VERSION 3.25)
set(PORT sonde)

function(execute)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "`${command}` failed:\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

# Configures once per build type; complains of options that the project does not know.
function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "SOURCE_PATH" "OPTIONS")
  if(arg_UNPARSED_ARGUMENTS OR NOT IS_DIRECTORY "${arg_SOURCE_PATH}")
    message(FATAL_ERROR "vcpkg_cmake_configure: SOURCE_PATH is '${arg_SOURCE_PATH}'; unknown: '${arg_UNPARSED_ARGUMENTS}'")
  endif()
  if(NOT VCPKG_BUILD_TYPE STREQUAL release)
    message(FATAL_ERROR "a header-only port is built once: VCPKG_BUILD_TYPE must be release")
  endif()
  execute(${CMAKE_COMMAND} -S "${arg_SOURCE_PATH}" -B "${CURRENT_BUILDTREES_DIR}" -DCMAKE_BUILD_TYPE=Release
          -DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR} -DCMAKE_INSTALL_LIBDIR:STRING=lib -DCMAKE_INSTALL_BINDIR:STRING=bin
          -DBUILD_SHARED_LIBS=OFF -DCMAKE_ERROR_ON_ABSOLUTE_INSTALL_DESTINATION=ON ${arg_OPTIONS})
  foreach(option IN LISTS arg_OPTIONS)
    string(REGEX MATCH "-D([^=:]+)" _ "${option}")
    if(output MATCHES "not used by the project.*${CMAKE_MATCH_1}")
      message(FATAL_ERROR "the project does not know the option ${CMAKE_MATCH_1}")
    endif()
  endforeach()
endfunction()

function(vcpkg_cmake_install)
  execute(${CMAKE_COMMAND} --build "${CURRENT_BUILDTREES_DIR}" --target install)
endfunction()

# Moves the CMake package to share/<port>, and lets its import prefix be two directories up from there.
function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "CONFIG_PATH" "")
  set(from "${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}")
  set(to "${CURRENT_PACKAGES_DIR}/share/${PORT}")
  file(GLOB files "${from}/*.cmake")
  if(NOT files OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "vcpkg_cmake_config_fixup: nothing in ${from}; unknown: '${arg_UNPARSED_ARGUMENTS}'")
  endif()
  file(COPY ${files} DESTINATION "${to}")
  file(REMOVE_RECURSE "${from}")
  cmake_path(GET from PARENT_PATH parent)
  if(parent MATCHES "/cmake$")
    file(REMOVE_RECURSE "${parent}")
  endif()
  set(first "get_filename_component(_IMPORT_PREFIX \"\${CMAKE_CURRENT_LIST_FILE}\" PATH)\n")
  set(up "get_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)\n")
  file(READ "${to}/sonde-targets.cmake" text)
  string(REPLACE "${up}" "" text "${text}")
  string(REPLACE "${first}" "${first}${up}${up}" text "${text}")
  file(WRITE "${to}/sonde-targets.cmake" "${text}")
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "FILE_LIST")
  file(INSTALL ${arg_FILE_LIST} DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}" RENAME copyright)
endfunction()

include("${PORT_DIR}/portfile.cmake")
