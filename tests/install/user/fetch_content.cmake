# SPDX-License-Identifier: MIT
cmake_minimum_required(VERSION 3.25)
project(user LANGUAGES CXX)

include(FetchContent)
FetchContent_Declare(sonde GIT_REPOSITORY https://example.org/sonde.git GIT_TAG v0.1.0)
FetchContent_MakeAvailable(sonde)

add_executable(live main.cpp)
target_link_libraries(live PRIVATE sonde::session)
