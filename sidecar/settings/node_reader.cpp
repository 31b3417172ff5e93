#include "sidecar/settings/node_reader.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cctype>

#include "sidecar/settings/expand.hpp"
#include "sidecar/settings/near_match.hpp"
#include "sidecar/settings/units.hpp"

namespace sidestream {

namespace {

constexpr std::size_t suggestions_max = 200;
constexpr std::string_view no_value = "has no value; write one or leave the key out";

std::string_view kind_name(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::scalar:
      return "a single value";
    case Node::Kind::list:
      return "a list";
    case Node::Kind::map:
      return "a map";
  }
  return {};
}

std::string did_you_mean(const std::optional<std::string>& mended) {
  return mended ? ", did you mean " + *mended + "?" : std::string();
}

}  // namespace

bool is_old_boolean(std::string_view word) {
  static constexpr std::array words{"y", "n", "yes", "no", "on", "off"};
  std::string lower(word);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::ranges::find(words, lower) != words.end();
}

std::string Context::suggest(std::string_view word, const std::vector<std::string_view>& candidates,
                             std::string_view otherwise) const {
  if (problems.count() > suggestions_max) return {};
  return suggestion(word, candidates, otherwise);
}

void Text::hide_address(const std::string& host, std::uint16_t port,
                        std::vector<HiddenText>& into) const {
  if (host.empty()) return;
  for (const HiddenText& part : parts) {
    if (part.value.find(host) == std::string::npos) continue;
    const std::string both = host + ':' + std::to_string(port);
    if (part.value.find(both) != std::string::npos) into.push_back({both, part.shown});
    into.push_back({host, part.shown});
  }
}

std::optional<Text> Value::scalar(std::string_view wanted) const {
  if (!node_) return std::nullopt;
  if (node_->kind == Node::Kind::null) {
    problem(no_value);
    return std::nullopt;
  }
  if (node_->kind != Node::Kind::scalar) {
    problem("must be " + std::string(wanted) + ", not " + std::string(kind_name(*node_)));
    return std::nullopt;
  }
  Expanded expanded = expand(node_->text, context_->environment, context_->folder);
  if (!expanded.file.empty()) context_->files.push_back(expanded.file);
  if (!expanded.error.empty()) {
    problem(expanded.error);
    return std::nullopt;
  }
  context_->hidden.insert(context_->hidden.end(), expanded.parts.begin(), expanded.parts.end());
  return Text{std::move(expanded.text), in_quotes(without_user_info(node_->text)), expanded.changed,
              node_->plain || expanded.changed, std::move(expanded.parts)};
}

std::optional<Text> Value::text_or_empty() const {
  auto text = scalar("a string");
  if (!text) return std::nullopt;
  if (node_->plain && is_old_boolean(node_->text)) {
    problem(text->shown +
            " without quotes is a boolean to some YAML parsers and a string to others; " +
            "write true or false, or put it in quotes");
    return std::nullopt;
  }
  if (text->value.find('\0') != std::string::npos) {
    problem("contains a NUL character; remove it");
    return std::nullopt;
  }
  return text;
}

std::optional<Text> Value::text() const {
  auto text = text_or_empty();
  if (!text || !text->value.empty()) return text;
  problem((text->expanded ? text->shown + ' ' : std::string()) +
          "is empty; write a value or leave the key out");
  return std::nullopt;
}

void Value::read_text_or_empty(std::string& into) const {
  if (auto text = text_or_empty()) into = std::move(text->value);
}

void Value::read_path_or_empty(std::string& into) const {
  const auto text = text_or_empty();
  if (text) into = text->value.empty() ? "" : (context_->folder / text->value).string();
}

void Value::read_boolean(bool& into) const { read_boolean_or(into, {}); }

bool Value::read_boolean_or(bool& into, std::string_view other) const {
  const std::string wanted =
      other.empty() ? "true or false" : "true, false or " + std::string(other);
  const auto text = scalar(wanted);
  if (!text) return false;
  const std::string& word = text->value;
  if (!other.empty() && word == other) return true;
  const bool yes = word == "true" || word == "True" || word == "TRUE";
  const bool no = word == "false" || word == "False" || word == "FALSE";
  if ((yes || no) && text->bare)
    into = yes;
  else if (yes || no)
    problem("must be true or false, without quotes");
  else if (other.empty())
    problem(text->shown + " is not a boolean; write true or false");
  else
    problem("must be " + wanted + ", not " + text->shown);
  return false;
}

std::optional<std::uint64_t> Value::number_within(std::uint64_t least, std::uint64_t most) const {
  const auto text = scalar("a whole number");
  if (!text) return std::nullopt;
  const auto number = parse_whole_number(text->value);
  if (number && !text->bare) {
    problem("must be a number, without quotes");
  } else if (!number) {
    problem(text->shown + " is not a whole number; write digits only, like 100");
  } else if (*number < least || *number > most) {
    problem(text->shown + " is out of range; " + std::to_string(least) + " to " +
            std::to_string(most));
  } else {
    return number;
  }
  return std::nullopt;
}

void Value::not_a_duration(const Text& text, std::string_view or_else) const {
  problem(text.shown + " is not a duration" + std::string(or_else) + " (" +
          std::string(duration_help) + ')' + did_you_mean(mend_duration(text.showable())));
}

