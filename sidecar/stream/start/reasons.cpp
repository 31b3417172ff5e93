#include "sidecar/stream/start/reasons.hpp"

#include <array>
#include <cstddef>

namespace sidestream {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 6> start_names{"live",  "earliest", "resume",
                                                      "since", "tail",     "reset"};
constexpr std::array<std::string_view, 5> reset_names{"garbage", "other_topic", "beyond_end",
                                                      "recreated", "set_back"};
constexpr std::array<std::string_view, 2> gap_names{"retention", "too_large"};

static_assert(start_names.size() == static_cast<std::size_t>(StartKind::reset) + 1);
static_assert(reset_names.size() == static_cast<std::size_t>(ResetReason::set_back) + 1);
static_assert(gap_names.size() == static_cast<std::size_t>(GapReason::too_large) + 1);

}  // namespace

std::string_view name_of(StartKind kind) { return start_names[static_cast<std::size_t>(kind)]; }

std::string_view name_of(ResetReason reason) {
  return reset_names[static_cast<std::size_t>(reason)];
}

std::string_view name_of(GapReason reason) { return gap_names[static_cast<std::size_t>(reason)]; }

std::optional<ResetReason> reset_reason_of(std::string_view name) {
  for (std::size_t i = 0; i < reset_names.size(); ++i) {
    if (reset_names[i] == name) return static_cast<ResetReason>(i);
  }
  return std::nullopt;
}

}  // namespace sidestream
