# SPDX-License-Identifier: MIT
# find_package(sonde): headers, exported targets, and a config file that finds their dependencies again. Everything is the
# same on all architectures, hence share/ rather than lib/.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/sonde)
get_property(targets GLOBAL PROPERTY SONDE_TARGETS)
list(TRANSFORM targets PREPEND sonde_)

write_basic_package_version_file(${PROJECT_BINARY_DIR}/sonde-config-version.cmake
                                 COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)

target_include_directories(sonde_sonde INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
install(DIRECTORY include/sonde DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.hpp)
install(TARGETS ${targets} EXPORT sonde-targets)
install(EXPORT sonde-targets NAMESPACE sonde:: DESTINATION ${package_dir})
install(FILES cmake/sonde-config.cmake ${PROJECT_BINARY_DIR}/sonde-config-version.cmake DESTINATION ${package_dir})
install(FILES cmake/dependencies.cmake DESTINATION ${package_dir} RENAME sonde-dependencies.cmake)
