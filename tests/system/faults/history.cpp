#include "tests/system/faults/history.hpp"

#include <sstream>

namespace e2e::faults {
namespace {

bool follows(const Sight& a, const Sight& b) {
  return a.what == Sight::What::record && b.what == Sight::What::record &&
         a.generation == b.generation && a.lane == b.lane && a.number + 1 == b.number;
}

}  // namespace

std::string to_text(const History& history) {
  std::ostringstream out;
  const auto& sights = history.sights;
  for (std::size_t i = 0; i < sights.size(); ++i) {
    const auto& s = sights[i];
    out << "  " << s.ms << " ms: ";
    if (s.what == Sight::What::came) {
      out << "came to sidecar " << s.number << "\n";
      continue;
    }
    out << "generation " << s.generation << " lane " << s.lane << " ";
    if (s.what == Sight::What::record) {
      out << "record " << s.number;
      const auto first = i;
      while (i + 1 < sights.size() && follows(sights[i], sights[i + 1])) ++i;
      if (i > first) out << " to " << sights[i].number;
      out << " at " << sights[i].at.text();
    } else if (s.what == Sight::What::gap) {
      out << "gap after " << s.at.text() << " until " << s.resumed.text();
    } else {
      out << (s.what == Sight::What::open ? "open" : "reset") << " at " << s.at.text();
    }
    out << "\n";
  }
  return out.str();
}

}  // namespace e2e::faults
