#include "sidecar/http/proxy/body_writer.hpp"

#include "sidecar/http/net/chunk.hpp"

namespace sidestream {

namespace asio = boost::asio;

std::array<asio::const_buffer, 3> BodyWriter::parts(std::string_view piece, bool last,
                                                    std::string_view trailers) {
  before_.clear();
  after_.clear();
  if (chunked_) {
    if (!piece.empty()) {
      append_chunk_head(before_, piece.size());
      after_ = "\r\n";
    }
    if (last) after_.append("0\r\n").append(trailers).append("\r\n");
  }
  return {asio::buffer(before_), asio::buffer(piece), asio::buffer(after_)};
}

std::string BodyWriter::framed(std::string_view piece, bool last, std::string_view trailers) {
  parts(piece, last, trailers);
  return before_ + std::string(piece) + after_;
}

}  // namespace sidestream
