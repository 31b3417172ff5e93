#pragma once
// What the record of a question says of it, and the name under which the newest question of some
// parameters is found. Pure.
//
// Thread: any.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/record.hpp"

namespace sidestream {

struct Asked {
  std::string request;  // the question's id
  std::string place;    // of all questions with these parameters, see place_of()
};

// Nothing: the record is no question. `event_header`: Kafka's header with the event; else empty.
std::optional<Asked> parse_asked(const Record& record, std::string_view event_header);

// Equal for two questions of one topic just when their parameters are. `reply_to`: the name of the
// reply's log. `parameters`: without the question's id, in any order.
std::string place_of(std::string_view reply_to, std::string_view request,
                     std::vector<std::pair<std::string, std::string>> parameters);

}  // namespace sidestream
