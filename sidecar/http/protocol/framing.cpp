#include "sidecar/http/protocol/framing.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <cstddef>
#include <iterator>

#include "sidecar/http/protocol/host.hpp"

namespace sidestream {
namespace {

// Chunked is the last coding, and not applied twice: only then is the end of the body known.
bool ends_with_one_chunked(const RequestHeader& request) {
  namespace http = boost::beast::http;
  std::size_t chunked = 0;
  bool last = false;
  const auto [from, to] = request.equal_range(http::field::transfer_encoding);
  for (auto field = from; field != to; ++field) {
    for (const auto& coding : http::ext_list(field->value())) {
      last = boost::beast::iequals(coding.first, "chunked");
      chunked += last ? 1 : 0;
    }
  }
  return last && chunked == 1;
}

}  // namespace

std::optional<Response> find_framing_fault(const RequestHeader& request) {
  namespace http = boost::beast::http;
  const auto [coding, end] = request.equal_range(http::field::transfer_encoding);
  if (coding == end) return std::nullopt;
  if (request.version() < 11) return Response::error(400, "HTTP/1.0 has no Transfer-Encoding");
  if (std::next(coding) == end && boost::beast::iequals(coding->value(), "chunked"))
    return std::nullopt;
  if (ends_with_one_chunked(request))
    return Response::error(501, "only chunked is supported as Transfer-Encoding of a request");
  return Response::error(400, "the Transfer-Encoding does not end with chunked");
}

std::optional<Response> find_host_fault(const RequestHeader& request) {
  const auto [host, end] = request.equal_range(boost::beast::http::field::host);
  if (host == end) {
    if (request.version() < 11) return std::nullopt;
    return Response::error(400, "the request has no Host header");
  }
  if (std::next(host) != end)
    return Response::error(400, "the request has more than one Host header");
  if (is_host({host->value().data(), host->value().size()})) return std::nullopt;
  return Response::error(400, "the Host header is invalid");
}

}  // namespace sidestream
