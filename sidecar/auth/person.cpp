#include "sidecar/auth/person.hpp"

#include <utility>

namespace sidestream {

Person make_person(Claims claims, const std::string& subject) {
  Person person;
  person.subject = claims.text(subject).value_or("");
  person.session = claims.text("sid").value_or("");
  person.token_id = claims.text("jti").value_or("");
  person.claims = std::move(claims);
  return person;
}

PersonPtr that_ends_first(const PersonPtr& first, const PersonPtr& second) {
  if (!first || !second) return first ? first : second;
  if (!second->ends_at) return first;
  return !first->ends_at || *second->ends_at < *first->ends_at ? second : first;
}

}  // namespace sidestream
