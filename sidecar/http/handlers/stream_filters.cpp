#include "sidecar/http/handlers/stream_filters.hpp"

#include <utility>

namespace sidestream {
namespace {

constexpr std::size_t values_max = 1000;  // of one parameter
constexpr std::size_t value_bytes_max = 1024;

}  // namespace

std::variant<FilterConditions, Response> parse_filters(const Topic& topic, const Request& request) {
  FilterConditions conditions;
  for (const FilterParameter& filter : topic.settings.filters) {
    StreamFilter::Condition condition{topic.fields.index_of(filter.field).value(), {}};
    for (const auto& [name, value] : request.query) {
      if (name != filter.parameter) continue;
      if (value.empty() || value.size() > value_bytes_max)
        return Response::error(400, filter.parameter + ": expected 1 to 1024 bytes");
      if (condition.values.size() == values_max)
        return Response::error(400, filter.parameter + ": expected at most 1000 values");
      condition.values.emplace_back(value);
    }
    if (!condition.values.empty()) conditions.push_back(std::move(condition));
  }
  return conditions;
}

std::optional<FilterConditions> fill_only(const Topic& topic, const FillSource& source) {
  FilterConditions conditions;
  for (const FieldCondition& only : topic.settings.only) {
    auto values = fill_all(only.values, source);
    if (!values) return std::nullopt;
    conditions.push_back({topic.fields.index_of(only.field).value(), std::move(*values)});
  }
  return conditions;
}

FilterPtr make_filter(FilterConditions conditions) {
  if (conditions.empty()) return nullptr;
  return FilterPtr(new StreamFilter(std::move(conditions)));
}

}  // namespace sidestream
