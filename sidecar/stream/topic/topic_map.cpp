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

Values values_of(const TopicMap::Parameters& parameters) {
  return {parameters.begin(), parameters.end()};
}

}  // namespace

TopicMap::TopicMap(std::vector<std::shared_ptr<Topic>> topics) : topics_(std::move(topics)) {
  by_name_.reserve(topics_.size());
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    const TopicSettings& settings = topics_[i]->settings;
    by_name_.emplace(settings.name, i);
    add(i, Use::log, settings.path);
    if (!settings.ask) continue;
    add(i, Use::ask, settings.ask->path);
    add(i, Use::ask, settings.ask->other_path);
    add(i, Use::current, settings.ask->current);
  }
}

void TopicMap::add(std::size_t topic, Use use, const std::string& path) {
  if (path.empty()) return;
  Pattern pattern{topic, use, parse_path(path).value, {}};
  if (use == Use::log) pattern.log = parse_log_name(topics_[topic]->settings.log).value;
  by_path_.add(pattern.path, patterns_.size());
  patterns_.push_back(std::move(pattern));
}

std::optional<TopicMap::Match> TopicMap::match(std::span<const std::string> segments) const {
  const auto found = by_path_.find(segments);
  if (!found) return std::nullopt;
  const Pattern& pattern = patterns_[*found];
  Match match{topics_[pattern.topic], {}, {}, pattern.use, {}};
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
  if (pattern.use == Use::log) match.log = log_name(pattern.log, values);
  return match;
}

std::string TopicMap::question_path(const std::shared_ptr<Topic>& topic,
                                    const Parameters& parameters) {
  const Values values = values_of(parameters);
  std::string path;
  for (const Piece& piece : parse_path(topic->settings.ask->path).value)
    path.append("/").append(piece.parameter ? values.at(piece.text) : piece.text);
  return path;
}

TopicMap::Reply TopicMap::reply_of(const std::shared_ptr<Topic>& topic, Parameters parameters,
                                   const std::string& request) {
  Reply reply{{topic, {}, {}, Use::log, {}}, question_path(topic, parameters) + "/" + request};
  const Pieces path = parse_path(topic->settings.path).value;
  const auto names = parameters_of(path);
  parameters.emplace_back(names.back(), request);
  const Values values = values_of(parameters);
  for (const std::string_view name : names)
    reply.match.parameters.emplace_back(name, values.at(name));
  reply.match.log = log_name(parse_log_name(topic->settings.log).value, values);
  return reply;
}

std::shared_ptr<Topic> TopicMap::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : topics_[found->second];
}

}  // namespace sidestream
