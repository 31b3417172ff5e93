#pragma once
// Asks the app about requests, at most once for the same question within `cache:`. Equal questions
// that are asked at the same time share one answer. Failures are not kept.
//
// Thread: ask() from any event loop; the rest runs on the loop of `io`. Borrows `io`.

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "sidecar/base/logger.hpp"
#include "sidecar/fetch/client.hpp"
#include "sidecar/http/access/answer_cache.hpp"
#include "sidecar/http/access/forward_answer.hpp"
#include "sidecar/http/access/forward_question.hpp"
#include "sidecar/metrics/access_probe.hpp"

namespace sidestream {

class ForwardCheck : public std::enable_shared_from_this<ForwardCheck> {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t asking_most = 1'000;  // at once; further ones fail

  // Borrows the probe. Requires: the settings have `forward`.
  ForwardCheck(boost::asio::io_context& io, std::shared_ptr<const AccessSettings> access,
               AccessProbe& probe, Logger log);

  // An answer of at most `age`. Completes on the caller's loop.
  Awaitable<ForwardAnswerPtr> ask(ForwardQuestionPtr question, std::chrono::milliseconds age);

 private:
  using Done = std::function<void(ForwardAnswerPtr)>;

  void look_up(ForwardQuestionPtr question, std::chrono::milliseconds age, Done done);
  void send(ForwardQuestionPtr question);
  Awaitable<void> fetch(ForwardQuestionPtr question);
  void count(const ForwardAnswer& answer, Clock::duration took);
  void take(const std::string& key, ForwardAnswerPtr answer);

  boost::asio::io_context& io_;
  const std::shared_ptr<const AccessSettings> access_;
  AccessProbe& probe_;
  const Logger log_;
  FetchClient client_;
  AnswerCache answers_;
  std::unordered_map<std::string, std::vector<Done>> asking_;
};

}  // namespace sidestream
