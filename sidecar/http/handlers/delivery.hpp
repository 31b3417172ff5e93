#pragma once
// In which form a request for a stream wants its events: ?format=, ?poll= and Accept. Pure.

#include <optional>
#include <string_view>
#include <variant>

#include "sidecar/http/protocol/request.hpp"
#include "sidecar/http/protocol/response.hpp"
#include "sidecar/settings/settings.hpp"
#include "sidecar/stream/dialect/dialect.hpp"

namespace sidestream {

struct Delivery {
  Dialect dialect = Dialect::event_stream;
  std::optional<Milliseconds> poll;  // how long one answer may wait; nothing: a stream
};

// The query wins over Accept. 400 for a format or a duration that is none.
std::variant<Delivery, Response> parse_delivery(const Request& request);

// Of an Accept field: whether NDJSON is named, with a higher quality than event streams have
// (RFC 9110, 12.5.1). Wildcards count for event streams only.
bool prefers_ndjson(std::string_view accept);

}  // namespace sidestream
