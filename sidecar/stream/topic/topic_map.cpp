#include "sidecar/stream/topic/topic_map.hpp"

#include <map>
#include <utility>

namespace sidestream {
namespace {

using Values = std::map<std::string_view, std::string_view>;

std::string log_name(const Pieces& pieces, const Values& values) {
  std::string name;
  for (const Piece& piece : pieces) {
    name.append(piece.parameter ? values.at(piece.text) : std::string_view(piece.text));
  }
  return name;
}

}  // namespace

TopicMap::TopicMap(std::vector<std::shared_ptr<Topic>> topics) : topics_(std::move(topics)) {
  patterns_.reserve(topics_.size());
  by_name_.reserve(topics_.size());
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    const TopicSettings& settings = topics_[i]->settings;
    patterns_.push_back(pattern_of(settings));
    by_path_.add(patterns_[i].path, 2 * i);
    if (settings.ask) by_path_.add(parse_path(settings.ask->path).value, 2 * i + 1);
    by_name_.emplace(settings.name, i);
  }
}

std::optional<TopicMap::Match> TopicMap::match(std::span<const std::string> segments) const {
  const auto found = by_path_.find(segments);
  if (!found) return std::nullopt;
  const std::size_t topic = *found / 2;
  Match match = match_pattern(topics_[topic], patterns_[topic], segments);
  match.asks = *found % 2 == 1;
  return match;
}

TopicMap::Match TopicMap::reply_of(const Match& asked, const std::string& request) {
  const Pattern pattern = pattern_of(asked.topic->settings);
  std::vector<std::string> segments;
  std::size_t parameter = 0;
  for (const Piece& piece : pattern.path) {
    if (!piece.parameter) {
      segments.push_back(piece.text);
    } else if (parameter < asked.parameters.size()) {
      segments.push_back(asked.parameters[parameter++].second);
    } else {
      segments.push_back(request);
    }
  }
  return match_pattern(asked.topic, pattern, segments);
}

TopicMap::Pattern TopicMap::pattern_of(const TopicSettings& topic) {
  return {parse_path(topic.path).value, parse_log_name(topic.log).value};
}

// `segments` may lack the last ones of the pattern: then the log is not named.
TopicMap::Match TopicMap::match_pattern(std::shared_ptr<Topic> topic, const Pattern& pattern,
                                        std::span<const std::string> segments) {
  Match match{std::move(topic), {}, {}, false, {}};
  Values values;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Piece& piece = pattern.path[i];
    if (!piece.parameter) continue;
    if (!is_parameter_value(segments[i])) {
      match.bad_parameter = piece.text;
      return match;
    }
    values[piece.text] = segments[i];
    match.parameters.emplace_back(piece.text, segments[i]);
  }
  if (segments.size() == pattern.path.size()) match.log = log_name(pattern.log, values);
  return match;
}

std::shared_ptr<Topic> TopicMap::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : topics_[found->second];
}

}  // namespace sidestream
