# SPDX-License-Identifier: MIT
cmake_minimum_required(VERSION 3.25)
project(user LANGUAGES CXX)

add_subdirectory(sonde)

add_executable(live main.cpp)
target_link_libraries(live PRIVATE sonde::session)
