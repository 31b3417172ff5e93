#pragma once
// Where a topic is: its path and its log, and whether they fit together. Private to this folder.
//
// Errors: reported to the context's problems.

#include <string>

#include "sidecar/settings/path_pattern.hpp"
#include "sidecar/settings/read.hpp"

namespace sidestream {

struct LogName {
  Value place;
  Pieces pieces;
  bool good = false;
};

// `topic:` or `stream:`, whichever the connector's kind has. `name`: of the topic.
LogName read_log(const Section& section, KnownConnector::Kind kind, const std::string& name,
                 std::string& into);

struct TopicPath {
  Value place;
  std::string shown;
  Pieces pieces;
  bool good = false;
};

// `path:`, or the default one of this name.
TopicPath read_path(const Value& value, const std::string& name, std::string& into);

// The log name, rules or filters must use all parameters of the path, and no others.
void check_parameters(const TopicPath& path, const LogName& log, const TopicSettings& topic);

}  // namespace sidestream
