#pragma once
// Which records readers get, and which end a log: `only:`, `filters:`, `end:` and `key:` of a
// topic. Private to this folder.
//
// Errors: reported to the context's problems.

#include <optional>
#include <string>
#include <vector>

#include "sidecar/settings/read.hpp"

namespace sidestream {

// Where a text with placeholders stands.
struct PatternPlace {
  bool has_access = false;              // the file has `access:`
  bool can_sign_in = false;             // with tokens, or by the app's answer
  bool has_claims = false;              // {claims.NAME} can be filled here
  bool is_constant = false;             // nothing can be filled here
  std::vector<std::string> parameters;  // of the path
};

// A text, or a list of them.
void read_patterns(const Value& value, const PatternPlace& place, std::vector<ValuePattern>& into);

void read_fields(const Section& section, KnownConnector::Kind kind,
                 const std::optional<AccessSettings>& access, const PatternPlace& place,
                 TopicSettings& topic);

}  // namespace sidestream
