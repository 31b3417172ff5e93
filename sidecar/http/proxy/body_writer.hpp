#pragma once
// Frames the pieces of a body for the receiving side. Pure.
//
// Thread: one. The buffers of parts() refer to the piece and to this writer, until the next call.

#include <array>
#include <boost/asio/buffer.hpp>
#include <string>
#include <string_view>

#include "sidecar/http/protocol/framing.hpp"

namespace sidestream {

class BodyWriter {
 public:
  explicit BodyWriter(const Framing& framing) : chunked_(framing.kind == Framing::Kind::chunked) {}

  // `last`: the body ends with this piece; `trailers` (whole fields) then end a chunked body.
  std::array<boost::asio::const_buffer, 3> parts(std::string_view piece, bool last,
                                                 std::string_view trailers);
  // The same as one string.
  std::string framed(std::string_view piece, bool last, std::string_view trailers);

 private:
  bool chunked_;
  std::string before_;
  std::string after_;
};

}  // namespace sidestream
