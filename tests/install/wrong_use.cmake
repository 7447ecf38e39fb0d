# SPDX-License-Identifier: MIT
# A user's project that asks for what WANTED says and links what LINKED says; sonde is installed, or lies at SONDE_CHECKOUT.
cmake_minimum_required(VERSION 3.25)
project(user LANGUAGES CXX)

if(SONDE_CHECKOUT)
  add_subdirectory(${SONDE_CHECKOUT} sonde)
else()
  find_package(sonde ${WANTED})
endif()
message(STATUS "otlp: ${sonde_otlp_FOUND}, log: ${sonde_log_FOUND}")

add_executable(live main.cpp)
target_link_libraries(live PRIVATE ${LINKED})
