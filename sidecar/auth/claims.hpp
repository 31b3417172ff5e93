#pragma once
// What is known of a person: the claims of a token, or of the answer of the app that was asked.
//
// Thread: any; immutable.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sidestream {

class Claims {
 public:
  Claims() = default;  // none
  // `json`: the text of a JSON object. Nothing: it is not one.
  static std::optional<Claims> parse(std::string json);

  // The texts of a claim: one, or the items of a list; `scope` and `scp` are also split at spaces.
  // Numbers and booleans are their JSON text. Absent, null, empty texts: none. `claim`: a name, or
  // a JSON Pointer that begins with `/`.
  std::vector<std::string> values(std::string_view claim) const;
  // The text of a claim that is a single string, number or boolean, and not empty.
  std::optional<std::string> text(std::string_view claim) const;
  // Whether there is such a claim, of whatever type, but null.
  bool has(std::string_view claim) const;

  const std::string& json() const { return json_; }

 private:
  explicit Claims(std::string json) : json_(std::move(json)) {}

  std::string json_ = "{}";
};

}  // namespace sidestream
