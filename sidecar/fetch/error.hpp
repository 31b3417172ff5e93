#pragma once
// Errors of outgoing HTTP requests.

#include <boost/system/result.hpp>
#include <string>
#include <utility>

namespace sidestream {

enum class FetchErrc {
  invalid_request,  // URL, method or header; nothing was sent
  resolve,          // the host name has no address
  connect,          // no address accepts connections
  tls,              // CA file, handshake or certificate
  timeout,          // the connect or the total deadline
  closed,           // the connection ended before the first byte of the response
  incomplete,       // the connection ended within the response
  malformed,        // the response is not HTTP/1.x
  too_large,        // the head or the body exceeds its limit
};

struct FetchError {
  FetchError() = default;  // result::error() needs it
  FetchError(FetchErrc c, std::string what) : code(c), text(std::move(what)) {}

  FetchErrc code = FetchErrc::invalid_request;
  std::string text;  // what failed, the value, what to do; without secrets
};

template <class T>
using Fetched = boost::system::result<T, FetchError>;

}  // namespace sidestream
