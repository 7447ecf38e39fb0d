# SPDX-License-Identifier: MIT
cmake_minimum_required(VERSION 3.25)
project(user LANGUAGES CXX)

find_package(sonde 0.1 CONFIG REQUIRED COMPONENTS all)

add_executable(live main.cpp)
target_link_libraries(live PRIVATE sonde::all)

add_executable(off main.cpp)
target_link_libraries(off PRIVATE sonde::disabled)
