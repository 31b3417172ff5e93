#pragma once
// Known defects of the linked librdkafka that no setting avoids and this build does not patch
// (cmake/Rdkafka.cmake).
//
// Thread: any.

#include <string_view>
#include <vector>

namespace sidestream::kafka {

// One text per defect, with its remedy. Usually empty.
std::vector<std::string_view> library_risks();

}  // namespace sidestream::kafka
