#pragma once
// librdkafka's waits use the wall clock (timespec_get, cnd_timedwait): when the clock is set back,
// librdkafka stops for that time (librdkafka #2145, open since 2018). This file replaces the two
// functions of libc for the whole process; the linker prefers an executable's own definitions. The
// replacements use the monotonic clock: timespec_get returns the wall clock's time at its first
// call plus the time elapsed since.

namespace sidestream::kafka {

// No-op. A call forces the linker to include the replacements.
void follow_the_steady_clock();

}  // namespace sidestream::kafka
