#pragma once
// What the sidecar has logged: one JSON object a line, or it throws.
//
// Thread: the test's.

#include <boost/json.hpp>

#include <string>
#include <vector>

#include "tests/support/harness/process.hpp"

namespace e2e {

std::vector<boost::json::object> log_lines(const std::string& output);

// The lines that tell of a stream's end, once there are `count` of them.
std::vector<boost::json::object> stream_ends(const Process& process, std::size_t count,
                                             Clock::duration within = 5s * patience);

std::string text_of(const boost::json::object& line, const std::string& field);

}  // namespace e2e
