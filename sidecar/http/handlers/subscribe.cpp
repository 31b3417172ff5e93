#include "sidecar/http/handlers/subscribe.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "sidecar/base/rng.hpp"
#include "sidecar/base/traceparent.hpp"
#include "sidecar/http/access/access.hpp"
#include "sidecar/http/handlers/answer_poll.hpp"
#include "sidecar/http/handlers/cors.hpp"
#include "sidecar/http/handlers/ended_stream.hpp"
#include "sidecar/http/handlers/newest_id.hpp"
#include "sidecar/http/handlers/rights.hpp"
#include "sidecar/http/handlers/waiting_place.hpp"
#include "sidecar/http/limits/subject_key.hpp"
#include "sidecar/http/streams/stream_start.hpp"
#include "sidecar/stream/dialect/control.hpp"
#include "sidecar/stream/dialect/ndjson.hpp"

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

// A refusal that the dialect has no block for, or that is no stream's, is told by the status.
bool is_refused_by_status(const StreamRequest& stream) {
  return stream.delivery.poll || stream.delivery.dialect == Dialect::ui_messages;
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
  block += '\n';
  if (stream.delivery.dialect == Dialect::event_stream) return block;
  std::string lines;
  append_ndjson(lines, block);
  return lines;
}

StreamOptions options_of(const StreamRequest& stream, ReadRights& rights, const Request& request,
                         const ServerSettings& server) {
  StreamOptions options;
  options.subscription.composite = stream.composite;
  const bool polls = stream.delivery.poll.has_value();
  options.dialect = polls ? Dialect::ndjson : stream.delivery.dialect;
  options.subscription.control_events = stream.control_events || polls;
  options.subscription.keeps_breaks = options.dialect == Dialect::ndjson;
  options.subscription.own_id = stream.own_id;
  options.subscription.location = stream.location;
  options.subscription.filters = std::move(rights.filters);
  options.heartbeat = stream.heartbeat;
  options.retry = stream.retry;
  options.max_age = server.max_age;
  const auto& ask = stream.parts.front().topic->settings.ask;
  if (ask && !stream.composite) options.answer_timeout = ask->timeout;
  options.access_log = server.access_log;
  options.client = request.client;
  options.logged_subject = rights.logged_subject;
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

void log_refusal(std::string_view reason, unsigned status, const ReadRights& rights,
                 const Request& request, const ServerContext& context) {
  const std::string path = request.path();
  context.limits.refusals.write(RefusalLog::Kind::stream, reason, request.client, status,
                                {request.method, path, rights.logged_subject});
}

// 401, 403 and 400 as they are. Where it can't be decided, streams come back and others get a 503.
Awaitable<void> refuse_reader(const StreamRequest& stream, ReadRights rights, Fields headers,
                              const Request& request, Responder& responder,
                              const ServerContext& context) {
  if (rights.undecided.empty()) {
    Response response = std::move(*rights.refused);
    response.headers.insert(response.headers.end(), headers.begin(), headers.end());
    co_return co_await responder.respond(std::move(response));
  }
  const bool streams = request.method == "GET" && !is_refused_by_status(stream);
  log_refusal(undecided, streams ? 200 : 503, rights, request, context);
  if (streams) {
    std::string block = refusal(stream, undecided);
    co_return co_await responder.respond_stream(stream.delivery.dialect, std::move(headers),
                                                std::move(block));
  }
  Response response = Response::error(503, "it can't be decided whether you may read");
  response.headers = std::move(headers);
  response.headers.emplace_back("Retry-After", "5");
  co_return co_await responder.respond(std::move(response));
}

Admission refuse(LimitRefusal limit, const ReadRights& rights, const Request& request,
                 const ServerContext& context) {
  context.probe.refused(limit);
  log_refusal(name_of(limit), 200, rights, request, context);
  return {{}, nullptr, "limit"};
}

Admission enter_logs(const StreamRequest& stream, StreamPlace place, const ReadRights& rights,
                     const Request& request, EventLoop& loop, const ServerContext& context) {
  const std::uint64_t most = loop.config().server.limits.logs_per_address;
  StreamStart::Logs logs;
  for (const auto& part : stream.parts) {
    const auto take = context.limits.logs.taker(*part.topic, request.client.key(), most);
    auto entered = context.logs.enter(part.topic, part.log, take);
    if (entered.refused) {
      const StreamStart left(loop.io(), std::move(logs));  // leaves the logs
      return refuse(*entered.refused, rights, request, context);
    }
    logs.push_back(std::move(entered.log));
  }
  return {std::move(place), std::make_shared<StreamStart>(loop.io(), std::move(logs)), {}};
}

// `held`: null: nobody is signed in.
Admission admit(const StreamRequest& stream, const ReadRights& rights, StreamRights* held,
                const Request& request, EventLoop& loop, const ServerContext& context) {
  const auto refuse_any = [&](std::string_view reason, std::string_view limit) {
    context.probe.streams_refused.add();
    log_refusal(limit, 200, rights, request, context);
    return Admission{{}, nullptr, reason};
  };
  if (context.lifecycle.is_ending()) return refuse_any("drain", "drain");
  const ServerSettings& server = loop.config().server;
  auto place = context.quotas.streams.take(server.max_connections);
  if (!place) return refuse_any("overload", "max_connections");
  const std::uint64_t most = server.limits.streams_per_address;
  auto of_address =
      context.limits.streams.take(request.client.key(), most > 0 ? most : AddressQuota::no_limit);
  if (!of_address) return refuse(LimitRefusal::streams_per_address, rights, request, context);
  const std::uint64_t of_subject = server.limits.streams_per_subject;
  if (of_subject > 0 && held && !held->person().subject.empty()) {
    auto of_person =
        context.limits.subject_streams.take(subject_key(held->person().subject), of_subject);
    if (!of_person) return refuse(LimitRefusal::streams_per_subject, rights, request, context);
    held->hold(std::move(*of_person));
  }
  return enter_logs(stream, StreamPlace(std::move(*place), std::move(*of_address)), rights, request,
                    loop, context);
}

// The newest id is one more question to the broker, so it takes a stream's place meanwhile.
Awaitable<std::optional<std::string>> take_place_and_find(const StreamRequest& stream,
                                                          const Request& request,
                                                          Responder& responder, EventLoop& loop,
                                                          const ServerContext& context) {
  const std::optional<StreamPlace> held = take_waiting_place(request.client, loop, context);
  if (!held) co_return std::nullopt;
  co_return co_await find_newest_id(stream, responder, loop.io());
}

// Without a place or an answer of the broker, the head comes without the id.
Awaitable<void> answer_head(const StreamRequest& stream, Fields headers, const Request& request,
                            Responder& responder, EventLoop& loop, const ServerContext& context) {
  const auto id = co_await take_place_and_find(stream, request, responder, loop, context);
  if (id) headers.emplace_back("Last-Event-ID", *id);
  if (id && request.header("origin") && stream.headers.empty())
    headers.emplace_back("Access-Control-Expose-Headers", "last-event-id");
  if (stream.delivery.poll) {
    headers.emplace_back("Cache-Control", "no-store");
    Response response{.headers = std::move(headers)};
    co_return co_await responder.respond(std::move(response));
  }
  co_return co_await responder.respond_stream(stream.delivery.dialect, std::move(headers),
                                              std::string());
}

}  // namespace

