#pragma once
// Checks that each request matches at most one topic and no reserved path.
//
// Thread: one. Private to this folder.

#include <cstddef>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "sidecar/settings/node_reader.hpp"
#include "sidecar/settings/path_pattern.hpp"

namespace sidestream {

class TopicPaths {
 public:
  // Adds a path and reports at `place` if it overlaps with an earlier one. For messages: `topic`
  // names the topic, or a key of it, and `shown` is the path.
  void add(const Value& place, const std::string& topic, const std::string& shown, Pieces pieces);

 private:
  struct Taken {
    std::string topic;
    std::string shown;
    Pieces pieces;
  };
  struct SameLength {                                 // paths with the same number of segments
    std::unordered_map<std::string, Taken> literals;  // by path
    std::vector<Taken> patterns;                      // with parameters
  };
  static const Taken* conflict_of(const SameLength& group, const Pieces& pieces);

  std::map<std::size_t, SameLength> groups_;
};

}  // namespace sidestream
