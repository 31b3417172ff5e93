#pragma once
// Parameters of a path that stand in the request's JSON body instead (`from_body:` of `ask:`).
// Pure. Thread: any.

#include <string>
#include <string_view>
#include <vector>

#include "sidecar/settings/settings.hpp"
#include "sidecar/stream/topic/topic_map.hpp"

namespace sidestream {

// Whether the path has left out the parameters of the body.
bool lacks_parameters(const TopicMap::Parameters& parameters,
                      const std::vector<BodyParameter>& from_body);

// Adds the values that stand in the body, texts or numbers. Returns why it has none, for the
// client; empty: they were added.
std::string add_body_parameters(std::string_view body, const std::vector<BodyParameter>& from_body,
                                TopicMap::Parameters& parameters);

}  // namespace sidestream
