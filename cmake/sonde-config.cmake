# SPDX-License-Identifier: MIT
# find_package(sonde [COMPONENTS log session attributes otlp all ...])
# Without components only threads are required; a component makes the libraries of its target required too.
include(${CMAKE_CURRENT_LIST_DIR}/sonde-dependencies.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/sonde-targets.cmake)

set(sonde_FOUND TRUE)
foreach(component IN LISTS sonde_FIND_COMPONENTS)
  if(TARGET sonde::${component} AND NOT component IN_LIST sonde_missing)
    set(sonde_${component}_FOUND TRUE)
  elseif(sonde_FIND_REQUIRED_${component})
    set(sonde_FOUND FALSE)
    if(TARGET sonde::${component})
      set(sonde_NOT_FOUND_MESSAGE "sonde::${component} needs a library that was not found; the lines above name it.")
    else()
      set(sonde_NOT_FOUND_MESSAGE "sonde has no component '${component}'.")
    endif()
  endif()
endforeach()
