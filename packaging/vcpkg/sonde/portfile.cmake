# SPDX-License-Identifier: MIT
# Builds the checkout it lies in: vcpkg install sonde --overlay-ports=packaging/vcpkg. In a registry, vcpkg_from_git or
# vcpkg_from_github sets SOURCE_PATH instead. vcpkg's binary cache knows this port by its own files: give --no-binarycaching
# where the rest of the checkout has changed.
cmake_path(SET SOURCE_PATH NORMALIZE "${CMAKE_CURRENT_LIST_DIR}/../../..")
set(VCPKG_BUILD_TYPE release)  # header-only

# Features do not appear here: each brings the libraries of a target, and all targets are installed.
vcpkg_cmake_configure(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS -DSONDE_BUILD_TESTS=OFF -DSONDE_BUILD_EXAMPLES=OFF -DSONDE_BUILD_BENCHMARKS=OFF -DSONDE_INSTALL=ON)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/sonde)

file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
