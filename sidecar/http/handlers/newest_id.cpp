#include "sidecar/http/handlers/newest_id.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "sidecar/stream/id/event_id.hpp"
#include "sidecar/stream/start/resolve.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr auto answers_time = 2s;

// The ends of the logs as they come.
class NewestIds final : public std::enable_shared_from_this<NewestIds> {
 public:
  NewestIds(boost::asio::io_context& io, std::size_t parts)
      : io_(io), ids_(parts), missing_(parts), timer_(io, answers_time) {}

  void ask(std::size_t i, const StreamRequest::Part& part) {
    const OffsetFormat format = part.topic->connector.format();
    const auto take = [weak = weak_from_this(), &io = io_, i, format](Result<LogExtent> extent) {
      std::string id;
      if (extent && extent->unknown.empty())
        id = format_position(format, live_position(*extent, {}));
      boost::asio::post(io, [weak, i, id = std::move(id)]() mutable {
        if (const auto self = weak.lock()) self->take(i, std::move(id));
      });
    };
    part.topic->connector.extent(part.log, take);
  }

  Awaitable<void> wait() {
    if (missing_ > 0) co_await timer_.async_wait(no_throw);
  }
  void cancel() { timer_.cancel(); }

  // Of each part; empty: unknown.
  const std::vector<std::string>& ids() const { return ids_; }

 private:
  void take(std::size_t i, std::string id) {
    ids_[i] = std::move(id);
    if (--missing_ == 0) timer_.cancel();
  }

  boost::asio::io_context& io_;
  std::vector<std::string> ids_;
  std::size_t missing_;
  boost::asio::steady_timer timer_;
};

}  // namespace

Awaitable<std::optional<std::string>> find_newest_id(const StreamRequest& stream,
                                                     Responder& responder,
                                                     boost::asio::io_context& io) {
  const auto newest = std::make_shared<NewestIds>(io, stream.parts.size());
  for (std::size_t i = 0; i < stream.parts.size(); ++i) newest->ask(i, stream.parts[i]);
  {
    const auto left = [newest] { newest->cancel(); };
    const auto watch = responder.watch_client(left);
    co_await newest->wait();
  }
  std::string id;
  for (std::size_t i = 0; i < stream.parts.size(); ++i) {
    const std::string& part = newest->ids()[i];
    if (part.empty()) co_return std::nullopt;
    if (stream.composite) {
      append_composite(id, stream.parts[i].topic->settings.name, part);
    } else {
      id = part;
    }
  }
  co_return id;
}

}  // namespace sidestream
