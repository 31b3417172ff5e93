#include "tests/integration/proxy/harness/peer.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <stdexcept>
#include <string>

namespace e2e {
namespace {

constexpr std::size_t head_max = 4 * 1024 * 1024;

std::size_t chunk_size(const std::string& line) {
  const bool hex =
      !line.empty() && line.size() <= 8 &&
      std::all_of(line.begin(), line.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
  if (!hex) throw WireError("odd chunk size: " + line.substr(0, 100));
  return std::stoul(line, nullptr, 16);
}

}  // namespace

void Peer::try_send(std::string_view bytes) {
  try {
    socket_.send(bytes);
  } catch (const WireError&) {
    // What it said before it hung up can still be read.
  }
}

void Peer::fill() {
  const std::string part(1 << 20, 'x');
  for (int i = 0; i < 200; ++i) {
    try {
      socket_.send(part, std::chrono::seconds(1));
    } catch (const WireError&) {
      return;
    }
  }
  throw std::runtime_error("200 MiB were taken that nobody reads");
}

void Peer::more(const Deadline& deadline, const char* wanted) {
  if (socket_.receive(buffer_, Milliseconds(deadline.left_ms()))) return;
  const auto so_far = buffer_.empty() ? std::string() : ", got: " + buffer_.substr(0, 300);
  if (socket_.end() == Socket::End::open) {
    throw Late(std::string("no ") + wanted + " in time" + so_far);
  }
  throw Cut(std::string("ended before ") + wanted + so_far);
}

std::string Peer::through(std::string_view mark, Clock::duration within) {
  const Deadline deadline(within);
  std::size_t at;
  while ((at = buffer_.find(mark)) == std::string::npos) {
    if (buffer_.size() > head_max) throw WireError("a head without end");
    more(deadline, "the end of a head or line");
  }
  auto result = buffer_.substr(0, at + mark.size());
  buffer_.erase(0, result.size());
  return result;
}

std::string Peer::bytes(std::size_t count, Clock::duration within) {
  const Deadline deadline(within);
  while (buffer_.size() < count) more(deadline, "all of the bytes");
  auto result = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return result;
}

std::string Peer::line(const Deadline& deadline) {
  auto text = through("\r\n", Milliseconds(deadline.left_ms()));
  text.resize(text.size() - 2);
  return text;
}

std::string Peer::chunk(Clock::duration within) {
  const Deadline deadline(within);
  const auto size = chunk_size(line(deadline));
  if (size == 0) return {};
  auto data = bytes(size + 2, Milliseconds(deadline.left_ms()));
  if (data.substr(size) != "\r\n") throw WireError("a chunk is longer than it says");
  data.resize(size);
  return data;
}

void Peer::chunked_body(Message& message, const Deadline& deadline) {
  message.chunked = true;
  for (std::string data; !(data = chunk(Milliseconds(deadline.left_ms()))).empty();) {
    message.body += data;
  }
  std::string lines;
  for (std::string text; !(text = line(deadline)).empty();) lines += text + "\r\n";
  message.trailers = parse_fields(lines);
}

void Peer::body(Message& message, const Framing& framing, Clock::duration within) {
  const Deadline deadline(within);
  switch (framing.kind) {
    case Framing::Kind::none:
      return;
    case Framing::Kind::length:
      message.body = bytes(framing.length, Milliseconds(deadline.left_ms()));
      return;
    case Framing::Kind::chunked:
      return chunked_body(message, deadline);
    case Framing::Kind::to_end:
      message.body = rest(Milliseconds(deadline.left_ms()));
      if (socket_.end() == Socket::End::reset)
        throw Cut("reset in a body that ends with the connection");
  }
}

Message Peer::request_head(Clock::duration within) {
  return parse_request(through("\r\n\r\n", within));
}

Message Peer::request(Clock::duration within) {
  const Deadline deadline(within);
  auto message = request_head(within);
  body(message, request_framing(message), Milliseconds(deadline.left_ms()));
  return message;
}

Message Peer::answer_head(Clock::duration within) {
  return parse_answer(through("\r\n\r\n", within));
}

Message Peer::answer(Clock::duration within, bool to_head) {
  const Deadline deadline(within);
  auto message = answer_head(within);
  body(message, answer_framing(message, to_head), Milliseconds(deadline.left_ms()));
  return message;
}

Message Peer::ask(std::string_view request) {
  send(request);
  return answer(usual, request.substr(0, 5) == "HEAD ");
}

std::string Peer::rest(Clock::duration within) {
  const Deadline deadline(within);
  while (socket_.receive(buffer_, Milliseconds(deadline.left_ms()))) continue;
  if (socket_.end() == Socket::End::open)
    throw Late("it does not end; got: " + buffer_.substr(0, 300));
  return std::exchange(buffer_, {});
}

std::string Peer::pending(Clock::duration time) {
  const Deadline deadline(time);
  while (socket_.receive(buffer_, Milliseconds(deadline.left_ms()))) continue;
  return std::exchange(buffer_, {});
}

bool Peer::closes(Clock::duration within) {
  const Deadline deadline(within);
  while (socket_.receive(buffer_, Milliseconds(deadline.left_ms()))) continue;
  return socket_.end() != Socket::End::open && buffer_.empty();
}

bool Peer::is_quiet(Clock::duration time) {
  return buffer_.empty() && !socket_.receive(buffer_, time) && socket_.end() == Socket::End::open;
}

}  // namespace e2e
