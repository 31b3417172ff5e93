// Records of the log of revocations.

#include <cmath>
#include <string>

#include "sidecar/auth/revocation/revocation.hpp"
#include "sidecar/auth/revocation/revocation_table.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/json_checks.hpp"

namespace fuzz {
namespace {

namespace json = boost::json;
using sidestream::Person;
using sidestream::Revocation;

constexpr std::chrono::sys_seconds recorded{std::chrono::seconds(1'800'000'000)};
constexpr double last_second = 253402300799;

// Nothing: it names nobody. Empty: absent.
bool is_name(const json::value* value) {
  return value == nullptr ||
         (is_scalar(*value) && (!value->is_string() || !value->as_string().empty()));
}
bool takes(const std::string& name, const json::value* value) {
  return value == nullptr ? name.empty() : is_text_of(name, *value);
}

// Tiny ones are zero to one parser and an error to the other; 0e800 is no number to Boost.JSON.
bool is_doubtful(const json::value* before) {
  return before != nullptr && before->is_double() && !(std::abs(before->as_double()) >= 1e-300);
}

void check_before(const Revocation& revocation, const json::value* before, std::string_view text) {
  if (before == nullptr) {
    require(revocation.before == recorded, "the record's time", text);
    return;
  }
  const double seconds = before->to_number<double>();
  require(seconds >= 0 && seconds <= last_second, "a time of this calendar", text);
  require(static_cast<double>(revocation.before.time_since_epoch().count()) == std::floor(seconds),
          "the second in which it lies", text);
}

void check_ends(const Revocation& revocation, std::string_view text) {
  Person person;
  person.subject = revocation.subject.empty() ? "anybody" : revocation.subject;
  person.session = revocation.session.empty() ? "anything" : revocation.session;
  person.token_id = revocation.token_id;
  require(revocation.ends(person), "rights without a time are older than any", text);
  person.issued_at = revocation.before;
  require(revocation.ends(person), "up to the second itself", text);
  sidestream::RevocationTable table;
  table.add(revocation);
  require(table.ends(person), "the table says so too", text);
  Person later = person;
  *later.issued_at += std::chrono::seconds(1);
  require(!revocation.ends(later) && !table.ends(later), "not those of later", text);
  for (std::string Person::*name : {&Person::subject, &Person::session, &Person::token_id}) {
    Person other = person;
    other.*name += "'";
    const bool counts = (name == &Person::subject && !revocation.subject.empty()) ||
                        (name == &Person::session && !revocation.session.empty()) ||
                        (name == &Person::token_id && !revocation.token_id.empty());
    require(revocation.ends(other) == !counts && table.ends(other) == !counts,
            "all names must match", text);
  }
}

}  // namespace

void check_revocation(Input input) {
  const std::string text(input.rest());
  const auto revocation = sidestream::parse_revocation(text, recorded);
  const auto whole = parse_whole(text);
  const json::object* object = whole ? whole->if_object() : nullptr;
  if (object == nullptr) {
    require(!revocation, "no object, no revocation", text);
    return;
  }
  const auto *sub = object->if_contains("sub"), *sid = object->if_contains("sid"),
             *jti = object->if_contains("jti"), *before = object->if_contains("before");
  if (is_doubtful(before)) return;
  const bool names = (sub || sid || jti) && is_name(sub) && is_name(sid) && is_name(jti);
  const bool timed =
      before == nullptr || (before->is_number() && before->to_number<double>() >= 0 &&
                            before->to_number<double>() <= last_second);
  require(revocation.has_value() == (names && timed), "a name and no bad time", text);
  if (!revocation) return;
  require(takes(revocation->subject, sub) && takes(revocation->session, sid) &&
              takes(revocation->token_id, jti),
          "its names", text);
  check_before(*revocation, before, text);
  check_ends(*revocation, text);
}

}  // namespace fuzz
