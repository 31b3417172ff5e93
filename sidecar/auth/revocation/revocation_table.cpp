#include "sidecar/auth/revocation/revocation_table.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sidestream {
namespace {

std::string key(char kind, const std::string& name) { return kind + name; }

}  // namespace

// One name suffices to find it; the rarest comes first.
std::string RevocationTable::key_of(const Revocation& revocation) {
  if (!revocation.token_id.empty()) return key('t', revocation.token_id);
  if (!revocation.session.empty()) return key('s', revocation.session);
  return key('p', revocation.subject);
}

bool RevocationTable::add(Revocation revocation) {
  const std::lock_guard lock(mutex_);
  std::string name = key_of(revocation);
  // A later one of the same names takes the place of the earlier.
  const auto [first, last] = by_key_.equal_range(name);
  for (auto found = first; found != last; ++found) {
    Revocation& other = *found->second;
    if (other.subject != revocation.subject || other.session != revocation.session ||
        other.token_id != revocation.token_id)
      continue;
    other.before = std::max(other.before, revocation.before);
    entries_.splice(entries_.end(), entries_, found->second);
    return false;
  }
  entries_.push_back(std::move(revocation));
  by_key_.emplace(std::move(name), std::prev(entries_.end()));
  if (entries_.size() <= most_) return false;
  remove(entries_.begin());
  return true;
}

bool RevocationTable::ends(const Person& person) const {
  const std::lock_guard lock(mutex_);
  return (!person.token_id.empty() && ends_by(key('t', person.token_id), person)) ||
         (!person.session.empty() && ends_by(key('s', person.session), person)) ||
         (!person.subject.empty() && ends_by(key('p', person.subject), person));
}

bool RevocationTable::ends_by(const std::string& key, const Person& person) const {
  const auto [first, last] = by_key_.equal_range(key);
  for (auto found = first; found != last; ++found)
    if (found->second->ends(person)) return true;
  return false;
}

void RevocationTable::remove(Entries::iterator entry) {
  const auto [first, last] = by_key_.equal_range(key_of(*entry));
  for (auto found = first; found != last; ++found) {
    if (found->second != entry) continue;
    by_key_.erase(found);
    break;
  }
  entries_.erase(entry);
}

std::size_t RevocationTable::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace sidestream
