#pragma once
// librdkafka's properties: what the user may set, what is ours, and the configuration of each
// handle. Thread: any.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/kafka/kafka_handles.hpp"

namespace sidestream::kafka {

using Properties = std::map<std::string, std::string>;

// What a handle is for; each wants other buffers and waits.
enum class Role { query, tail, range, producer };

// The configuration of a handle: the user's properties over our defaults, under what we own.
// Properties that librdkafka refuses are left out here: check_kafka_properties() has told of them.
Configuration make_configuration(Role role, const Properties& properties);

// The wrong ones among `properties`, each one sentence that begins with the property's name and
// never holds the value of a secret.
std::vector<std::string> property_problems(const Properties& properties);

}  // namespace sidestream::kafka
