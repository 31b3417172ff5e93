#pragma once
// `ask:` of a topic, the paths that an app has already: `path:` with `from_body:`, where questions
// are asked too, and `current:`, where the newest question is found. Private to this folder.
//
// Each path names the parameters of a question: those of the topic's path but the last, which is
// the question's id.
//
// Errors: reported to the context's problems.

#include "sidecar/settings/read.hpp"
#include "sidecar/settings/topic_paths.hpp"

namespace sidestream {

// Requires: the topic's path was read, and topic.ask is set.
void read_more_paths(const Section& ask, TopicPaths& paths, TopicSettings& topic);

}  // namespace sidestream
