# librdkafka, as PkgConfig::RDKAFKA.
#
# Versions 2.4 to 2.9 corrupt their metadata cache when a topic is recreated (librdkafka #4964). From 2.1 on, such
# a topic may never be read again (#4898). Debian 13 has 2.8. There the static library is linked, so that the
# linker can replace the functions at fault: connectors/kafka/metadata_cache.cpp and leader_epochs.cpp.
pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET rdkafka)
add_library(sidestream_rdkafka OBJECT connectors/kafka/library_risks.cpp)
# Compiled everywhere, linked only where needed.
add_library(sidestream_rdkafka_mends OBJECT connectors/kafka/leader_epochs.cpp connectors/kafka/metadata_cache.cpp)
foreach(target sidestream_rdkafka sidestream_rdkafka_mends)
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${RDKAFKA_INCLUDE_DIRS})
endforeach()
set(link "$<TARGET_OBJECTS:sidestream_rdkafka>")

if(RDKAFKA_VERSION MATCHES "^2\\.8\\.")
  target_compile_definitions(sidestream_rdkafka PRIVATE SIDESTREAM_MENDS_RDKAFKA)
  find_library(SIDESTREAM_RDKAFKA_ARCHIVE librdkafka.a HINTS ${RDKAFKA_LIBDIR} REQUIRED)
  list(APPEND link $<TARGET_OBJECTS:sidestream_rdkafka_mends> ${SIDESTREAM_RDKAFKA_ARCHIVE})
  foreach(name curl sasl2 ssl crypto zstd lz4 z)
    find_library(SIDESTREAM_RDKAFKA_${name} ${name} HINTS ${RDKAFKA_LIBDIR} REQUIRED)
    list(APPEND link ${SIDESTREAM_RDKAFKA_${name}})
  endforeach()
  list(APPEND link m ${CMAKE_DL_LIBS} Threads::Threads)
  set_target_properties(PkgConfig::RDKAFKA PROPERTIES
    INTERFACE_LINK_LIBRARIES "${link}"
    INTERFACE_LINK_OPTIONS
    "-Wl,--wrap=rd_kafka_metadata_cache_topic_update,--wrap=rd_kafka_topic_metadata_update2")
else()
  target_link_libraries(PkgConfig::RDKAFKA INTERFACE ${link})
endif()