Awaitable<void> subscribe(StreamRequest stream, const Request& request, Responder& responder,
                          EventLoop& loop, const ServerContext& context) {
  Fields headers = cors_headers(stream.cors, request);
  headers.emplace_back("Vary", "Accept");
  headers.insert(headers.end(), stream.headers.begin(), stream.headers.end());
  ReadRights rights = co_await check_read(stream, request, loop);
  if (!rights.allowed()) {
    co_return co_await refuse_reader(stream, std::move(rights), std::move(headers), request,
                                     responder, context);
  }
  if (request.method == "HEAD") {
    co_return co_await answer_head(stream, std::move(headers), request, responder, loop, context);
  }
  if (is_over(stream, context.logs.ended())) {
    Response response = answer_ended(stream, std::move(headers));
    co_return co_await responder.respond(std::move(response));
  }
  std::unique_ptr<StreamRights> held = rights.stream_rights();
  set_filters(stream, rights.filters);
  Admission admission = admit(stream, rights, held.get(), request, loop, context);
  if (!admission.start && is_refused_by_status(stream)) {
    Response response = refuse_poll(admission.refused, std::move(headers));
    co_return co_await responder.respond(std::move(response));
  }
  if (!admission.start) {
    std::string block = refusal(stream, admission.refused);
    co_return co_await responder.respond_stream(stream.delivery.dialect, std::move(headers),
                                                std::move(block));
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
  if (start->is_at_end() || (stream.only_running && start->has_ended())) {
    Response response = answer_ended(stream, std::move(headers));
    co_return co_await responder.respond(std::move(response));
  }
  const StreamOptions options = options_of(stream, rights, request, loop.config().server);
  if (stream.delivery.poll) {
    auto room = context.limits.bodies.take(request.client.key(), 0);
    const auto poll = std::make_shared<Poll>(loop.io(), stream.own_id, std::move(*room));
    loop.streams().add(poll->outlet(), std::move(admission.place), start, options, std::move(held));
    co_return co_await answer_poll(poll, *stream.delivery.poll, std::move(headers), request.client,
                                   responder, context);
  }
  loop.streams().add(responder.open_stream(stream.delivery.dialect, headers),
                     std::move(admission.place), start, options, std::move(held));
}

}  // namespace sidestream
