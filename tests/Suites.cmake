# Registers every suite with CTest: each target called *_test, and each script of the known names. No suite is
# listed by hand. tests/run reads names, commands, labels and time limits from here (`ctest --show-only=json-v1`).
#
# Labels: the kind (unit, integration, ...); the folder (e2e, chart, ...) where the kind has folders; program
# (GoogleTest) or script; quick (the suites of `tests/run --quick`).
# RUN_SERIAL: real processes under load, alone on the machine. CONFIGURATIONS Nightly: `ctest -C Nightly` only.

# Minutes before a suite counts as hanging. Sanitizers get twice that.
set(minutes_default 10)
set(minutes_unit 3)
set(minutes_tidy 6)
set(minutes_metrics 3)
set(minutes_monitoring 3)
set(minutes_e2e 25)
set(minutes_proxy 25)
set(minutes_ops 25)
set(minutes_backends 15)
set(minutes_chart 25)
set(minutes_image 20)
set(minutes_cluster 15)
set(nightly_folders arm64 debian13 package) # too long for every run: 120 minutes
set(quick_folders unit fuzz tidy connectors e2e proxy ops)
# In the release build one at a time. Sanitizer builds run at a tenth of the load, so two fit side by side.
set(serial_folders e2e proxy ops faults rollout browser backends cluster quickstart image ${nightly_folders})
set(kinds_with_folders integration system deploy perf) # kind/folder/suite; the others are kind/suite
set(excluded_folders bench) # has a `run` that is no suite

# The folder that labels and limits go by: e2e of integration/e2e/e2e_test, unit of unit/http/unit_http_test.
function(suite_folder name result)
  string(REPLACE "/" ";" parts ${name})
  list(GET parts 0 folder)
  if(folder IN_LIST kinds_with_folders)
    list(GET parts 1 folder)
  endif()
  set(${result} ${folder} PARENT_SCOPE)
endfunction()

function(add_suite name type)
  suite_folder(${name} folder)
  string(REGEX REPLACE "/.*" "" labels ${name})
  list(APPEND labels ${folder} ${type})
  list(REMOVE_DUPLICATES labels)
  set(configurations "")
  if(folder IN_LIST nightly_folders OR name MATCHES "/nightly$")
    set(configurations CONFIGURATIONS Nightly)
    list(APPEND labels nightly)
    set(minutes 120)
  elseif(DEFINED minutes_${folder})
    set(minutes ${minutes_${folder}})
  else()
    set(minutes ${minutes_default})
  endif()
  if(folder IN_LIST quick_folders AND NOT name MATCHES "/nightly$")
    list(APPEND labels quick)
  endif()
  set(serial OFF)
  if(SIDESTREAM_SANITIZE)
    math(EXPR minutes "${minutes} * 2")
  elseif(folder IN_LIST serial_folders)
    set(serial ON)
  endif()
  math(EXPR seconds "${minutes} * 60")
  add_test(NAME ${name} COMMAND ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} ${configurations})
  get_filename_component(preset ${PROJECT_BINARY_DIR} NAME)
  set_tests_properties(${name} PROPERTIES LABELS "${labels}" TIMEOUT ${seconds} RUN_SERIAL ${serial} ENVIRONMENT
    "SIDESTREAM_BINARY=${PROJECT_BINARY_DIR}/sidestream;SIDESTREAM_TEST_PRESET=${preset}")
endfunction()

function(add_programs folder)
  get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    if(target MATCHES "_test$" AND type STREQUAL EXECUTABLE)
      file(RELATIVE_PATH path ${CMAKE_CURRENT_SOURCE_DIR} ${folder})
      add_suite(${path}/${target} program ${target})
    endif()
  endforeach()
  get_property(subfolders DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
  foreach(subfolder IN LISTS subfolders)
    add_programs(${subfolder})
  endforeach()
endfunction()

function(add_scripts)
  file(GLOB scripts CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} */run */run_*.py */nightly
       */*/run */*/run_*.py */*/nightly)
  foreach(script IN LISTS scripts)
    suite_folder(${script} folder)
    if(NOT folder IN_LIST excluded_folders)
      add_suite(${script} script ${CMAKE_CURRENT_SOURCE_DIR}/${script})
    endif()
  endforeach()
endfunction()

add_programs(${CMAKE_CURRENT_SOURCE_DIR})
if(NOT SIDESTREAM_SANITIZE)
  add_scripts()
endif()
