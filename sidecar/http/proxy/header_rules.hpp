#pragma once
// Which header fields the proxy forwards. Pure.
//
// Thread: any. Source: RFC 9110 section 7.6, RFC 9112 section 6.

#include <boost/beast/http/fields.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/base/ascii_case.hpp"

namespace sidestream {

inline std::string_view to_view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

// The items of a comma-separated list, trimmed, without empty ones. Views into `value`.
std::vector<std::string_view> list_items(std::string_view value);

// The fields that belong to one connection only: those that RFC 9110 names, and those that the
// message lists in Connection.
class HopByHop {
 public:
  explicit HopByHop(const boost::beast::http::fields& fields);

  bool contains(const boost::beast::http::fields::value_type& field) const;
  // Whether Connection lists `token`, for example "upgrade".
  bool lists(std::string_view token) const;

 private:
  std::vector<std::string> listed_;  // in lower case
};

// Fields that describe the client or its request, which only a trusted proxy may set:
// X-Forwarded-*, Forwarded, X-Real-IP, True-Client-IP, X-Original-URL and the like. Underscores and
// dots count as hyphens, because CGI apps and PHP read them as the same name.
bool is_client_field(std::string_view name);
// Whether an app may read `name` as a field that was checked here under its proper name:
// X_Request_Id, X.Forwarded.For, Transfer_Encoding and the like.
bool is_spoofed_name(std::string_view name);

// Whether a trailer may be forwarded: it does not frame, route or authenticate the message.
bool is_safe_trailer(std::string_view name);

// The fields of one name: their number and the first value. A head is scanned once for all names
// that matter, because a single look-up costs nearly as much as the scan.
struct FieldSummary {
  std::size_t count = 0;
  std::string_view value;

  void add(std::string_view next) {
    if (count++ == 0) value = next;
  }
};

// "name: value\r\n"
void append_field(std::string& out, std::string_view name, std::string_view value);

// Via with this hop appended. `vias`: the number of Via fields in the message.
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
