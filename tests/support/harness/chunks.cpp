#include "tests/support/harness/chunks.hpp"

#include <algorithm>
#include <cctype>

namespace e2e {

void ChunkDecoder::expect(char c, char wanted, State next) {
  if (c != wanted) throw WireError("broken chunk framing");
  state_ = next;
}

void ChunkDecoder::size_digit(char c) {
  if (c == '\r' && digits_ > 0) {
    state_ = State::size_lf;
    return;
  }
  if (!std::isxdigit(static_cast<unsigned char>(c)) || ++digits_ > 8) {
    throw WireError("broken chunk size");
  }
  left_ = left_ * 16 + static_cast<std::size_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

std::size_t ChunkDecoder::feed(std::string_view bytes, std::string& body) {
  std::size_t at = 0;
  while (at < bytes.size() && state_ != State::finished) {
    if (state_ == State::data) {
      const auto n = std::min(left_, bytes.size() - at);
      body.append(bytes.substr(at, n));
      at += n;
      left_ -= n;
      if (left_ == 0) state_ = State::data_cr;
      continue;
    }
    const char c = bytes[at++];
    switch (state_) {
      case State::size:
        size_digit(c);
        break;
      case State::size_lf:
        expect(c, '\n', left_ > 0 ? State::data : State::end_cr);
        digits_ = 0;
        break;
      case State::data_cr:
        expect(c, '\r', State::data_lf);
        break;
      case State::data_lf:
        expect(c, '\n', State::size);
        break;
      case State::end_cr:
        expect(c, '\r', State::end_lf);
        break;
      case State::end_lf:
        expect(c, '\n', State::finished);
        break;
      case State::data:
      case State::finished:
        break;
    }
  }
  return at;
}

}  // namespace e2e
