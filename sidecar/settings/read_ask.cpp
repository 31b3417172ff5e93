// `ask:` of a topic: questions that are answered by its logs.

#include <algorithm>
#include <chrono>
#include <unordered_map>
#include <unordered_set>

#include "sidecar/settings/ask_paths.hpp"
#include "sidecar/settings/keys.hpp"
#include "sidecar/settings/path_pattern.hpp"
#include "sidecar/settings/read.hpp"
#include "sidecar/settings/topic_paths.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

std::string joined(const Pieces& pieces) {
  std::string path;
  for (const Piece& piece : pieces)
    path += '/' + (piece.parameter ? '{' + piece.text + '}' : piece.text);
  return path;
}

// The path without its last parameter, where questions are asked. Reports a path that has none.
void read_ask_path(const Value& ask, const Value& path, TopicPaths& paths, TopicSettings& topic) {
  Pieces pieces = parse_path(topic.path).value;
  if (pieces.size() < 2 || !pieces.back().parameter) {
    ask.problem("needs a path that ends with the question's id, like path: /chat/{request}");
    return;
  }
  const Parsed<Pieces> log = parse_log_name(topic.log);
  const auto in_log = parameters_of(log.value);
  const bool good_log = log.error.empty() && !topic.log.empty();  // others are reported already
  if (good_log && std::ranges::find(in_log, std::string_view(pieces.back().text)) == in_log.end())
    ask.problem("needs a log of its own for each answer: put {" + pieces.back().text +
                "} into its name");
  pieces.pop_back();
  topic.ask->path = joined(pieces);
  paths.add(path.present() ? path : ask, topic.name + ".ask", in_quotes(topic.ask->path), pieces);
}

void read_who(const Value& ask, const Value& publish, bool has_access, TopicSettings& topic) {
  if (!publish.present()) {
    if (has_access)
      publish.problem(
          "is missing; with access: a topic with ask: says who may ask, like publish: signed_in");
    topic.publish = Publish::yes;
  } else if (!topic.can_publish()) {
    ask.problem("has no effect with publish: false, which lets nobody ask");
  }
}

void check_target(const Value& to, const std::string& own_name, const TopicSettings* target,
                  const std::vector<TopicSettings>& topics) {
  const auto text = to.text();
  if (!text) return;
  if (!target) {
    std::vector<std::string_view> names;
    for (const TopicSettings& topic : topics)
      if (topic.name != own_name) names.emplace_back(topic.name);
    to.problem(text->shown + " is not a topic" +
               to.context().suggest(text->showable(), names, "known"));
  } else if (target->name == own_name) {
    to.problem(text->shown + " is the topic itself; questions go to a topic of their own");
  } else if (target->has_parameters()) {
    to.problem(text->shown + " has parameters; questions go to one log");
  }
}

}  // namespace

Value read_ask(const Section& section, bool has_access, TopicPaths& paths, TopicSettings& topic) {
  const Value ask = section["ask"];
  const Section inner = ask.section(keys::ask);
  const Value to = inner["to"];
  if (!ask.present()) return to;
  topic.ask.emplace();
  if (!to.present() && (ask.is_section() || ask.is_empty_section()))
    to.problem("is missing; name the topic that gets the questions");
  if (const auto text = to.text()) topic.ask->to = text->value;
  read_secret(inner["secret"], topic.ask->secret);
  inner["timeout"].read_duration(topic.ask->timeout, 1s, 24h, true);
  read_ask_path(ask, section["path"], paths, topic);
  read_more_paths(inner, paths, topic);
  read_who(ask, section["publish"], has_access, topic);
  if (!section.has("start")) topic.start = Start::earliest;
  return to;
}

void check_between_topics(const std::vector<TopicPlace>& places, bool has_access,
                          std::vector<TopicSettings>& topics) {
  std::unordered_map<std::string_view, const TopicSettings*> by_name;
  for (const TopicSettings& topic : topics) by_name.emplace(topic.name, &topic);
  std::unordered_set<const TopicSettings*> asked;
  for (const TopicPlace& place : places) {
    const TopicSettings& topic = topics[place.index];
    if (!topic.ask) continue;
    const auto target = by_name.find(topic.ask->to);
    const TopicSettings* found = target == by_name.end() ? nullptr : target->second;
    check_target(place.ask_to, topic.name, found, topics);
    if (found) asked.insert(found);
  }
  for (const TopicPlace& place : places) {
    TopicSettings& topic = topics[place.index];
    const bool is_asked = asked.contains(&topic);
    if (!topic.read && is_asked) {
      topic.read = Rules{Rules::Kind::none, {}};
    } else if (!place.read.present() && has_access) {
      place.read.problem(
          "is missing; with access: each topic says who may read it, like read: signed_in");
    }
    if (topic.keep > 0 && !topic.can_publish() && !is_asked)
      place.keep.problem("has no effect without publish: true, because POST removes the entries");
  }
}

}  // namespace sidestream
