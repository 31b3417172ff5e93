#pragma once
// A request as a plain value: what handlers read. Each protocol makes its own requests into this.
//
// Thread: any.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/http/client/client.hpp"
#include "sidecar/http/protocol/fields.hpp"

namespace sidestream {

struct Request {
  std::string method;
  std::vector<std::string> segments;  // of the path, percent-decoded
  Fields query;                       // percent-decoded, in order
  Fields headers;                     // names in lower case
  Client client;                      // that the request comes from
  bool http10 = false;
  bool tls = false;                 // the connection speaks TLS
  bool one_spelling = true;         // the path is the only spelling of its segments
  bool from_trusted_proxy = false;  // its X-Forwarded-* are believed

  // The first value, if any.
  std::optional<std::string_view> header(std::string_view lower_name) const;
  std::optional<std::string_view> parameter(std::string_view name) const;
  // All values of the fields of that name as one: a list with commas, cookies with semicolons.
  std::string joined(std::string_view lower_name) const;
  // The decoded path: "/events/orders".
  std::string path() const;
  bool reads() const { return method == "GET" || method == "HEAD"; }
};

}  // namespace sidestream
