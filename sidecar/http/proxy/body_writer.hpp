#pragma once
// Frames the pieces of a body for the other side. Pure.
//
// Thread: one. What parts() gives refers to the piece and to this writer, until the next call.

#include <array>
#include <boost/asio/buffer.hpp>
#include <string>
#include <string_view>

#include "sidecar/http/protocol/framing.hpp"

namespace sidestream {

class BodyWriter {
 public:
  explicit BodyWriter(const Framing& framing) : chunked_(framing.kind == Framing::Kind::chunked) {}

  // `last`: nothing follows; then `trailers` (whole fields) end a chunked body.
  std::array<boost::asio::const_buffer, 3> parts(std::string_view piece, bool last,
                                                 std::string_view trailers);
  // The same in one string.
  std::string framed(std::string_view piece, bool last, std::string_view trailers);

 private:
  bool chunked_;
  std::string before_;
  std::string after_;
};

}  // namespace sidestream
