#pragma once
// The tags of a record: the values of its topic's fields, in their order, as one piece of bytes.
//
//   4 bytes   0: the record has no value; 2^32 - 1: the value is unknown; else its length + 1
//   n bytes   the value
//
// A frame that only moves the position or announces a loss has no tags.
//
// Thread: any. Borrows the bytes.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace sidestream {

// Longer values are no values: no request can name them.
inline constexpr std::size_t tag_bytes_max = 16 * 1024;

class FieldTags {
 public:
  // `bytes` may go on after the tags.
  explicit FieldTags(std::string_view bytes) : bytes_(bytes) {}

  struct Value {
    enum class Kind : std::uint8_t { none, unknown, text };
    Kind kind = Kind::none;
    std::string_view text;
  };
  // The next field's value, beginning with the first field. Requires: there is one.
  Value next() {
    std::uint32_t mark = 0;
    std::memcpy(&mark, bytes_.data(), sizeof mark);
    bytes_.remove_prefix(sizeof mark);
    if (mark == 0) return {};
    if (mark == unknown_mark) return {Value::Kind::unknown, {}};
    const std::string_view text = bytes_.substr(0, mark - 1);
    bytes_.remove_prefix(text.size());
    return {Value::Kind::text, text};
  }

  static void append_none(std::string& out) { append_mark(out, 0); }
  static void append_unknown(std::string& out) { append_mark(out, unknown_mark); }
  static void append_text(std::string& out, std::string_view text) {
    if (text.size() > tag_bytes_max) return append_none(out);
    append_mark(out, static_cast<std::uint32_t>(text.size() + 1));
    out.append(text);
  }

 private:
  static constexpr std::uint32_t unknown_mark = UINT32_MAX;
  static void append_mark(std::string& out, std::uint32_t mark) {
    out.append(reinterpret_cast<const char*>(&mark), sizeof mark);
  }

  std::string_view bytes_;
};

}  // namespace sidestream
