#include "sidecar/base/traceparent.hpp"

#include <algorithm>

namespace sidestream {
namespace {

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zeros(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

bool is_traceparent(std::string_view text) {
  if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  const auto version = text.substr(0, 2), trace = text.substr(3, 32), parent = text.substr(36, 16);
  // Later versions append fields.
  const bool ends_well = text.size() == 55 || (version != "00" && text[55] == '-');
  return ends_well && is_hex(version) && version != "ff" && is_hex(trace) && is_hex(parent) &&
         is_hex(text.substr(53, 2)) && !is_zeros(trace) && !is_zeros(parent);
}

std::string trace_id_of(std::string_view text) { return std::string(text.substr(3, 32)); }

}  // namespace sidestream
