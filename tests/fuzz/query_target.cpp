// The target of a stream request: its path, and where it wants to start.

#include <string>

#include "sidecar/http/handlers/start_rule.hpp"
#include "sidecar/http/protocol/target.hpp"
#include "tests/fuzz/check.hpp"

namespace fuzz {

void check_query(Input input) {
  const std::string text(input.rest());
  sidestream::Request request;
  if (!sidestream::decode({text, {}}, request)) return;
  const auto id = sidestream::last_event_id(request);
  require(!id || !id->empty(), "an empty id is none", text);
  const auto start = sidestream::start_rule(
      request, sidestream::Timestamp{std::chrono::milliseconds{1'700'000'000'000}});
  if (const auto* found = std::get_if<std::optional<sidestream::StartRequest>>(&start)) {
    if (*found && (*found)->kind == sidestream::StartRequest::Kind::tail) {
      require((*found)->tail >= 0, "tail is a count", text);
    }
  } else {
    require(!std::get<std::string>(start).empty(), "a refusal says why", text);
  }
}

}  // namespace fuzz
