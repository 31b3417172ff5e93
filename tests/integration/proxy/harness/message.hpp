#pragma once
// Requests and answers as RFC 9112 has them, read without any leniency: what this takes, every
// server and client takes, and all of them find the same end of it.
//
// Thread: any. Errors: WireError says what is not canonical.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/harness/http.hpp"

namespace e2e {

struct Message {
  std::string start;  // the first line
  Headers fields;
  std::string body;
  Headers trailers;
  bool chunked = false;
  std::string head;  // as it came, blank line included

  std::string method() const { return start.substr(0, start.find(' ')); }
  std::string target() const;
  int status() const { return std::stoi(start.substr(9, 3)); }

  std::vector<std::string> all(std::string_view name) const;
  bool has(std::string_view name) const { return !all(name).empty(); }
  // Several of one name are joined with ", "; empty where there is none.
  std::string value(std::string_view name) const;
};

// How the end of a body is found.
struct Framing {
  enum class Kind { none, length, chunked, to_end };
  Kind kind = Kind::none;
  std::uint64_t length = 0;
};

// `head` ends with the blank line.
Message parse_request(std::string_view head);
Message parse_answer(std::string_view head);
Headers parse_fields(std::string_view lines);
Framing request_framing(const Message& request);
Framing answer_framing(const Message& answer, bool to_head);

bool same_word(std::string_view a, std::string_view b);  // ASCII case ignored

// "GET /x" and fields ("Name: value"). Host, and Content-Length where there is a body, are added
// unless they are given.
std::string request_text(std::string_view line, const std::vector<std::string>& fields = {},
                         std::string_view body = {});
// "200 OK" and fields; Content-Length is added unless a framing is given.
std::string answer_text(std::string_view status, const std::vector<std::string>& fields = {},
                        std::string_view body = {});
std::string chunk(std::string_view data);

}  // namespace e2e
