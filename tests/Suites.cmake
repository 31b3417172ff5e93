# Registers every suite with CTest: each target called *_test, and each script of the known names. No suite is
# listed by hand. tests/run reads names, commands, labels and time limits from here (`ctest --show-only=json-v1`).
#
# Labels: the kind (unit, integration, ...); the folder (e2e, chart, ...) where the kind has folders; program
# (GoogleTest) or script; quick (the suites of `tests/run --quick`).
# PROCESSORS: half cores, so `ctest -j4` fits two cores. A suite that computes takes two, one that mostly waits
# for timers and brokers takes one. RUN_SERIAL: needs the machine for itself.
# CONFIGURATIONS Nightly: `ctest -C Nightly` only.
# Fixture `kafka`: one broker for the suites that need one (`support/kafka/service`).

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
set(minutes_clients 20) # the first run compiles Rust crates
set(minutes_chart 25)
set(minutes_image 20)
set(minutes_cluster 15)
set(nightly_folders arm64 debian13 package) # too long for every run: 120 minutes
set(quick_folders unit fuzz tidy access connectors e2e proxy ops)
set(kafka_folders access e2e proxy ops rollout)
set(waiting_folders access keys e2e proxy ops connectors network monitoring browser recipes workers usechat)
# In the release build. Sanitizer builds run at a tenth of the load.
set(serial_folders attack faults rollout cluster quickstart image ${nightly_folders})
set(serial_suites integration/e2e/load_test)
set(kinds_with_folders integration system deploy perf) # kind/folder/suite; the others are kind/suite
set(excluded_folders bench) # has a `run` that is no suite

# What the sanitizer builds leave out: tables of texts, log messages, timers of seconds, and repetitions over numbers of
# partitions. Other tests of the same program run the same code, and the release build runs them all. ThreadSanitizer has
# nothing to find in single-threaded suites.
set(sanitizer_filter_e2e_test "-Cors.*:*Retention*:*/kafka12")
set(sanitizer_filter_load_test "-*/kafka1:*/kafka3")
set(sanitizer_filter_ops_test "-Log*:ReloadLog*:ReloadBadFile*:On/MaxAge.*/redis:On/MaxAge.*/kafka1")
set(sanitizer_filter_proxy_test "-*ProxyHeaders*:*ProxyForwarded*")
set(single_threaded_suites fuzz/fuzz_replay_test unit/settings/unit_settings_test unit/metrics/unit_metrics_test)

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
  if(SIDESTREAM_SANITIZE STREQUAL thread AND name IN_LIST single_threaded_suites)
    return()
  endif()
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
  set(environment "SIDESTREAM_BINARY=${PROJECT_BINARY_DIR}/sidestream")
  set(serial OFF)
  if(SIDESTREAM_SANITIZE)
    math(EXPR minutes "${minutes} * 2")
    get_filename_component(program ${name} NAME)
    if(DEFINED sanitizer_filter_${program})
      list(APPEND environment "GTEST_FILTER=${sanitizer_filter_${program}}")
    endif()
  elseif(folder IN_LIST serial_folders OR name IN_LIST serial_suites)
    set(serial ON)
  endif()
  set(processors 2)
  if(folder IN_LIST waiting_folders)
    set(processors 1)
  endif()
  math(EXPR seconds "${minutes} * 60")
  add_test(NAME ${name} COMMAND ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} ${configurations})
  get_filename_component(preset ${PROJECT_BINARY_DIR} NAME)
  list(APPEND environment "SIDESTREAM_TEST_PRESET=${preset}")
  if(folder IN_LIST kafka_folders)
    list(APPEND environment "SIDESTREAM_TEST_KAFKA=file:${kafka_service}/address")
    set_tests_properties(${name} PROPERTIES FIXTURES_REQUIRED kafka)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${labels}" TIMEOUT ${seconds} RUN_SERIAL ${serial}
    PROCESSORS ${processors} ENVIRONMENT "${environment}")
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

set(kafka_service ${PROJECT_BINARY_DIR}/kafka)
foreach(step start stop)
  add_test(NAME kafka/${step} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/support/kafka/service ${step} ${kafka_service})
endforeach()
set_tests_properties(kafka/start PROPERTIES FIXTURES_SETUP kafka TIMEOUT 300 LABELS fixture)
set_tests_properties(kafka/stop PROPERTIES FIXTURES_CLEANUP kafka TIMEOUT 60 LABELS fixture)

add_programs(${CMAKE_CURRENT_SOURCE_DIR})
if(NOT SIDESTREAM_SANITIZE)
  add_scripts()
endif()
