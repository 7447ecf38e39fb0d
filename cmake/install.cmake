# SPDX-License-Identifier: MIT
# find_package(sonde): headers, exported targets, and a config file that finds their dependencies again.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/sonde)
get_property(targets GLOBAL PROPERTY SONDE_TARGETS)

write_basic_package_version_file(${PROJECT_BINARY_DIR}/sonde-config-version.cmake
                                 COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)

install(DIRECTORY include/sonde DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.hpp)
install(TARGETS ${targets} EXPORT sonde-targets)
install(EXPORT sonde-targets NAMESPACE sonde:: DESTINATION ${package_dir})
install(FILES cmake/sonde-config.cmake ${PROJECT_BINARY_DIR}/sonde-config-version.cmake DESTINATION ${package_dir})
install(FILES cmake/dependencies.cmake DESTINATION ${package_dir} RENAME sonde-dependencies.cmake)
