#pragma once
// Requests the starts of one stream and keeps the plans until the stream takes them: a handler can
// look at the plans before it decides how to answer.
//
//   ask()        requests the starts; plans from memory are known when it returns
//   wait()       for the other plans, up to a limit
//   take_plans() the known plans; later ones go to forward_to()
//
// Thread: the event loop of `io`, which runs the answers.
// Owns: its readers' places in the logs, until take_logs().

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/streams/postbox.hpp"
#include "sidecar/stream/open_log.hpp"

namespace sidestream {

class StreamStart final : public std::enable_shared_from_this<StreamStart> {
 public:
  using Logs = std::vector<std::shared_ptr<OpenLog>>;
  using Plans = std::vector<std::optional<StartPlan>>;

  // `logs` have been entered. Requires: owned by a shared_ptr, whose end cancels the requests.
  StreamStart(boost::asio::io_context& io, Logs logs);
  ~StreamStart();
  StreamStart(const StreamStart&) = delete;
  StreamStart& operator=(const StreamStart&) = delete;

  // Requires: called once, with one request for each log.
  void ask(std::vector<StartRequest> requests, ClientId client = no_client);
  // All plans have come.
  bool is_known() const { return missing_ == 0; }
  // All plans have come, and nothing follows any of them.
  bool is_at_end() const;
  // All plans have come, and all logs have ended.
  bool has_ended() const;
  // Returns when all plans are known, after `most`, or after cancel().
  Awaitable<void> wait(std::chrono::milliseconds most);
  // The client has left.
  void cancel();
  bool is_cancelled() const { return cancelled_; }

  // Whoever takes the logs leaves them.
  Logs take_logs() { return std::exchange(logs_, {}); }
  Plans take_plans() { return std::exchange(plans_, {}); }
  // Where plans go that come after take_plans().
  void forward_to(const ReplyAddress& reply) { reply_ = reply; }

 private:
  void take(std::size_t part, StartPlan plan);

  boost::asio::io_context& io_;
  Logs logs_;
  Plans plans_;
  std::size_t missing_;
  boost::asio::steady_timer timer_;
  ReplyAddress reply_;
  bool cancelled_ = false;
};

}  // namespace sidestream
