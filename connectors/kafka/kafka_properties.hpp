#pragma once
// librdkafka's properties: which the user may set, which Sidestream owns, and the configuration of
// each handle. Thread: any.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/kafka/kafka_handles.hpp"

namespace sidestream::kafka {

using Properties = std::map<std::string, std::string>;

// What a handle is for. Buffers and waits differ.
enum class Role { query, tail, range, producer };

// The configuration of a handle: our defaults, then the user's properties, then the owned ones.
// Skips properties that librdkafka refuses: check_kafka_properties() has reported them.
ConfigHandle make_configuration(Role role, const Properties& properties);

// One sentence for each invalid property; it begins with the property's name and never contains the
// value of a secret. `written`: how values that must not be shown are written in the file.
std::vector<std::string> property_problems(const Properties& properties, const Properties& written);

}  // namespace sidestream::kafka
