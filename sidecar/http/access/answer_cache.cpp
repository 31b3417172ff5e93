#include "sidecar/http/access/answer_cache.hpp"

#include <utility>

namespace sidestream {
namespace {

constexpr std::size_t entry_bytes = 512;  // of an answer without texts, and of what keeps it

std::size_t size_of(const ForwardAnswer& answer) {
  std::size_t size = entry_bytes + answer.response.body.size();
  for (const auto& [name, value] : answer.response.headers) size += name.size() + value.size();
  if (answer.person) size += answer.person->claims.json().size();
  return size;
}

}  // namespace

ForwardAnswerPtr AnswerCache::find(std::string_view question, Clock::time_point now,
                                   std::chrono::milliseconds age) const {
  const auto found = by_question_.find(sha256(question));
  if (found == by_question_.end() || now - found->second->at >= age) return nullptr;
  return found->second->answer;
}

void AnswerCache::put(std::string_view question, ForwardAnswerPtr answer, Clock::time_point now) {
  const Sha256 key = sha256(question);
  const auto before = by_question_.find(key);
  if (before != by_question_.end()) erase(before->second);
  const std::size_t size = size_of(*answer);
  if (size > limits_.bytes || limits_.entries == 0) return;
  entries_.push_back({key, std::move(answer), now, size});
  by_question_.emplace(key, std::prev(entries_.end()));
  bytes_ += size;
  while (entries_.size() > limits_.entries || bytes_ > limits_.bytes) erase(entries_.begin());
}

void AnswerCache::erase(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  by_question_.erase(entry->question);
  entries_.erase(entry);
}

}  // namespace sidestream
