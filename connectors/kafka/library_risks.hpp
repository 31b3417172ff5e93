#pragma once
// Defects of librdkafka that no setting avoids, and that this build doesn't mend
// (cmake/Rdkafka.cmake).
//
// Thread: any.

#include <string_view>
#include <vector>

namespace sidestream::kafka {

// What the librdkafka of this process may do, each with what helps; empty for most.
std::vector<std::string_view> library_risks();

}  // namespace sidestream::kafka
