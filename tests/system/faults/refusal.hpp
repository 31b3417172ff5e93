#pragma once
// What a broker can be made to refuse a sidecar for a while. Pure.

#include <string>
#include <vector>

namespace e2e::faults {

enum class Refusal {
  none,
  ends,    // where a log begins and ends: XINFO, or Kafka's DESCRIBE
  tails,   // XREAD
  ranges,  // XRANGE, or Kafka's READ
  writes,  // XADD, or Kafka's WRITE
  memory,  // Redis is out of memory
  files,   // a file of the embedded log may not grow
};
constexpr int refusals = 7;
const char* name_of(Refusal refusal);

// What a kind of broker can refuse, where sidecars reach it through a link, and where records are
// written by POST.
std::vector<Refusal> possible_refusals(const std::string& kind, bool link, bool post);

}  // namespace e2e::faults
