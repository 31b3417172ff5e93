# sidestream_layer(NAME SOURCES... [DEPENDS TARGETS...]): one static library per layer. All
# share one include root: an include is the path of the file.
add_library(sidestream_flags INTERFACE)
target_include_directories(sidestream_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(sidestream_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow
                       -Woverloaded-virtual -Wno-missing-field-initializers
                       -Wno-mismatched-new-delete # false positive of GCC 12 on coroutine frames
                       -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)
target_link_libraries(sidestream_flags INTERFACE Threads::Threads)
if(SIDESTREAM_WERROR)
  target_compile_options(sidestream_flags INTERFACE -Werror)
endif()
if(SIDESTREAM_SANITIZE)
  target_compile_options(sidestream_flags INTERFACE -fsanitize=${SIDESTREAM_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(sidestream_flags INTERFACE -fsanitize=${SIDESTREAM_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # Before clang 16 it can't be assembled with coroutines: "Cannot represent a difference across sections".
    target_compile_options(sidestream_flags INTERFACE -fno-sanitize=function)
  endif()
  if(SIDESTREAM_SANITIZE STREQUAL "thread")
    # GCC warns that it can't follow Asio's fences; locks order the same accesses.
    target_compile_options(sidestream_flags INTERFACE -Wno-tsan)
    add_subdirectory(${PROJECT_SOURCE_DIR}/tests/support/tsan tests/support/tsan)
    target_link_libraries(sidestream_flags INTERFACE tsan_threads)
    target_link_options(sidestream_flags INTERFACE -Wl,--undefined=thrd_create)
  endif()
endif()

function(sidestream_layer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(sidestream_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(sidestream_${name} PUBLIC sidestream_flags ${ARG_DEPENDS})
endfunction()
