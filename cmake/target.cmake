# SPDX-License-Identifier: MIT
# sonde_add_target(<name> [<target>...] [NEEDS <package>...]): sonde::<name>, which links these targets and the libraries of
# these packages of dependencies.cmake. Where a library is missing, linking sonde::<name> stops CMake with a sentence.

function(sonde_add_target name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "NEEDS")
  add_library(sonde_${name} INTERFACE)
  add_library(sonde::${name} ALIAS sonde_${name})
  target_link_libraries(sonde_${name} INTERFACE ${arg_UNPARSED_ARGUMENTS})

  # The sentence holds a double colon. CMake takes it for a target's name for that, and says that it was not found.
  foreach(package IN LISTS arg_NEEDS)
    set(library ${sonde_target_of_${package}})
    set(sentence "sonde::${name} needs ${sonde_name_of_${package}}")
    target_link_libraries(sonde_${name} INTERFACE "$<IF:$<TARGET_EXISTS:${library}>,${library},${sentence}>")
    if(NOT TARGET ${library} AND PROJECT_IS_TOP_LEVEL)
      message(STATUS "${sentence}, which was not found")
    endif()
  endforeach()

  # What the target and those it links need, for the components of find_package.
  set(needs ${arg_NEEDS})
  foreach(target IN LISTS arg_UNPARSED_ARGUMENTS)
    if(target MATCHES "^sonde::(.+)")
      get_target_property(more sonde_${CMAKE_MATCH_1} SONDE_NEEDS)
      list(APPEND needs ${more})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES needs)
  set_target_properties(sonde_${name} PROPERTIES EXPORT_NAME ${name} SONDE_NEEDS "${needs}" EXPORT_PROPERTIES SONDE_NEEDS)
  set_property(GLOBAL APPEND PROPERTY SONDE_TARGETS ${name})
endfunction()
