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

// Of clients beyond a limit of their own.
const RetrySettings limit_retry{15s, 60s};

// The only block of a stream that is refused.
std::string refusal(const StreamRequest& stream, std::string_view reason) {
  const RetrySettings& retry = reason == "limit" ? limit_retry : stream.retry;
  std::string block;
  append_shutdown(block, reason);
  append_retry(block, random_between(retry.least.count(), retry.most.count()));
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

void request_start(StreamRequest& stream, ClientId client, StreamStart& start) {
  std::vector<StartRequest> requests;
  for (auto& part : stream.parts) requests.push_back(std::move(part.start));
  start.ask(std::move(requests), client);
}

Awaitable<void> wait_for_plans(const std::shared_ptr<StreamStart>& start, Responder& responder) {
  const auto left = [start] { start->cancel(); };
  const auto watch = responder.watch_client(left);
  co_await start->wait(plans_time);
}

// A stream's places and its logs, or why it gets none.
struct Admission {
  StreamPlace place;
  std::shared_ptr<StreamStart> start;  // null: refused
  std::string_view refused;
};

Admission refuse(LimitRefusal limit, const Client& client, const ServerContext& context) {
  context.probe.refused(limit);
  context.limits.refusals.write(RefusalLog::Kind::stream, name_of(limit), client, 200);
  return {{}, nullptr, "limit"};
}

Admission enter_logs(const StreamRequest& stream, StreamPlace place, const Client& client,
                     EventLoop& loop, const ServerContext& context) {
  const std::uint64_t most = loop.config().server.limits.logs_per_address;
  StreamStart::Logs logs;
  for (const auto& part : stream.parts) {
    const auto take = context.limits.logs.taker(*part.topic, client.key(), most);
    auto entered = context.logs.enter(part.topic, part.log, take);
    if (entered.refused) {
      const StreamStart left(loop.io(), std::move(logs));  // leaves the logs
      return refuse(*entered.refused, client, context);
    }
    logs.push_back(std::move(entered.log));
  }
  return {std::move(place), std::make_shared<StreamStart>(loop.io(), std::move(logs)), {}};
}

Admission admit(const StreamRequest& stream, const Client& client, EventLoop& loop,
                const ServerContext& context) {
  const auto refuse_any = [&](std::string_view reason, std::string_view limit) {
    context.probe.streams_refused.add();
    context.limits.refusals.write(RefusalLog::Kind::stream, limit, client, 200);
    return Admission{{}, nullptr, reason};
  };
  if (context.lifecycle.is_ending()) return refuse_any("drain", "drain");
  const ServerSettings& server = loop.config().server;
  auto place = context.quotas.streams.take(server.max_connections);
  if (!place) return refuse_any("overload", "max_connections");
  const std::uint64_t most = server.limits.streams_per_address;
  auto of_address =
      context.limits.streams.take(client.key(), most > 0 ? most : AddressQuota::no_limit);
  if (!of_address) return refuse(LimitRefusal::streams_per_address, client, context);
  return enter_logs(stream, StreamPlace(std::move(*place), std::move(*of_address)), client, loop,
                    context);
}

}  // namespace

Awaitable<void> subscribe(StreamRequest stream, const Request& request, Responder& responder,
                          EventLoop& loop, const ServerContext& context) {
  Fields headers = cors_headers(stream.cors, request);
  if (request.method == "HEAD") {
    co_return co_await responder.respond_stream(std::move(headers), std::string());
  }
  Admission admission = admit(stream, request.client, loop, context);
  if (!admission.start) {
    std::string block = refusal(stream, admission.refused);
    co_return co_await responder.respond_stream(std::move(headers), std::move(block));
  }
  const std::shared_ptr<StreamStart> start = std::move(admission.start);
  request_start(stream, client_id(request.client.key()), *start);
  if (!start->is_known()) co_await wait_for_plans(start, responder);
  if (start->is_cancelled()) co_return;
  const StreamOptions options = options_of(stream, request, loop.config().server);
  loop.streams().add(responder.open_stream(headers), std::move(admission.place), start, options);
}

}  // namespace sidestream
