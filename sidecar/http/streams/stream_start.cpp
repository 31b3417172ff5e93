#include "sidecar/http/streams/stream_start.hpp"

#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <cassert>
#include <utility>

namespace sidestream {

StreamStart::StreamStart(boost::asio::io_context& io, Logs logs)
    : io_(io), logs_(std::move(logs)), plans_(logs_.size()), missing_(logs_.size()), timer_(io) {}

StreamStart::~StreamStart() {
  for (const auto& log : logs_) log->leave(OpenLog::Clock::now(), false);
}

// An answer on the loop is taken at once, one of a connector's thread is posted.
void StreamStart::ask(std::vector<StartRequest> requests, ClientId client) {
  assert(requests.size() == logs_.size());
  for (std::size_t part = 0; part < requests.size(); ++part) {
    const auto take = [weak = weak_from_this(), &io = io_, part](StartPlan plan) {
      boost::asio::dispatch(io, [weak, part, plan = std::move(plan)]() mutable {
        if (const auto self = weak.lock()) self->take(part, std::move(plan));
      });
    };
    logs_[part]->start(std::move(requests[part]), {take, weak_from_this(), client});
  }
}

void StreamStart::take(std::size_t part, StartPlan plan) {
  if (--missing_ == 0) timer_.cancel();
  if (reply_.postbox) return reply_.postbox->post_plan(reply_.stream, part, std::move(plan));
  plans_[part] = std::move(plan);
}

bool StreamStart::is_at_end() const {
  return is_known() && std::all_of(plans_.begin(), plans_.end(),
                                   [](const auto& plan) { return plan && plan->at_end; });
}

bool StreamStart::has_ended() const {
  return is_known() && std::all_of(plans_.begin(), plans_.end(),
                                   [](const auto& plan) { return plan && plan->ended; });
}

void StreamStart::cancel() {
  cancelled_ = true;
  timer_.cancel();
}

Awaitable<void> StreamStart::wait(std::chrono::milliseconds most) {
  if (is_known() || cancelled_) co_return;
  timer_.expires_after(most);
  co_await timer_.async_wait(no_throw);
}

}  // namespace sidestream
