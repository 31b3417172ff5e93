#pragma once
// Streams of logs that end, read to their end.
//
// Thread: the test's.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/harness/event_stream.hpp"

namespace e2e {

using Names = std::vector<std::string>;

inline const char* const ends_by_event =
    "end: { event: [done, failed] }, cors: { origins: [\"*\"] }";

// All that comes until the stream ends, which it does cleanly.
inline std::vector<Event> rest_of(EventStream& stream) {
  EXPECT_EQ(stream.wait_end(), EventStream::End::clean);
  std::vector<Event> events;
  while (auto event = stream.maybe_next(Clock::duration::zero())) events.push_back(*event);
  return events;
}

inline Names names_of(const std::vector<Event>& events) {
  Names names;
  for (const Event& event : events) names.push_back(event.name);
  return names;
}

inline void expect_end(const std::vector<Event>& events, const std::string& id) {
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.back().name, "stream-end");
  EXPECT_EQ(events.back().data, R"({"reason":"end"})");
  EXPECT_EQ(events.back().id, id);
}

}  // namespace e2e
