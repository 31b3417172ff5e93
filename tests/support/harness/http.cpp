#include "tests/support/harness/http.hpp"

#include <strings.h>

#include <algorithm>
#include <cctype>

#include "tests/support/harness/chunks.hpp"

namespace e2e {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::pair<std::string, std::string> parse_header(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || line[colon - 1] == ' ') {
    throw WireError("no header line: " + std::string(line));
  }
  auto value = line.substr(colon + 1);
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
  return {std::string(line.substr(0, colon)), std::string(value)};
}

}  // namespace

std::optional<std::string> Head::header(std::string_view name) const {
  std::optional<std::string> found;
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) found = found ? *found + ", " + value : value;
  }
  return found;
}

std::optional<Head> parse_head(std::string_view text) {
  const auto end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  Head head;
  head.raw = std::string(text.substr(0, end + 4));
  auto lines = text.substr(0, end + 2);
  const auto status = lines.substr(0, lines.find("\r\n"));
  if (status.size() < 12 || status.substr(0, 7) != "HTTP/1." || status[8] != ' ') {
    throw WireError("no status line: " + std::string(status));
  }
  head.version = std::string(status.substr(0, 8));
  head.status = std::stoi(std::string(status.substr(9, 3)));
  lines.remove_prefix(status.size() + 2);
  while (!lines.empty()) {
    const auto line = lines.substr(0, lines.find("\r\n"));
    head.headers.push_back(parse_header(line));
    lines.remove_prefix(line.size() + 2);
  }
  return head;
}

std::string Request::text() const {
  std::string result = method + " " + target + " " + version + "\r\n";
  const auto given = [this](std::string_view name) {
    return std::any_of(headers.begin(), headers.end(),
                       [&](const auto& header) { return same_name(header.first, name); });
  };
  if (!given("Host")) result += "Host: localhost\r\n";
  for (const auto& [name, value] : headers) result += name + ": " + value + "\r\n";
  if ((method == "POST" || !body.empty()) && !given("Content-Length") &&
      !given("Transfer-Encoding")) {
    result += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return result + "\r\n" + body;
}

void HttpConnection::need(std::size_t bytes, const Deadline& deadline) {
  while (buffer_.size() < bytes) {
    if (!socket_.receive(buffer_, Milliseconds(deadline.left_ms()))) {
      throw WireError("a response ends early: " + buffer_.substr(0, 200));
    }
  }
}

Head HttpConnection::receive_head(const Deadline& deadline) {
  for (;;) {
    if (auto head = parse_head(buffer_)) {
      buffer_.erase(0, head->raw.size());
      return std::move(*head);
    }
    if (!socket_.receive(buffer_, Milliseconds(deadline.left_ms()))) {
      throw WireError(socket_.end() == Socket::End::open ? "no response in time: " + buffer_
                                                         : "closed without a response: " + buffer_);
    }
  }
}

Response HttpConnection::receive(Clock::duration within, bool to_head) {
  const Deadline deadline(within);
  Response response{receive_head(deadline), {}};
  if (to_head || response.status == 204 || response.status / 100 == 1) return response;
  if (const auto length = response.header("Content-Length")) {
    const auto size = std::stoul(*length);
    need(size, deadline);
    response.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
  } else if (response.has("Transfer-Encoding")) {
    ChunkDecoder decoder;
    for (;;) {
      buffer_.erase(0, decoder.feed(buffer_, response.body));
      if (decoder.finished()) break;
      need(1, deadline);
    }
  } else {
    while (socket_.receive(buffer_, Milliseconds(deadline.left_ms()))) continue;
    if (socket_.end() == Socket::End::open) throw WireError("a response without length and end");
    response.body = std::move(buffer_);
    buffer_.clear();
  }
  return response;
}

Response HttpConnection::exchange(const Request& request, Clock::duration within) {
  send(request);
  return receive(within, request.method == "HEAD");
}

bool HttpConnection::closes(Clock::duration within) {
  const Deadline deadline(within);
  while (socket_.receive(buffer_, Milliseconds(deadline.left_ms()))) continue;
  return socket_.end() != Socket::End::open && buffer_.empty();
}

bool HttpConnection::is_quiet(Clock::duration time) {
  return buffer_.empty() && !socket_.receive(buffer_, time) && socket_.end() == Socket::End::open;
}

Response fetch(const Address& address, const Request& request, Clock::duration within) {
  return HttpConnection(address).exchange(request, within);
}

Response get(const Address& address, const std::string& target, Headers headers) {
  return fetch(address, {.target = target, .headers = std::move(headers)});
}

Response post(const Address& address, const std::string& target, const std::string& body,
              Headers headers) {
  return fetch(address,
               {.target = target, .method = "POST", .headers = std::move(headers), .body = body});
}

std::string url_encode(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_') {
      result += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      result += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return result;
}

}  // namespace e2e
