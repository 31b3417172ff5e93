#pragma once
// `sidestream --drain`: orders the processes that run with a configuration to drain, and waits until
// they have begun. Only processes of the own user are asked; root asks those of any user that run
// this program. A process in another container of the pod is not asked, even if its configuration
// has the same path.

#include <string>

namespace sidestream {

// Empty: at least one process has begun its drain. Else a sentence: why none has.
std::string order_drain(const std::string& config);

}  // namespace sidestream
