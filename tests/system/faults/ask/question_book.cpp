#include "tests/system/faults/ask/question_book.hpp"

#include <algorithm>

#include "tests/system/faults/ask/pieces.hpp"

namespace e2e::faults {

void QuestionBook::asks(const std::string& name) {
  const std::lock_guard lock(mutex_);
  ++entries_[name].posts;
}

void QuestionBook::cancels(const std::string& name) {
  const std::lock_guard lock(mutex_);
  ++entries_[name].deletes;
}

void QuestionBook::asked(const std::string& name, const std::string& location) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[name];
  entry.promised = true;
  entry.location = location;
}

void QuestionBook::cancelled(const std::string& name) {
  const std::lock_guard lock(mutex_);
  ++entries_[name].cancels_promised;
}

void QuestionBook::forget_promises() {
  const std::lock_guard lock(mutex_);
  for (auto& [name, entry] : entries_) {
    entry.promised = false;
    entry.cancels_promised = 0;
  }
}

bool QuestionBook::was_cancelled(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(name);
  return entry != entries_.end() && entry->second.deletes > 0;
}

std::vector<std::pair<std::string, std::string>> QuestionBook::promised() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& [name, entry] : entries_)
    if (entry.promised) all.emplace_back(name, entry.location);
  return all;
}

QuestionBook::Counts QuestionBook::counts() const {
  const std::lock_guard lock(mutex_);
  Counts counts{.questions = static_cast<int>(entries_.size())};
  for (const auto& [name, entry] : entries_) {
    counts.posts += entry.posts;
    counts.cancels += entry.deletes > 0;
  }
  return counts;
}

std::vector<std::string> QuestionBook::judge(const std::vector<QuestionRecord>& log,
                                             bool once) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> wrong;
  std::map<std::string, int> asked, cancelled;  // by name
  std::map<std::string, std::string> name_of;   // by the request's id
  for (const auto& [name, entry] : entries_)
    if (const auto slash = entry.location.rfind('/'); slash != std::string::npos)
      name_of[entry.location.substr(slash + 1)] = name;
  for (const auto& record : log) {
    if (record.event == "cancel") {
      ++cancelled[name_of[record.request]];
      continue;
    }
    const auto name = name_in(record.body);
    const auto entry = entries_.find(name);
    if (entry == entries_.end()) {
      wrong.push_back("a question that nobody asked: " + record.body);
      continue;
    }
    ++asked[name];
    if (record.body != question_body(name)) wrong.push_back(name + " has another body");
    if (name_of[record.request] != name)
      wrong.push_back(name + " has the request " + record.request + " instead of that of " +
                      entry->second.location);
  }
  for (const auto& [name, entry] : entries_) {
    const int times = asked[name];
    const int least = entry.promised ? 1 : 0;
    // After a loss of all data an old POST that was late may ask again.
    const int most = once ? 1 : entry.posts;
    if (times < least || times > most)
      wrong.push_back(name + " was asked " + std::to_string(times) + " times, by " +
                      std::to_string(entry.posts) + " POSTs with one key");
    const int cancels = cancelled[name];
    if (cancels < entry.cancels_promised || cancels > entry.deletes)
      wrong.push_back(name + " was cancelled " + std::to_string(cancels) + " times, by " +
                      std::to_string(entry.deletes) + " DELETEs, of which " +
                      std::to_string(entry.cancels_promised) + " were accepted");
  }
  return wrong;
}

}  // namespace e2e::faults
