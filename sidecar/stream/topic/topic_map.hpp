#pragma once
// All configured topics, and which requests they take. Immutable: a reload makes another.
//
// Thread: any.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/settings/path_pattern.hpp"
#include "sidecar/stream/topic/topic.hpp"

namespace sidestream {

class TopicMap {
 public:
  TopicMap() = default;
  explicit TopicMap(std::vector<std::shared_ptr<Topic>> topics);

  struct Match {
    std::shared_ptr<Topic> topic;
    std::string log;            // the log that the request names; empty with `bad_parameter`
    std::string bad_parameter;  // name of a parameter whose value can't be one
  };
  // `segments`: of the request's path, percent-decoded one by one. Nothing: no topic's path.
  std::optional<Match> match(std::span<const std::string> segments) const;
  // Whether match() finds anything.
  bool takes(std::span<const std::string> segments) const;
  // By name; a template is found too, though it names no log. Null: there is none.
  std::shared_ptr<Topic> find(std::string_view name) const;
  // In the file's order.
  const std::vector<std::shared_ptr<Topic>>& all() const { return topics_; }

 private:
  struct Pattern {
    Pieces path;
    Pieces log;
  };
  static bool fits(const Pieces& path, std::span<const std::string> segments);

  std::vector<std::shared_ptr<Topic>> topics_;
  std::vector<Pattern> patterns_;  // of each topic
};

}  // namespace sidestream
