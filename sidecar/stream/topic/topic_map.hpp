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

  // What a path of a topic is for.
  enum class Use : std::uint8_t {
    log,      // a log: its events, or publishing to it
    ask,      // questions are asked
    current,  // the newest question of the parameters
  };
  using Parameters = std::vector<std::pair<std::string, std::string>>;
  struct Match {
    std::shared_ptr<Topic> topic;
    std::string log;        // that the request names; empty with `bad_parameter`, and for
                            // another use
    Parameters parameters;  // of the path, by name
    Use use = Use::log;
    std::string bad_parameter;  // the first path parameter with an invalid value; empty: all valid
  };
  // `segments`: the request's path, each segment percent-decoded. Empty: no topic has this path.
  std::optional<Match> match(std::span<const std::string> segments) const;

  // The default path where a question with these parameters is asked. Requires: as of reply_of().
  static std::string question_path(const std::shared_ptr<Topic>& topic,
                                   const Parameters& parameters);

  // The reply to a question, also after a reload has changed the map.
  struct Reply {
    Match match;
    std::string path;
  };
  // `parameters`: of the question. Requires: they are all that the topic's path has but its last,
  // whose value is `request`, and valid.
  static Reply reply_of(const std::shared_ptr<Topic>& topic, Parameters parameters,
                        const std::string& request);
  // By name, templates included. Null: there is none.
  std::shared_ptr<Topic> find(std::string_view name) const;
  // In the order of the configuration.
  const std::vector<std::shared_ptr<Topic>>& all() const { return topics_; }

 private:
  // One path of a topic.
  struct Pattern {
    std::size_t topic;  // its index
    Use use;
    Pieces path;
    Pieces log;  // of Use::log
  };

  void add(std::size_t topic, Use use, const std::string& path);

  std::vector<std::shared_ptr<Topic>> topics_;
  std::vector<Pattern> patterns_;
  PathTrie by_path_;  // the values are indexes of patterns_
  std::unordered_map<std::string_view, std::size_t> by_name_;  // the topics own the names
};

}  // namespace sidestream
