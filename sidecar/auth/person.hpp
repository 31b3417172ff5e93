#pragma once
// Somebody who is signed in, by a token or by the app's answer.
//
// Thread: any; immutable.

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "sidecar/auth/claims.hpp"

namespace sidestream {

struct Person {
  Claims claims;
  // Of the claims that limits, log lines and revocations use. Empty: absent.
  std::string subject;
  std::string session;                                // sid
  std::string token_id;                               // jti
  std::optional<std::chrono::sys_seconds> issued_at;  // of a verdict of the app: when it was asked
  // When the rights end, as the client is told, and when its streams end. Absent: never.
  std::optional<std::chrono::sys_seconds> expires_at;
  std::optional<std::chrono::sys_time<std::chrono::milliseconds>> ends_at;
};
using PersonPtr = std::shared_ptr<const Person>;

// `subject`: the name of the claim.
Person make_person(Claims claims, const std::string& subject);

// The one whose rights end first; the first of two that end alike. Null: nobody.
PersonPtr that_ends_first(const PersonPtr& first, const PersonPtr& second);

}  // namespace sidestream
