#include "tests/integration/proxy/harness/message.hpp"

#include <strings.h>

#include <algorithm>
#include <cctype>
#include <cstdio>

namespace e2e {
namespace {

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

// Above 0x7f is anybody's (obs-text); HTAB only within values.
bool is_text(std::string_view text, bool tab) {
  return std::all_of(text.begin(), text.end(), [tab](unsigned char c) {
    return (c >= 0x20 && c != 0x7f) || (tab && c == '\t');
  });
}

std::string_view trimmed(std::string_view text) {
  const auto space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

std::string in_quotes(std::string_view text) {
  std::string result;
  for (const char c : text.substr(0, 200)) {
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, "\\x%02x", static_cast<unsigned char>(c));
    const bool plain = c >= 0x20 && c < 0x7f;
    result += plain ? std::string(1, c) : escaped;
  }
  return result;
}

Message parse_message(std::string_view head) {
  const auto end = head.find("\r\n");
  if (end == std::string_view::npos || head.size() < end + 4) throw WireError("no head");
  Message message;
  message.head = std::string(head);
  message.start = std::string(head.substr(0, end));
  if (!is_text(message.start, false))
    throw WireError("odd first line: " + in_quotes(message.start));
  head.remove_prefix(end + 2);
  head.remove_suffix(2);
  message.fields = parse_fields(head);
  return message;
}

bool given(const std::vector<std::string>& fields, std::string_view name) {
  return std::any_of(fields.begin(), fields.end(), [&](const std::string& field) {
    return same_word(std::string_view(field).substr(0, field.find(':')), name);
  });
}

std::string joined(const std::vector<std::string>& fields) {
  std::string lines;
  for (const auto& field : fields) lines += field + "\r\n";
  return lines;
}

// Nothing where the message has neither length nor coding.
std::optional<Framing> declared_framing(const Message& message) {
  const auto codings = message.all("Transfer-Encoding");
  const auto lengths = message.all("Content-Length");
  if (codings.size() + lengths.size() > 1) throw WireError("framed twice:\n" + message.head);
  if (!codings.empty()) {
    if (!same_word(codings[0], "chunked")) throw WireError("odd coding: " + codings[0]);
    return Framing{Framing::Kind::chunked, 0};
  }
  if (lengths.empty()) return std::nullopt;
  const auto& text = lengths[0];
  const bool digits =
      std::all_of(text.begin(), text.end(), [](char c) { return '0' <= c && c <= '9'; });
  if (!digits || text.empty() || text.size() > 18)
    throw WireError("odd length: " + in_quotes(text));
  return Framing{Framing::Kind::length, std::stoull(text)};
}

}  // namespace

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::string Message::target() const {
  const auto begin = start.find(' ') + 1;
  return start.substr(begin, start.rfind(' ') - begin);
}

std::vector<std::string> Message::all(std::string_view name) const {
  std::vector<std::string> found;
  for (const auto& [key, value] : fields) {
    if (same_word(key, name)) found.push_back(value);
  }
  return found;
}

std::string Message::value(std::string_view name) const {
  std::string result;
  for (const auto& value : all(name)) result += (result.empty() ? "" : ", ") + value;
  return result;
}

Headers parse_fields(std::string_view lines) {
  Headers fields;
  while (!lines.empty()) {
    const auto end = lines.find("\r\n");
    const auto line = lines.substr(0, end);
    const auto colon = line.find(':');
    if (end == std::string_view::npos || colon == std::string_view::npos) {
      throw WireError("no field: " + in_quotes(line));
    }
    const auto name = line.substr(0, colon);
    const auto value = trimmed(line.substr(colon + 1));
    if (!is_token(name)) throw WireError("odd field name: " + in_quotes(line));
    if (!is_text(value, true)) throw WireError("odd field value: " + in_quotes(line));
    fields.emplace_back(name, value);
    lines.remove_prefix(end + 2);
  }
  return fields;
}

Message parse_request(std::string_view head) {
  auto request = parse_message(head);
  const auto& start = request.start;
  if (std::count(start.begin(), start.end(), ' ') != 2 || !is_token(request.method()) ||
      request.target().empty() || start.substr(start.rfind(' ')) != " HTTP/1.1") {
    throw WireError("odd request line: " + in_quotes(start));
  }
  if (request.all("Host").size() != 1) throw WireError("not one Host:\n" + request.head);
  request_framing(request);
  return request;
}

Message parse_answer(std::string_view head) {
  auto answer = parse_message(head);
  const auto& start = answer.start;
  const bool digits = start.size() >= 12 && std::isdigit(start[9]) && std::isdigit(start[10]) &&
                      std::isdigit(start[11]);
  if (!digits || (start.rfind("HTTP/1.1 ", 0) != 0 && start.rfind("HTTP/1.0 ", 0) != 0) ||
      (start.size() > 12 && start[12] != ' ')) {
    throw WireError("odd status line: " + in_quotes(start));
  }
  return answer;
}

Framing request_framing(const Message& request) {
  return declared_framing(request).value_or(Framing{});
}

Framing answer_framing(const Message& answer, bool to_head) {
  const auto declared = declared_framing(answer);
  const int status = answer.status();
  if (to_head || status / 100 == 1 || status == 204 || status == 304) return {};
  return declared.value_or(Framing{Framing::Kind::to_end, 0});
}

std::string request_text(std::string_view line, const std::vector<std::string>& fields,
                         std::string_view body) {
  std::string text = std::string(line) + " HTTP/1.1\r\n";
  if (!given(fields, "Host")) text += "Host: app.test\r\n";
  text += joined(fields);
  if (!body.empty() && !given(fields, "Content-Length") && !given(fields, "Transfer-Encoding")) {
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return text + "\r\n" + std::string(body);
}

std::string answer_text(std::string_view status, const std::vector<std::string>& fields,
                        std::string_view body) {
  std::string text = "HTTP/1.1 " + std::string(status) + "\r\n" + joined(fields);
  if (!given(fields, "Content-Length") && !given(fields, "Transfer-Encoding")) {
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return text + "\r\n" + std::string(body);
}

std::string chunk(std::string_view data) {
  char size[24];
  std::snprintf(size, sizeof size, "%zx\r\n", data.size());
  return size + std::string(data) + "\r\n";
}

}  // namespace e2e
