#include "sidecar/app/end_topics.hpp"

#include <utility>

namespace sidestream {
namespace {

using namespace std::chrono_literals;

// Partitions are added seldom.
constexpr auto interval = 60s;

void ask(const std::shared_ptr<Topic>& topic) {
  const auto take = [weak = std::weak_ptr(topic)](const Result<LogExtent>& extent) {
    const auto known = weak.lock();
    if (known && extent) known->note_partitions(extent->partitions.size());
  };
  topic->connector.extent(topic->settings.log, take);
}

}  // namespace

void EndTopics::step(const TopicMap& topics, Clock::time_point now) {
  if (now >= ask_again_) {
    asked_.clear();
    ask_again_ = now + interval;
  }
  for (const auto& topic : topics.all()) {
    if (!topic->end.exists() || topic->settings.is_template()) continue;
    if (asked_.insert(topic).second) ask(topic);
  }
  report(topics);
}

void EndTopics::report(const TopicMap& topics) {
  std::erase_if(reported_, [](const auto& topic) { return topic.expired(); });
  for (const auto& topic : topics.all()) {
    const std::string problem = topic->end_problem();
    if (problem.empty() || !reported_.insert(topic).second) continue;
    log_.error("stream", "log of a topic with end: can't end", {{"problem", problem}});
  }
}

}  // namespace sidestream
