#pragma once
// Whether a request may read or publish, as a value.
//
// Thread: any.

#include <cstdint>
#include <string>

#include "sidecar/auth/person.hpp"
#include "sidecar/http/access/forward_question.hpp"
#include "sidecar/http/protocol/response.hpp"

namespace sidestream {

struct AccessDecision {
  enum class Kind : std::uint8_t {
    allowed,
    refused,    // 400, 401 or 403
    undecided,  // no keys yet, or the app can't be asked: nobody is let in
  };
  Kind kind = Kind::refused;
  PersonPtr person;  // of `allowed`; null: nobody looked at credentials, or there are none
  ForwardQuestionPtr question;  // of a person whom the app has named
  Response response;            // of `refused`
  std::string why;              // of `undecided`, for log lines
};

AccessDecision allow(PersonPtr person, ForwardQuestionPtr question = nullptr);
AccessDecision refuse(Response response);
AccessDecision no_decision(std::string why);

// 401 without, and with an invalid credential; `fault`: one word, never a part of the token.
Response ask_for_credentials();
Response refuse_token(std::string_view fault);
// 403. `subject`: of the person, as log lines may show it; empty: nobody is known.
Response forbid(std::string subject = {});

}  // namespace sidestream
