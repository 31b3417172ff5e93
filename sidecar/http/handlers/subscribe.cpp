#include "sidecar/http/handlers/subscribe.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "sidecar/base/rng.hpp"
#include "sidecar/base/traceparent.hpp"
#include "sidecar/http/handlers/cors.hpp"
#include "sidecar/http/streams/stream_start.hpp"
#include "sidecar/stream/dialect/control.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr auto plans_time = 2s;

// The only block of a stream that is refused.
std::string refusal(const StreamRequest& stream, std::string_view reason) {
  std::string block;
  append_shutdown(block, reason);
  append_retry(block, random_between(stream.retry.least.count(), stream.retry.most.count()));
  if (!stream.own_id.empty()) block.append("id: ").append(stream.own_id).append("\n");
  return block + "\n";
}

StreamOptions options_of(const StreamRequest& stream, const Request& request,
                         const ServerSettings& server) {
  StreamOptions options;
  options.subscription.composite = stream.composite;
  options.subscription.control_events = stream.control_events;
  options.subscription.own_id = stream.own_id;
  options.heartbeat = stream.heartbeat;
  options.retry = stream.retry;
  options.max_age = server.max_age;
  options.access_log = server.access_log;
  options.client = request.client;
  if (const auto parent = request.header("traceparent"); parent && is_traceparent(*parent))
    options.trace_id = trace_id_of(*parent);
  return options;
}

std::shared_ptr<StreamStart> request_start(StreamRequest& stream, EventLoop& loop,
                                           OpenLogs& open_logs) {
  StreamStart::Logs logs;
  std::vector<StartRequest> requests;
  for (auto& part : stream.parts) {
    logs.push_back(open_logs.enter(part.topic, part.log));
    requests.push_back(std::move(part.start));
  }
  auto start = std::make_shared<StreamStart>(loop.io(), std::move(logs));
  start->ask(std::move(requests));
  return start;
}

Awaitable<void> wait_for_plans(const std::shared_ptr<StreamStart>& start, Responder& responder) {
  const auto left = [start] { start->cancel(); };
  const auto watch = responder.watch_client(left);
  co_await start->wait(plans_time);
}

}  // namespace

Awaitable<void> subscribe(StreamRequest stream, const Request& request, Responder& responder,
                          EventLoop& loop, const ServerContext& context) {
  Fields headers = cors_headers(stream.cors, request);
  if (request.method == "HEAD") {
    co_return co_await responder.respond_stream(std::move(headers), std::string());
  }
  const bool ending = context.lifecycle.is_ending();
  std::optional<Place> place;
  if (!ending) place = context.quotas.streams.take(loop.config().server.max_connections);
  if (!place) {
    context.probe.streams_refused.add();
    std::string block = refusal(stream, ending ? "drain" : "overload");
    co_return co_await responder.respond_stream(std::move(headers), std::move(block));
  }
  const std::shared_ptr<StreamStart> start = request_start(stream, loop, context.logs);
  if (!start->is_known()) co_await wait_for_plans(start, responder);
  if (start->is_cancelled()) co_return;
  const StreamOptions options = options_of(stream, request, loop.config().server);
  loop.streams().add(responder.open_stream(headers), std::move(*place), start, options);
}

}  // namespace sidestream
