#pragma once
// librdkafka waits for points of the wall clock (timespec_get, cnd_timedwait), so that a clock that
// is set back stops it for as long as it was set back (librdkafka #2145, open since 2018). An
// executable's own functions go before those of libc, so these two stand here and follow the clock
// that only goes on. What timespec_get tells is the wall clock's time when it was first asked, plus
// what has passed since.

namespace sidestream::kafka {

// Does nothing: whoever calls it has the two functions linked in.
void follow_the_steady_clock();

}  // namespace sidestream::kafka
