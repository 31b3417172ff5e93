#include "sidecar/app/hiding_sink.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace sidestream {
namespace {

// In both formats of a line.
constexpr std::string_view quoting_fields[] = {"\"error\":\"", "\"why\":\"", "\"broker\":\"",
                                               " error=\"",    " why=\"",    " broker=\""};

std::size_t find_quotation(std::string_view line) {
  std::size_t first = line.size();
  for (const std::string_view field : quoting_fields) {
    const std::size_t at = line.find(field);
    if (at != std::string_view::npos) first = std::min(first, at + field.size());
  }
  return first;
}

}  // namespace

Logger::Sink hiding_sink(Logger::Sink sink, std::shared_ptr<const HiddenTexts> hidden) {
  return [sink = std::move(sink), hidden = std::move(hidden)](std::string_view line) {
    const std::size_t from = find_quotation(line);
    if (from == line.size()) return sink(line);
    sink(std::string(line.substr(0, from)) + hidden->hide(line.substr(from)));
  };
}

}  // namespace sidestream
