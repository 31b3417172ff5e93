#pragma once
// A response as a plain value: what handlers give to a Responder.
//
// Thread: any.

#include <string>
#include <string_view>
#include <utility>

#include "sidecar/http/protocol/fields.hpp"

namespace sidestream {

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  Fields headers;
  std::string reason{};   // of an error, for the log: the text in the body
  std::string subject{};  // of a refusal, for the log: of the person, as log lines may show it

  static Response json(std::string body) { return {.body = std::move(body)}; }
  // {"error": text}
  static Response error(unsigned status, std::string_view text);
  static Response not_allowed(std::string_view allow);
};

// The HTTP/1.1 head, also for HTTP/1.0 clients: the version is the sender's (RFC 9110, 6.2).
// `connection`: the field's value; empty: none.
std::string head_of(const Response& response, std::string_view connection);

}  // namespace sidestream
