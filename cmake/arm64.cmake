# Cross-compiles for arm64 on a Debian that has g++-aarch64-linux-gnu and the -dev packages of architecture arm64:
#   cmake --preset package -B build/arm64 --toolchain cmake/arm64.cmake
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_STRIP aarch64-linux-gnu-strip)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(PKG_CONFIG_EXECUTABLE aarch64-linux-gnu-pkg-config)
find_program(SIDESTREAM_QEMU NAMES qemu-aarch64-static qemu-aarch64)
if(SIDESTREAM_QEMU)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${SIDESTREAM_QEMU})
endif()
