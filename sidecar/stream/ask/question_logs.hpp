#pragma once
// The newest questions of all topics to which questions go.
//
// Thread: any.

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "sidecar/stream/ask/newest_questions.hpp"
#include "sidecar/stream/topic/topic.hpp"

namespace sidestream {

class QuestionLogs {
 public:
  // Of a topic that a reload has changed, everything is read again.
  std::shared_ptr<NewestQuestions> of(const std::shared_ptr<Topic>& target);

 private:
  std::mutex mutex_;
  // By topic, while it lives.
  std::vector<std::pair<std::weak_ptr<Topic>, std::shared_ptr<NewestQuestions>>> logs_;
};

}  // namespace sidestream
