# Finds every library of the project. tests/packages.txt lists the Debian packages.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
if(POLICY CMP0167)
  cmake_policy(SET CMP0167 NEW) # Boost describes itself; CMake's own module is gone from newer ones
endif()
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(OpenSSL REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(prometheus-cpp REQUIRED CONFIG)

include(Rdkafka)
pkg_check_modules(HIREDIS REQUIRED IMPORTED_TARGET hiredis)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(SIMDJSON REQUIRED IMPORTED_TARGET simdjson)
if(SIDESTREAM_TESTS)
  find_package(GTest REQUIRED)
  find_package(CLI11 REQUIRED) # of the benchmark's load generator
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
