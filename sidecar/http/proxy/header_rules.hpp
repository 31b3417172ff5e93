#pragma once
// Which header fields a gateway passes on. Pure.
//
// Thread: any. Source: RFC 9110 section 7.6, RFC 9112 section 6.

#include <boost/beast/http/fields.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace sidestream {

std::string to_lower(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);

// The items of a comma-separated list, trimmed, without empty ones. Views into `value`.
std::vector<std::string_view> list_items(std::string_view value);

// The fields that belong to one connection only: those that RFC 9110 names, and those that the
// message's own Connection fields list.
class HopByHop {
 public:
  explicit HopByHop(const boost::beast::http::fields& fields);

  bool contains(const boost::beast::http::fields::value_type& field) const;
  // Whether Connection lists `token`, like "upgrade".
  bool lists(std::string_view token) const;

 private:
  std::vector<std::string> listed_;  // in lower case
};

// Whether only a proxy that the client's side trusts may say this: X-Forwarded-*, Forwarded,
// X-Real-IP. Many apps read a name with underscores as the same (CGI), so that counts too.
bool is_about_the_client(std::string_view name);
// Whether `name` is one of X-Request-Id, traceparent, Via and the like in another spelling.
bool is_forged_spelling(std::string_view name);

// Whether a trailer may be passed on: nothing that frames, routes or authenticates a message.
bool is_safe_trailer(std::string_view name);

// One name's fields: how many there are, and the first one's value. Heads are gone through once for
// all that matters, as each look-up by name costs nearly as much.
struct SeenField {
  std::size_t count = 0;
  std::string_view value;

  void see(std::string_view next) {
    if (count++ == 0) value = next;
  }
};

// "name: value\r\n"
void append_field(std::string& out, std::string_view name, std::string_view value);

// Via, with this hop at its end. `vias`: how many such fields the message has already.
template <class Header>
void append_via(std::string& out, const Header& message, std::size_t vias) {
  out += "Via: ";
  if (vias > 0) {
    const auto [from, to] = message.equal_range(boost::beast::http::field::via);
    for (auto field = from; field != to; ++field) {
      out.append(field->value().data(), field->value().size()).append(", ");
    }
  }
  out += message.version() < 11 ? "1.0 sidestream\r\n" : "1.1 sidestream\r\n";
}

}  // namespace sidestream
