#pragma once
// The scalars at some places of a JSON text. Pure.
//
// One pass reads the whole text, so a text that is not JSON as a whole has no values at all. Keys
// and strings are compared without their escapes. Numbers keep the text in which they are written
// (`1.50`, any length). Where an object has a key twice, the last one counts.
//
// Thread: any.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sidestream {

// The unescaped steps of a JSON Pointer (RFC 6901): keys, or indexes of a list.
using JsonPath = std::vector<std::string>;

// Nothing: not a pointer. The empty pointer is the whole text.
std::optional<JsonPath> parse_json_pointer(std::string_view text);

struct JsonValue {
  enum class Kind : std::uint8_t { absent, null, boolean, number, string, list, object };
  Kind kind = Kind::absent;
  std::string text;                // of a boolean (`true`), number or string
  std::vector<std::string> items;  // of a list: the texts of its booleans, numbers and strings

  bool is_scalar() const {
    return kind == Kind::boolean || kind == Kind::number || kind == Kind::string;
  }
};

// One value for each path. False: the text is not JSON; then all are absent. Values may be up to 64
// levels deep.
bool find_json_values(std::string_view json, std::span<const JsonPath> paths,
                      std::vector<JsonValue>& out);

}  // namespace sidestream
