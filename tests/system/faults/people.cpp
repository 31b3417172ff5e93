#include "tests/system/faults/people.hpp"

#include <ctime>

namespace e2e::faults {
namespace {

// The next token is of a later second than the revocation.
constexpr auto away = 1500ms;
constexpr std::time_t for_good = 3 * 24 * 3600;  // clocks jump by less

}  // namespace

std::string session_name(int person, int session) {
  return name_of_person(person) + "." + std::to_string(session);
}

std::string People::revoke(int person) {
  const std::lock_guard lock(mutex_);
  Person& who = of(person);
  who.revoking = true;
  if (!by_session_) return "{\"sub\":\"" + name_of_person(person) + "\"}";
  return "{\"sid\":\"" + session_name(person, who.session) +
         "\",\"before\":" + std::to_string(std::time(nullptr) + for_good) + "}";
}

void People::revoked(int person, Clock::time_point at, int generation) {
  const std::lock_guard lock(mutex_);
  Person& who = of(person);
  who.ended[who.session++] = {generation, at};
  who.revoking = false;
  who.back = at + away;
}

std::optional<int> People::sign_in(int person) const {
  const std::lock_guard lock(mutex_);
  const Person& who = of(person);
  if (who.revoking || Clock::now() < who.back) return std::nullopt;
  return who.session;
}

int People::newest_session(int person) const {
  const std::lock_guard lock(mutex_);
  return of(person).session;
}

bool People::may_be_gone(int person, int session) const {
  const std::lock_guard lock(mutex_);
  const Person& who = of(person);
  return who.ended.contains(session) || (who.revoking && who.session == session);
}

std::optional<Clock::time_point> People::gone_since(int person, int session, int generation) const {
  const std::lock_guard lock(mutex_);
  const Person& who = of(person);
  const auto end = who.ended.find(session);
  if (end == who.ended.end() || end->second.generation != generation) return std::nullopt;
  return end->second.at;
}

}  // namespace e2e::faults
