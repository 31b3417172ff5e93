#pragma once
// A strict decoder of the chunked transfer coding: no extensions, no trailers, no empty chunks but
// the last, nothing after it.
//
// Thread: one at a time. Errors: WireError at the first byte that is wrong.

#include <string>
#include <string_view>

#include "tests/support/harness/socket.hpp"

namespace e2e {

class ChunkDecoder {
 public:
  // Appends what `bytes` hold of the body to `body`. Returns how many bytes were used: all of them,
  // unless the last chunk ended before.
  std::size_t feed(std::string_view bytes, std::string& body);
  bool finished() const { return state_ == State::finished; }

 private:
  enum class State { size, size_lf, data, data_cr, data_lf, end_cr, end_lf, finished };
  void size_digit(char c);
  void expect(char c, char wanted, State next);

  State state_ = State::size;
  std::size_t left_ = 0;
  int digits_ = 0;
};

}  // namespace e2e
