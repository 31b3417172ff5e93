#include "sidecar/http/access/decision.hpp"

#include <utility>

namespace sidestream {

AccessDecision allow(PersonPtr person, ForwardQuestionPtr question) {
  return {AccessDecision::Kind::allowed, std::move(person), std::move(question), {}, {}};
}

AccessDecision refuse(Response response) {
  return {AccessDecision::Kind::refused, nullptr, nullptr, std::move(response), {}};
}

AccessDecision no_decision(std::string why) {
  return {AccessDecision::Kind::undecided, nullptr, nullptr, {}, std::move(why)};
}

Response ask_for_credentials() {
  Response response = Response::error(401, "credentials are required");
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

Response refuse_token(std::string_view fault) {
  Response response = Response::error(401, "invalid token: " + std::string(fault));
  response.headers.emplace_back("WWW-Authenticate", "Bearer error=\"invalid_token\"");
  return response;
}

Response forbid(std::string subject) {
  Response response = Response::error(403, "not allowed by the rules of this topic");
  response.subject = std::move(subject);
  return response;
}

}  // namespace sidestream
