#include "sidecar/http/handlers/admin.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "sidecar/base/time_text.hpp"
#include "sidecar/http/access/access.hpp"
#include "sidecar/http/console/assets.hpp"
#include "sidecar/stream/id/event_id.hpp"

namespace sidestream {
namespace {

namespace json = boost::json;

constexpr std::size_t listed_logs_max = 100;  // of a template with thousands

std::string text(const json::object& object) { return json::serialize(object) + "\n"; }

json::object describe(OpenLog& open) {
  const auto stats = open.topic_log().stats();
  json::object o{
      {"log", open.name()},        {"state", open.topic_log().is_open() ? "open" : "opening"},
      {"readers", open.readers()}, {"partitions", stats.partitions},
      {"first", nullptr},          {"last", nullptr},
      {"bytes", stats.bytes},      {"frames", stats.frames},
      {"age_seconds", nullptr},    {"slowest_lag", open.slowest_lag()}};
  if (open.topic_log().is_open()) {
    o["first"] = format_position(open.format(), stats.tail_position);
    o["last"] = format_position(open.format(), stats.head_position);
  }
  if (stats.oldest_ms > 0) {
    const auto age_ms = unix_now_ms() - stats.oldest_ms;
    o["age_seconds"] = std::max(0.0, static_cast<double>(age_ms) / 1000);
  }
  return o;
}

json::array array_of(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

json::object describe(const ConfigProbe::State& config) {
  return {{"status", config.good ? "ok" : "failed"},
          {"loaded_at", format_time(config.loaded_ms)},
          {"problems", array_of(config.problems)},
          {"restart_needed", array_of(config.restart_needed)}};
}

json::value describe(const Trouble::State& trouble) {
  if (trouble.since_ms == 0) return nullptr;
  return json::object{{"since", format_time(trouble.since_ms)}, {"reason", trouble.reason}};
}

json::value ok_or(const Trouble::State& trouble) {
  return trouble.since_ms == 0 ? json::value("ok") : describe(trouble);
}

json::array describe_tls(const ServerProbe& probe) {
  json::array ports;
  const auto add = [&ports](std::string_view port, const TlsProbe& tls) {
    if (tls.expires_at == 0) return;
    ports.push_back(json::object{{"port", port},
                                 {"expires_at", format_time(tls.expires_at * 1000)},
                                 {"trouble", describe(tls.trouble(unix_now_ms()))}});
  };
  add("streams", probe.tls);
  add("admin", probe.admin_tls);
  return ports;
}

json::object describe(const KeyState& keys) {
  json::object o{{"issuer", keys.issuer}, {"keys", keys.keys}};
  if (keys.loaded_ms > 0) o["loaded_at"] = format_time(keys.loaded_ms);
  o["trouble"] = describe(Trouble::State{keys.failing_since_ms, keys.reason});
  return o;
}

json::object describe(const Access& access, const AccessProbe& probe) {
  json::array issuers;
  if (access.keys())
    for (const KeyState& keys : access.keys()->states()) issuers.push_back(describe(keys));
  json::object o{{"issuers", std::move(issuers)}};
  if (access.settings().forward) o["forward"] = ok_or(probe.forward.state());
  if (access.settings().revocations) o["revocations"] = ok_or(probe.revocation_log.state());
  return o;
}

// Where plain text is asked and answered, as by the console's chat page.
json::value asked_at(const TopicSettings& topic) {
  const bool plain = topic.ask && topic.control_events != ControlEvents::ui_messages;
  return plain ? json::value(topic.ask->path) : json::value();
}

json::array end_problems(const TopicMap& topics) {
  json::array problems;
  for (const auto& topic : topics.all()) {
    std::string problem = topic->end_problem();
    if (!problem.empty()) problems.emplace_back(std::move(problem));
  }
  return problems;
}

}  // namespace

std::optional<AdminPages::Page> AdminPages::find(const RunningConfig& config,
                                                 const Request& request) const {
  const std::string path = request.path();
  const bool ours =
      path == "/livez" || path == "/readyz" || path == "/metrics" || path == "/topics";
  if (ours && !request.reads()) return Response::not_allowed("GET, HEAD");
  if (path == "/livez") return Response::json("{\"status\":\"alive\"}\n");
  if (path == "/readyz") return AskReadiness();
  if (path == "/topics") return list_topics(config.topics);
  if (path == "/metrics") {
    return Response{200, "text/plain; version=0.0.4; charset=utf-8", calls_.metrics(), {}};
  }
  if (path == "/access/revoke" && config.revocations) {
    if (request.method != "POST") return Response::not_allowed("POST");
    return Revoke();
  }
  if (path == "/drain" && config.server.drain_http) return drain(request);
  if (!config.server.console) return std::nullopt;
  for (const Asset& asset : console_assets()) {
    if (asset.path != path) continue;
    if (!request.reads()) return Response::not_allowed("GET, HEAD");
    return Response{200,
                    std::string(asset.content_type),
                    std::string(asset.body),
                    {{"Cache-Control", "no-cache"}}};
  }
  return std::nullopt;
}

// POST only: a page can make a browser send a GET by an image. Repeated calls have no further effect.
Response AdminPages::drain(const Request& request) const {
  if (request.method != "POST") return Response::not_allowed("POST");
  calls_.drain();
  return Response::json("{\"status\":\"draining\"}\n");
}

// 200 while streams are accepted. A broker that is down is only a detail: streams wait for it.
Response AdminPages::readiness(const AppState* app, const RunningConfig& config) const {
  const Access* access = config.access.get();
  const auto shown = [this](const std::string& text) {
    return calls_.shown ? calls_.shown(text) : text;
  };
  const bool draining = lifecycle_.is_draining();
  json::array connectors;
  for (const NamedConnector& named : calls_.connectors()) {
    const ConnectorProbe& probe = named.connector->probe();
    connectors.push_back(json::object{{"name", named.name},
                                      {"kind", named.kind},
                                      {"up", probe.is_up()},
                                      {"detail", shown(probe.detail())}});
  }
  const bool waiting = app && !app->ready;
  const char* status = draining ? "draining" : waiting ? "waiting for the upstream app" : "ready";
  json::object page{{"status", status},
                    {"connectors", std::move(connectors)},
                    {"config", describe(probe_.config.state())}};
  if (json::array tls = describe_tls(probe_); !tls.empty()) page["tls"] = std::move(tls);
  if (auto problems = end_problems(config.topics); !problems.empty())
    page["topics"] = json::object{{"problems", std::move(problems)}};
  if (access) page["access"] = describe(*access, probe_.access);
  if (app) page["upstream"] = {{"ready", app->ready}, {"detail", shown(app->detail)}};
  Response response = Response::json(text(page));
  response.status = draining || waiting ? 503 : 200;
  return response;
}

Response AdminPages::list_topics(const TopicMap& topics) const {
  json::array list;
  for (const auto& topic : topics.all()) {
    json::array logs;
    const auto open = logs_.of(topic);
    for (std::size_t i = 0; i < std::min(open.size(), listed_logs_max); ++i) {
      logs.push_back(describe(*open[i]));
    }
    const TopicSettings& s = topic->settings;
    list.push_back(json::object{{"name", s.name},
                                {"path", s.path},
                                {"template", s.is_template()},
                                {"connector", s.from},
                                {"log", s.log},
                                {"publish", s.can_publish() && !s.ask},
                                {"ask", asked_at(s)},
                                {"subscribers", topic->probe.subscribers.value()},
                                {"events_read", topic->probe.records_read.value()},
                                {"open_logs", open.size()},
                                {"logs", std::move(logs)}});
  }
  return Response::json(text({{"topics", std::move(list)}}));
}

}  // namespace sidestream
