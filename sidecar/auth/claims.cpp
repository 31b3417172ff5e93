#include "sidecar/auth/claims.hpp"

#include <algorithm>
#include <utility>

#include "sidecar/base/json_values.hpp"

namespace sidestream {
namespace {

JsonValue find(std::string_view json, std::string_view claim) {
  JsonPath path{std::string(claim)};
  if (claim.starts_with('/')) {
    auto pointer = parse_json_pointer(claim);
    if (!pointer) return {};
    path = std::move(*pointer);
  }
  std::vector<JsonValue> out;
  find_json_values(json, {&path, 1}, out);
  return std::move(out[0]);
}

bool is_space_separated(std::string_view claim) { return claim == "scope" || claim == "scp"; }

void add_words(std::vector<std::string>& into, std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) into.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace

std::optional<Claims> Claims::parse(std::string json) {
  const JsonPath whole;
  std::vector<JsonValue> out;
  find_json_values(json, {&whole, 1}, out);
  if (out[0].kind != JsonValue::Kind::object) return std::nullopt;
  return Claims(std::move(json));
}

std::vector<std::string> Claims::values(std::string_view claim) const {
  JsonValue value = find(json_, claim);
  std::vector<std::string> texts = std::move(value.items);
  if (value.is_scalar()) texts.push_back(std::move(value.text));
  if (is_space_separated(claim)) {
    std::vector<std::string> words;
    for (const auto& text : texts) add_words(words, text);
    // A scope that is a list may have items with spaces: they match as a whole too.
    for (auto& text : texts)
      if (std::ranges::find(words, text) == words.end()) words.push_back(std::move(text));
    texts = std::move(words);
  }
  std::erase(texts, "");
  return texts;
}

std::optional<std::string> Claims::text(std::string_view claim) const {
  JsonValue value = find(json_, claim);
  if (!value.is_scalar() || value.text.empty()) return std::nullopt;
  return std::move(value.text);
}

bool Claims::has(std::string_view claim) const {
  const JsonValue::Kind kind = find(json_, claim).kind;
  return kind != JsonValue::Kind::absent && kind != JsonValue::Kind::null;
}

}  // namespace sidestream
