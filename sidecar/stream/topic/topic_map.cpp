#include "sidecar/stream/topic/topic_map.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace sidestream {

TopicMap::TopicMap(std::vector<std::shared_ptr<Topic>> topics) : topics_(std::move(topics)) {
  for (const auto& topic : topics_) {
    patterns_.push_back(
        {parse_path(topic->settings.path).value, parse_log_name(topic->settings.log).value});
  }
}

bool TopicMap::fits(const Pieces& path, std::span<const std::string> segments) {
  return std::equal(path.begin(), path.end(), segments.begin(), segments.end(),
                    [](const Piece& piece, const std::string& segment) {
                      return piece.parameter || piece.text == segment;
                    });
}

bool TopicMap::takes(std::span<const std::string> segments) const {
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const Pattern& pattern) { return fits(pattern.path, segments); });
}

std::optional<TopicMap::Match> TopicMap::match(std::span<const std::string> segments) const {
  const auto found = std::find_if(patterns_.begin(), patterns_.end(),
                                  [&](const Pattern& p) { return fits(p.path, segments); });
  if (found == patterns_.end()) return std::nullopt;
  Match match{topics_[static_cast<std::size_t>(found - patterns_.begin())], {}, {}};
  std::map<std::string_view, std::string_view> values;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Piece& piece = found->path[i];
    if (!piece.parameter) continue;
    if (!is_parameter_value(segments[i])) {
      match.bad_parameter = piece.text;
      return match;
    }
    values[piece.text] = segments[i];
  }
  for (const Piece& piece : found->log) {
    match.log.append(piece.parameter ? values[piece.text] : std::string_view(piece.text));
  }
  return match;
}

std::shared_ptr<Topic> TopicMap::find(std::string_view name) const {
  const auto found = std::find_if(topics_.begin(), topics_.end(),
                                  [&](const auto& topic) { return topic->settings.name == name; });
  return found == topics_.end() ? nullptr : *found;
}

}  // namespace sidestream
