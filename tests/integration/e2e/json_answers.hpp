#pragma once
// Streams as NDJSON and answers of long polls, parsed.
//
// Thread: the test's.

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace e2e {

using JsonEvents = std::vector<boost::json::object>;

inline std::string text_of(const boost::json::object& event, std::string_view key) {
  const auto* value = event.if_contains(boost::json::string_view(key.data(), key.size()));
  return value && value->is_string() ? std::string(value->as_string().c_str()) : std::string();
}

// Empty lines are heartbeats.
inline JsonEvents parse_lines(std::string_view body) {
  JsonEvents events;
  while (!body.empty()) {
    const auto end = body.find('\n');
    EXPECT_NE(end, body.npos) << "a line is not complete: " << body;
    if (end > 0) events.push_back(boost::json::parse(std::string(body.substr(0, end))).as_object());
    body.remove_prefix(end == body.npos ? body.size() : end + 1);
  }
  return events;
}

inline std::vector<std::string> names_of(const JsonEvents& events) {
  std::vector<std::string> names;
  for (const auto& event : events) names.push_back(text_of(event, "event"));
  return names;
}

}  // namespace e2e
