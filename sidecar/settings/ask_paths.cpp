#include "sidecar/settings/ask_paths.hpp"

#include <algorithm>
#include <string_view>

#include "sidecar/base/json_values.hpp"
#include "sidecar/settings/path_pattern.hpp"

namespace sidestream {
namespace {

using Names = std::vector<std::string>;

bool has(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

Names names_of(const Pieces& pieces) {
  const auto views = parameters_of(pieces);
  return {views.begin(), views.end()};
}

std::string in_braces(const std::string& name) { return "{" + name + "}"; }

// For messages: "has only {a} and {b}".
std::string has_only(const Names& wanted) {
  if (wanted.empty()) return "has none";
  std::string text = "has only ";
  for (std::size_t i = 0; i < wanted.size(); ++i)
    text += (i == 0 ? "" : i + 1 == wanted.size() ? " and " : ", ") + in_braces(wanted[i]);
  return text;
}

// The parameters of a question.
Names wanted_by(const TopicSettings& topic) {
  Names names = names_of(parse_path(topic.path).value);
  if (!names.empty()) names.pop_back();
  return names;
}

// The path as pieces; empty: it is absent or wrong.
Pieces read_one_path(const Value& value, const Names& wanted, std::string& into) {
  const auto text = value.text();
  if (!text) return {};
  Parsed<Pieces> parsed = parse_path(text->value);
  for (const std::string& name : names_of(parsed.value))
    if (parsed.error.empty() && !has(wanted, name))
      parsed.error = "has the parameter " + in_braces(name) + "; a question " + has_only(wanted);
  if (!parsed.error.empty()) {
    value.problem(text->shown + ' ' + parsed.error);
    return {};
  }
  into = text->value;
  return std::move(parsed.value);
}

// The value of `from_body:` for one parameter, as a pointer; empty: it was wrong.
std::string read_pointer(const Value& value) {
  const auto text = value.text();
  if (!text) return {};
  const std::string_view field = text->value;
  const std::string_view pointer = field.starts_with("json.") ? field.substr(5) : "";
  if (pointer.starts_with('/') && parse_json_pointer(pointer)) return std::string(pointer);
  value.problem(text->shown + " is not a place in a JSON body; write one like json./id");
  return {};
}

void read_from_body(const std::vector<Value::Named>& given, const Names& wanted,
                    const Names& in_path, AskSettings& ask) {
  for (const Value::Named& named : given) {
    const std::string pointer = read_pointer(named.value);
    if (!has(wanted, named.name))
      named.value.problem("is not a parameter of a question, which " + has_only(wanted));
    else if (has(in_path, named.name))
      named.value.problem("is in the path already");
    else if (!pointer.empty())
      ask.from_body.push_back({named.name, pointer});
  }
}

void read_other_path(const Section& ask, const Names& wanted, TopicPaths& paths,
                     TopicSettings& topic) {
  const Value path = ask["path"];
  const Value from_body = ask["from_body"];
  const auto given = from_body.named();
  if (!given.empty() && !path.present())
    from_body.problem("has no effect without path:, where such questions are asked");
  AskSettings& settings = *topic.ask;
  const Pieces pieces = read_one_path(path, wanted, settings.other_path);
  if (pieces.empty()) return;
  const Names in_path = names_of(pieces);
  read_from_body(given, wanted, in_path, settings);
  for (const std::string& name : wanted)
    if (!has(in_path, name) && std::ranges::find(given, name, &Value::Named::name) == given.end())
      path.problem("lacks " + in_braces(name) +
                   "; put it into the path, or name its place in the "
                   "body: from_body: { " +
                   name + ": json./id }");
  paths.add(path, topic.name + ".ask.path", in_quotes(settings.other_path), pieces);
}

void read_current(const Section& ask, const Names& wanted, TopicPaths& paths,
                  TopicSettings& topic) {
  const Value current = ask["current"];
  const Pieces pieces = read_one_path(current, wanted, topic.ask->current);
  if (pieces.empty()) return;
  const Names in_path = names_of(pieces);
  for (const std::string& name : wanted)
    if (!has(in_path, name))
      current.problem("lacks " + in_braces(name) + ", which tells whose question is meant");
  paths.add(current, topic.name + ".ask.current", in_quotes(topic.ask->current), pieces);
}

}  // namespace

void read_more_paths(const Section& ask, TopicPaths& paths, TopicSettings& topic) {
  const Names wanted = wanted_by(topic);
  read_other_path(ask, wanted, paths, topic);
  read_current(ask, wanted, paths, topic);
}

}  // namespace sidestream
