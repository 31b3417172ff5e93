#pragma once
// An outgoing request and its response as plain values.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sidecar/fetch/error.hpp"
#include "sidecar/fetch/url.hpp"

namespace sidestream {

using FetchHeaders = std::vector<std::pair<std::string, std::string>>;

struct FetchRequest {
  explicit FetchRequest(std::string u) : url(std::move(u)) {}

  std::string url;     // http:// or https://; user:password@ becomes Authorization: Basic
  std::string target;  // sent instead of the URL's path and query, as it is
  std::string socket;  // connect to this Unix socket instead of the URL's host
  std::string method = "GET";
  FetchHeaders headers;  // replace Host, User-Agent and Authorization of our own
  std::string body;
  std::chrono::milliseconds connect_within{2000};  // name, connection and TLS handshake
  std::chrono::milliseconds within{10000};         // the whole request, a retry included
  std::uint64_t max_body = 1024 * 1024;            // bytes of the response's body
  bool read_body = true;   // false: the connection is closed after the response's head
  bool keep_alive = true;  // false: a connection of its own, closed afterwards

  // May be sent twice without another effect (RFC 9110, 9.2.2).
  bool is_idempotent() const;
};

struct FetchResponse {
  unsigned status = 0;
  FetchHeaders headers;
  std::string body;

  // The first value of `name` in any case of letters; empty: none.
  std::string_view header(std::string_view name) const;
};

// The bytes of the request, or FetchErrc::invalid_request where a header could not be sent safely.
Fetched<std::string> encode_request(const FetchRequest& request, const FetchUrl& url);

}  // namespace sidestream
