#include "tests/support/harness/sse_parser.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace e2e {
namespace {

enum Stage { nothing = 0, event_seen, data_seen, id_seen };

[[noreturn]] void wrong(const std::string& what, std::string_view block) {
  throw WireError(what + ", in: " + std::string(block.substr(0, 400)));
}

std::string_view next_line(std::string_view& lines) {
  const auto end = lines.find('\n');
  const auto line = lines.substr(0, end);
  lines.remove_prefix(end + 1);
  return line;
}

}  // namespace

bool well_formed_id(std::string_view id) {
  return !id.empty() && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '~' || c == '-';
  });
}

void SseParser::accept(std::string_view body) {
  if (std::memchr(body.data(), '\r', body.size())) wrong("a CR on the wire", body);
  buffer_.append(body);
  accepted_ += body.size();
  if (accepted_ - body.size() < 3 && buffer_.compare(0, 3, "\xEF\xBB\xBF") == 0) {
    wrong("the stream begins with a BOM", body);
  }
}

bool SseParser::heartbeat() {
  if (start_ + 1 >= buffer_.size()) return false;
  if (buffer_[start_ + 1] != '\n') wrong("a comment that is no heartbeat", rest());
  start_ = searched_ = start_ + 2;
  return true;
}

std::size_t SseParser::block_end() {
  if (buffer_[start_] == '\n') wrong("a blank line that ends nothing", rest());
  const void* found = memmem(buffer_.data() + searched_, buffer_.size() - searched_, "\n\n", 2);
  if (found) return static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data());
  searched_ = std::max(start_, buffer_.size() - 1);
  return std::string::npos;
}

EventView SseParser::block(std::string_view lines) {
  const auto whole = lines;
  EventView event;
  stage_ = nothing;
  data_lines_ = 0;
  if (!simdjson::validate_utf8(lines.data(), lines.size())) wrong("not UTF-8", whole);
  while (!lines.empty()) {
    const auto line = next_line(lines);
    if (line.empty() || line[0] == ':') wrong("a comment inside a block", whole);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) wrong("a line without a colon", whole);
    auto value = line.substr(colon + 1);
    if (!value.empty() && value[0] != ' ') wrong("no space after the colon", whole);
    if (!value.empty()) value.remove_prefix(1);
    try {
      field(line.substr(0, colon), value, event);
    } catch (const WireError& error) {
      wrong(error.what(), whole);
    }
  }
  if (stage_ < data_seen) wrong("a block without data", whole);
  return event;
}

void SseParser::field(std::string_view name, std::string_view value, EventView& event) {
  const auto once = [&](Stage stage) {
    if (stage_ >= stage) throw WireError("field " + std::string(name) + " twice or out of order");
    stage_ = stage;
  };
  if (name == "data") {
    if (stage_ == id_seen) throw WireError("data after the id");
    if (++data_lines_ == 1) {
      event.data = value;
    } else {
      if (data_lines_ == 2) joined_.assign(event.data);
      joined_.append("\n").append(value);
      event.data = joined_;
    }
    stage_ = data_seen;
  } else if (name == "id") {
    if (stage_ != data_seen) throw WireError("an id without data before it");
    once(id_seen);
    if (!well_formed_id(value)) throw WireError("an id outside its alphabet");
    event.id = value;
  } else if (name == "event") {
    once(event_seen);
    if (value.empty()) throw WireError("an empty event name");
    event.name = value;
  } else if (name == "retry") {
    if (event.retry || stage_ == id_seen) throw WireError("a second retry, or one after the id");
    std::uint32_t ms = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), ms);
    if (error != std::errc{} || end != value.data() + value.size())
      throw WireError("retry is no number");
    event.retry = ms;
  } else {
    throw WireError("an unknown field");
  }
}

void SseParser::compact() {
  if (start_ == buffer_.size()) {
    buffer_.clear();
    start_ = searched_ = 0;
  } else if (start_ > 1 << 18) {
    buffer_.erase(0, start_);
    searched_ -= start_;
    start_ = 0;
  }
}

}  // namespace e2e
