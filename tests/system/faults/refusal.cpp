#include "tests/system/faults/refusal.hpp"

#include <array>

namespace e2e::faults {

const char* name_of(Refusal refusal) {
  static constexpr std::array<const char*, refusals> names{"nothing", "ends",   "tails", "ranges",
                                                           "writes",  "memory", "files"};
  return names.at(static_cast<std::size_t>(refusal));
}

std::vector<Refusal> possible_refusals(const std::string& kind, bool link, bool post) {
  const bool kafka = kind.rfind("kafka", 0) == 0;
  if (kind == "embedded") return {Refusal::files};
  // The users of a link and of a cluster have all rights.
  if (kind == "kafkacluster" || (kafka && link)) return {};
  std::vector<Refusal> possible{Refusal::ends, Refusal::ranges};
  if (!kafka) possible.insert(possible.end(), {Refusal::tails, Refusal::memory});
  if (post) possible.push_back(Refusal::writes);
  return possible;
}

}  // namespace e2e::faults
