#pragma once
// Answers of the app by the SHA-256 of their question. Cookies and tokens of questions are not kept.
//
// Bounded by entries and bytes; the oldest answer is evicted first.
//
// Thread: one.

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <string_view>

#include "sidecar/auth/token/sha256.hpp"
#include "sidecar/http/access/forward_answer.hpp"

namespace sidestream {

class AnswerCache {
 public:
  using Clock = std::chrono::steady_clock;
  struct Limits {
    std::size_t entries = 10'000;
    std::size_t bytes = 16 * 1024 * 1024;  // of claims and of bodies of refusals
  };

  AnswerCache() : AnswerCache(Limits{}) {}
  explicit AnswerCache(Limits limits) : limits_(limits) {}

  // Null: none that is younger than `age`.
  ForwardAnswerPtr find(std::string_view question, Clock::time_point now,
                        std::chrono::milliseconds age) const;
  // Replaces an older one. Does nothing where the answer alone is larger than the limit.
  void put(std::string_view question, ForwardAnswerPtr answer, Clock::time_point now);

  std::size_t size() const { return entries_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    Sha256 question;
    ForwardAnswerPtr answer;
    Clock::time_point at;
    std::size_t bytes;
  };
  using Entries = std::list<Entry>;
  void erase(Entries::iterator entry);

  const Limits limits_;
  Entries entries_;  // the oldest first
  std::map<Sha256, Entries::iterator> by_question_;
  std::size_t bytes_ = 0;  // of entries_
};

}  // namespace sidestream
