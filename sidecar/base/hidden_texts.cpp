#include "sidecar/base/hidden_texts.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <utility>

namespace sidestream {
namespace {

constexpr std::size_t word_max = 8;  // bytes of a value that is replaced as a whole word only

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Whether the word goes on over the border between `before` and `after`.
bool continues(std::string_view before, std::string_view after) {
  return !before.empty() && !after.empty() && is_word_char(before.back()) &&
         is_word_char(after.front());
}

bool stands_at(std::string_view text, std::size_t at, std::string_view value) {
  if (text.compare(at, value.size(), value) != 0) return false;
  return value.size() > word_max || (!continues(text.substr(0, at), value) &&
                                     !continues(value, text.substr(at + value.size())));
}

bool contains(const std::vector<HiddenText>& texts, const HiddenText& text) {
  return std::ranges::any_of(texts, [&](const HiddenText& known) {
    return known.value == text.value && known.shown == text.shown;
  });
}

std::string in_json(std::string_view text) {
  const std::string quoted = boost::json::serialize(text);
  return quoted.substr(1, quoted.size() - 2);
}

HiddenText in_json(const HiddenText& text) { return {in_json(text.value), in_json(text.shown)}; }

}  // namespace

void HiddenTexts::add(const Hidden& hidden) {
  const std::lock_guard lock(mutex_);
  for (const HiddenText& text : hidden.texts) {
    if (text.value.empty() || contains(texts_, text)) continue;
    texts_.push_back(text);
    if (auto quoted = in_json(text); quoted.value != text.value)
      texts_.push_back(std::move(quoted));
  }
  std::ranges::stable_sort(texts_, std::ranges::greater(),
                           [](const HiddenText& text) { return text.value.size(); });
}

std::string HiddenTexts::hide(std::string_view text) const {
  std::string out;
  const std::lock_guard lock(mutex_);
  for (std::size_t at = 0; at < text.size();) {
    const auto found = std::ranges::find_if(
        texts_, [&](const HiddenText& hidden) { return stands_at(text, at, hidden.value); });
    out += found == texts_.end() ? text.substr(at, 1) : std::string_view(found->shown);
    at += found == texts_.end() ? 1 : found->value.size();
  }
  return out;
}

}  // namespace sidestream
