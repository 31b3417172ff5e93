#pragma once
// From `only:` of a topic and the query parameters of `filters:` to the filter of a stream. Pure.
//
// Thread: any.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sidecar/auth/rules/fill.hpp"
#include "sidecar/http/protocol/request.hpp"
#include "sidecar/http/protocol/response.hpp"
#include "sidecar/stream/filter/stream_filter.hpp"
#include "sidecar/stream/topic/topic.hpp"

namespace sidestream {

using FilterConditions = std::vector<StreamFilter::Condition>;

// What the reader asks for. A 400 for an empty value.
std::variant<FilterConditions, Response> parse_filters(const Topic& topic, const Request& request);

// What every reader is held to. Nothing: a placeholder can't be filled, so nobody may read.
std::optional<FilterConditions> fill_only(const Topic& topic, const FillSource& source);

// Null: no conditions, every record.
FilterPtr make_filter(FilterConditions conditions);

}  // namespace sidestream
