#pragma once
// JSON as Boost.JSON's own values have it, beside our one-pass reader.

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "sidecar/base/json_values.hpp"

namespace fuzz {

// As deep as our reader goes. Nothing: not JSON.
std::optional<boost::json::value> parse_whole(std::string_view text);

// What stands at a path; null: nothing.
const boost::json::value* look_up(const boost::json::value& whole,
                                  const sidestream::JsonPath& path);

// Whether `found` says what `value` is; null: absent.
bool says(const sidestream::JsonValue& found, const boost::json::value* value);

// The text of a string, number or boolean: of a number any of its spellings.
bool is_text_of(std::string_view text, const boost::json::value& value);
bool is_scalar(const boost::json::value& value);

}  // namespace fuzz
