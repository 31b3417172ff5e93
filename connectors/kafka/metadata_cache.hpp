#pragma once
// librdkafka 2.4 to 2.9 damages its cache of metadata when a topic that it knows by one id comes
// back with another: it was deleted and made anew, and nobody asked in between (librdkafka #4964,
// mended in 2.10). What was freed stays in the index by id, and the process ends there sooner or
// later, or the topic isn't found again. Where 2.8 is compiled in (cmake/Rdkafka.cmake), the old
// entry is taken out by name before the new one is put in, which is what 2.10 comes to.
//
// Thread: any.

namespace sidestream::kafka {

// Whether the librdkafka of this process has the defect, and nothing stands against it.
bool metadata_cache_is_at_risk();

}  // namespace sidestream::kafka
