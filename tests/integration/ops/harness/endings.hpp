#pragma once
// When and how each of many streams ends.
//
// Thread: the test's.

#include <vector>

#include "tests/support/harness/event_stream.hpp"

namespace e2e {

struct Ending {
  Clock::time_point at;
  EventStream::End how = EventStream::End::open;  // open: it has not ended
  Event last;
  std::vector<Event> records;  // that came since the watch began
};

// Watches all of them until they have ended, or that time has passed.
std::vector<Ending> watch_endings(std::vector<EventStream>& streams, Clock::duration within);

// How they lie in time: from the first to the last, and how many at most in `window`.
Clock::duration span(const std::vector<Ending>& endings);
int most_within(const std::vector<Ending>& endings, Clock::duration window);

// All have ended clean with this reason, and each with a delay of its own within `least`..`most`
// ms.
void expect_shut_down(const std::vector<Ending>& endings, const std::string& reason,
                      std::uint32_t least, std::uint32_t most);

// `count` streams of t that stand at the end of what there is.
std::vector<EventStream> open_live(const Address& address, int count,
                                   const std::string& target = "/events/t");

}  // namespace e2e