bool Value::check_duration(const Text& text, Milliseconds value, Milliseconds least,
                           Milliseconds most) const {
  if (value < least)
    problem(text.shown + " is too short; at least " + format_duration(least));
  else if (value > most)
    problem(text.shown + " is too long; at most " + format_duration(most));
  return value >= least && value <= most;
}

void Value::read_duration(Milliseconds& into, Milliseconds least, Milliseconds most,
                          bool zero_too) const {
  const auto text = scalar("a duration");
  if (!text) return;
  const auto value = parse_duration(text->value);
  if (!value)
    not_a_duration(*text);
  else if ((zero_too && value->count() == 0) || check_duration(*text, *value, least, most))
    into = *value;
}

void Value::read_duration_or(std::optional<Milliseconds>& into, std::string_view word,
                             Milliseconds least, Milliseconds most) const {
  const auto text = scalar("a duration or " + std::string(word));
  if (!text) return;
  const auto value = parse_duration(text->value);
  if (text->value == word)
    into = std::nullopt;
  else if (!value)
    not_a_duration(*text, " or " + std::string(word));
  else if (check_duration(*text, *value, least, most))
    into = *value;
}

void Value::read_retry(RetrySettings& into, Milliseconds least, Milliseconds most) const {
  const auto text = scalar("a duration, or two like 2s..6s");
  if (!text) return;
  const auto range = parse_duration_range(text->value);
  if (!range && text->value.find("..") != std::string::npos)
    problem(text->shown + " is not a range of durations like 2s..6s (each is " +
            std::string(duration_help) + ')');
  else if (!range)
    not_a_duration(*text);
  else if (range->first > range->second)
    problem(text->shown + " is reversed; write the shorter duration first");
  else if (check_duration(*text, range->first, least, most) &&
           check_duration(*text, range->second, least, most))
    into = {range->first, range->second};
}

void Value::read_size(std::uint64_t& into, std::uint64_t least, std::uint64_t most,
                      bool zero_too) const {
  const auto text = scalar("a size");
  if (!text) return;
  const auto value = parse_size(text->value);
  if (!value)
    problem(text->shown + " is not a size (" + std::string(size_help) + ')' +
            did_you_mean(mend_size(text->showable())));
  else if (*value < least && !(zero_too && *value == 0))
    problem(text->shown + " is too small; at least " + format_size(least));
  else if (*value > most)
    problem(text->shown + " is too large; at most " + format_size(most));
  else
    into = *value;
}

std::optional<std::size_t> Value::choice_among(const std::vector<std::string_view>& names) const {
  const auto text = scalar("a string");
  if (!text) return std::nullopt;
  const auto found = std::ranges::find(names, text->value);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  problem(text->shown + " is not a valid value" +
          context_->suggest(text->showable(), names, "allowed"));
  return std::nullopt;
}

bool Value::is_empty_section() const {
  if (!node_) return false;
  return node_->kind == Node::Kind::null || (is_section() && node_->entries.empty());
}

bool Value::check_map() const {
  if (!node_) return false;
  if (node_->kind == Node::Kind::map) return true;
  if (node_->kind != Node::Kind::null)
    problem("must be a map of keys and values, not " + std::string(kind_name(*node_)));
  return false;
}

Section Value::section(Keys keys) const {
  return Section(*context_, path_, key_, check_map() ? node_ : nullptr, keys);
}

std::vector<Value::Named> Value::named() const {
  std::vector<Named> out;
  if (!check_map()) return out;
  for (const Entry& entry : node_->entries)
    out.push_back({entry.key, entry.plain, entry.mark,
                   Value(*context_, join_path(path_, entry.key), entry.mark, entry.value)});
  return out;
}

std::vector<Value> Value::items() const {
  std::vector<Value> out;
  if (!node_) return out;
  if (node_->kind == Node::Kind::null) {
    problem(no_value);
    return out;
  }
  if (node_->kind != Node::Kind::list) {
    problem("must be a list like [a, b], not " + std::string(kind_name(*node_)));
    return out;
  }
  for (const Node* item : node_->items)
    out.emplace_back(*context_, path_ + '[' + std::to_string(out.size()) + ']', item->mark, item);
  return out;
}

std::vector<Value> Value::one_or_more() const {
  if (!node_ || is_list()) return items();
  return {*this};
}

Section::Section(Context& context, std::string path, Mark mark, const Node* node, Keys keys)
    : context_(&context), path_(std::move(path)), mark_(mark), node_(node), keys_(keys) {
  if (!node_) return;
  for (const Entry& entry : node_->entries) {
    if (std::ranges::find(keys_, entry.key) != keys_.end()) continue;
    context_->problems.add(entry.mark, join_path(path_, entry.key),
                           "unknown key" + context_->suggest(entry.key, views(keys_), "allowed"));
  }
}

Value Section::operator[](std::string_view key) const {
  assert(std::ranges::find(keys_, key) != keys_.end());
  const Node* node = nullptr;
  Mark mark = mark_;
  if (node_) {
    const auto found = std::ranges::find(node_->entries, key, &Entry::key);
    if (found != node_->entries.end()) {
      node = found->value;
      mark = found->mark;
    }
  }
  return Value(*context_, join_path(path_, key), mark, node);
}

}  // namespace sidestream
