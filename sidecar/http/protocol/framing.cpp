#include "sidecar/http/protocol/framing.hpp"

#include <boost/beast/core/string.hpp>
#include <iterator>

namespace sidestream {

std::optional<Response> find_framing_fault(const RequestHeader& request) {
  namespace http = boost::beast::http;
  const auto [coding, end] = request.equal_range(http::field::transfer_encoding);
  if (coding == end) return std::nullopt;
  if (request.version() < 11) return Response::error(400, "HTTP/1.0 has no Transfer-Encoding");
  if (std::next(coding) == end && boost::beast::iequals(coding->value(), "chunked"))
    return std::nullopt;
  return Response::error(501, "only chunked is supported as Transfer-Encoding of a request");
}

}  // namespace sidestream
