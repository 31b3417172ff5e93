#include "sidecar/stream/ask/question_logs.hpp"

namespace sidestream {

std::shared_ptr<NewestQuestions> QuestionLogs::of(const std::shared_ptr<Topic>& target) {
  const std::lock_guard lock(mutex_);
  std::erase_if(logs_, [](const auto& log) { return log.first.expired(); });
  for (const auto& [topic, questions] : logs_)
    if (topic.lock() == target) return questions;
  const TopicSettings& settings = target->settings;
  logs_.emplace_back(target, std::make_shared<NewestQuestions>(
                                 target->owned_connector, settings.log, settings.event_header));
  return logs_.back().second;
}

}  // namespace sidestream
