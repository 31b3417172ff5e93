#pragma once
// All configured topics, by path and by name. Immutable: a reload creates a new one.
//
// Thread: any.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sidecar/settings/path_pattern.hpp"
#include "sidecar/stream/topic/path_trie.hpp"
#include "sidecar/stream/topic/topic.hpp"

namespace sidestream {

class TopicMap {
 public:
  TopicMap() = default;
  // Requires: the paths and log names are valid (the settings were checked).
  explicit TopicMap(std::vector<std::shared_ptr<Topic>> topics);

  struct Match {
    std::shared_ptr<Topic> topic;
    std::string log;  // the log that the request names; empty with `bad_parameter`, and where
                      // questions are asked
    std::vector<std::pair<std::string, std::string>> parameters;  // of the path, by name
    bool asks = false;          // the path is where questions of the topic are asked
    std::string bad_parameter;  // the first path parameter with an invalid value; empty: all valid
  };
  // `segments`: the request's path, each segment percent-decoded. Empty: no topic has this path.
  std::optional<Match> match(std::span<const std::string> segments) const;
  // The same for the reply to a question that was asked at `asked`, also after a reload has changed
  // the map. Requires: asked.asks, and no bad parameter; `request` is a valid parameter.
  static Match reply_of(const Match& asked, const std::string& request);
  // By name, templates included. Null: there is none.
  std::shared_ptr<Topic> find(std::string_view name) const;
  // In the order of the configuration.
  const std::vector<std::shared_ptr<Topic>>& all() const { return topics_; }

 private:
  struct Pattern {
    Pieces path;
    Pieces log;
  };

  static Pattern pattern_of(const TopicSettings& topic);
  static Match match_pattern(std::shared_ptr<Topic> topic, const Pattern& pattern,
                             std::span<const std::string> segments);

  std::vector<std::shared_ptr<Topic>> topics_;
  std::vector<Pattern> patterns_;  // of each topic
  PathTrie by_path_;               // the values are twice the index of topics_; + 1: it asks
  std::unordered_map<std::string_view, std::size_t> by_name_;  // the topics own the names
};

}  // namespace sidestream
