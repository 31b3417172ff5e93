#include "sidecar/http/handlers/subscribe.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "sidecar/base/rng.hpp"
#include "sidecar/base/traceparent.hpp"
#include "sidecar/http/access/access.hpp"
#include "sidecar/http/handlers/cors.hpp"
#include "sidecar/http/handlers/rights.hpp"
#include "sidecar/http/limits/subject_key.hpp"
#include "sidecar/http/streams/stream_start.hpp"
#include "sidecar/stream/dialect/control.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr auto plans_time = 2s;

constexpr std::string_view undecided = "auth_unavailable";

// Of clients beyond a limit of their own, and of those about whom nobody can decide.
const RetrySettings limit_retry{15s, 60s};
const RetrySettings undecided_retry{5s, 15s};

const RetrySettings& retry_of(const StreamRequest& stream, std::string_view reason) {
  if (reason == "limit") return limit_retry;
  return reason == undecided ? undecided_retry : stream.retry;
}

// The only block of a stream that is refused.
std::string refusal(const StreamRequest& stream, std::string_view reason) {
  const RetrySettings& retry = retry_of(stream, reason);
  std::string block;
  append_shutdown(block, reason);
  append_retry(block, random_between(retry.least.count(), retry.most.count()));
  // Before rights are known, only an id that the log could have given is repeated.
  const bool shows_id = reason == undecided ? has_readable_id(stream) : !stream.own_id.empty();
  if (shows_id) block.append("id: ").append(stream.own_id).append("\n");
  return block + "\n";
}

StreamOptions options_of(const StreamRequest& stream, ReadRights& rights, const Request& request,
                         const ServerSettings& server) {
  StreamOptions options;
  options.subscription.composite = stream.composite;
  options.subscription.control_events = stream.control_events;
  options.subscription.own_id = stream.own_id;
  options.subscription.filters = std::move(rights.filters);
  options.heartbeat = stream.heartbeat;
  options.retry = stream.retry;
  options.max_age = server.max_age;
  options.access_log = server.access_log;
  options.client = request.client;
  if (rights.person) options.logged_subject = rights.access->shown(rights.person->subject);
  if (const auto parent = request.header("traceparent"); parent && is_traceparent(*parent))
    options.trace_id = trace_id_of(*parent);
  return options;
}

void request_start(StreamRequest& stream, ClientId client, StreamStart& start) {
  std::vector<StartRequest> requests;
  for (auto& part : stream.parts) requests.push_back(std::move(part.start));
  start.ask(std::move(requests), client);
}

// Starts by `tail=` count the records that match.
void set_filters(StreamRequest& stream, std::vector<FilterPtr>& filters) {
  for (std::size_t i = 0; i < filters.size(); ++i) stream.parts[i].start.filter = filters[i];
  const auto none = [](const FilterPtr& filter) { return filter == nullptr; };
  if (std::ranges::all_of(filters, none)) filters.clear();
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

// 401, 403 and 400 as they are. Where it can't be decided, streams come back and others get a 503.
Awaitable<void> refuse_reader(const StreamRequest& stream, ReadRights rights, Fields headers,
                              const Request& request, Responder& responder,
                              const ServerContext& context) {
  if (rights.undecided.empty()) {
    Response response = std::move(*rights.refused);
    response.headers.insert(response.headers.end(), headers.begin(), headers.end());
    co_return co_await responder.respond(std::move(response));
  }
  const bool streams = request.method == "GET";
  context.limits.refusals.write(RefusalLog::Kind::stream, undecided, request.client,
                                streams ? 200 : 503);
  if (streams) {
    std::string block = refusal(stream, undecided);
    co_return co_await responder.respond_stream(std::move(headers), std::move(block));
  }
  Response response = Response::error(503, "it can't be decided whether you may read");
  response.headers = std::move(headers);
  response.headers.emplace_back("Retry-After", "5");
  co_return co_await responder.respond(std::move(response));
}

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

Admission admit(const StreamRequest& stream, StreamRights* rights, const Client& client,
                EventLoop& loop, const ServerContext& context) {
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
  const std::uint64_t of_subject = server.limits.streams_per_subject;
  if (of_subject > 0 && rights && !rights->person().subject.empty()) {
    auto held =
        context.limits.subject_streams.take(subject_key(rights->person().subject), of_subject);
    if (!held) return refuse(LimitRefusal::streams_per_subject, client, context);
    rights->hold(std::move(*held));
  }
  return enter_logs(stream, StreamPlace(std::move(*place), std::move(*of_address)), client, loop,
                    context);
}

}  // namespace

Awaitable<void> subscribe(StreamRequest stream, const Request& request, Responder& responder,
                          EventLoop& loop, const ServerContext& context) {
  Fields headers = cors_headers(stream.cors, request);
  ReadRights rights = co_await check_read(stream, request, loop);
  if (!rights.allowed()) {
    co_return co_await refuse_reader(stream, std::move(rights), std::move(headers), request,
                                     responder, context);
  }
  if (request.method == "HEAD") {
    co_return co_await responder.respond_stream(std::move(headers), std::string());
  }
  std::unique_ptr<StreamRights> held = rights.stream_rights();
  set_filters(stream, rights.filters);
  Admission admission = admit(stream, held.get(), request.client, loop, context);
  if (!admission.start) {
    std::string block = refusal(stream, admission.refused);
    co_return co_await responder.respond_stream(std::move(headers), std::move(block));
  }
  const std::shared_ptr<StreamStart> start = std::move(admission.start);
  request_start(stream, client_id(request.client.key()), *start);
  if (!start->is_known()) co_await wait_for_plans(start, responder);
  if (start->is_cancelled()) co_return;
  if (rights.are_revoked()) {
    Response response = refuse_token("revoked");
    response.headers.insert(response.headers.end(), headers.begin(), headers.end());
    co_return co_await responder.respond(std::move(response));
  }
  const StreamOptions options = options_of(stream, rights, request, loop.config().server);
  loop.streams().add(responder.open_stream(headers), std::move(admission.place), start, options,
                     std::move(held));
}

}  // namespace sidestream
