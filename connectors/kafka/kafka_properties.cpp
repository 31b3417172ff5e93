#include "connectors/kafka/kafka_properties.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "connectors/connector.hpp"
#include "connectors/kafka/kafka_connector.hpp"
#include "sidecar/base/edit_distance.hpp"
#include "sidecar/base/secret_names.hpp"

namespace sidestream::kafka {
namespace {

struct Owned {
  std::string_view name;
  std::string_view why;
};

constexpr std::string_view no_group = "Sidestream reads without a consumer group";
constexpr std::string_view no_commit =
    "Sidestream commits no offsets: a client's position is its event id";
constexpr std::string_view publishing = "publishing is idempotent and answers within 5 seconds";
constexpr std::string_view recreated_topics = "it is part of how a recreated topic is detected";
constexpr std::string_view by_program = "only a program can use it";

// Aliases included.
constexpr std::array owned{
    Owned{"auto.offset.reset", "a lost position is reported to the reader"},
    Owned{"enable.partition.eof", "replays need it"},
    Owned{"isolation.level", "readers see committed records only"},
    Owned{"allow.auto.create.topics", "reading never creates a topic"},
    Owned{"topic.metadata.refresh.interval.ms", "new partitions are detected every few seconds"},
    Owned{"metadata.max.age.ms", "new partitions are detected every few seconds"},
    Owned{"topic.metadata.refresh.fast.interval.ms", recreated_topics},
    Owned{"fetch.error.backoff.ms", recreated_topics},
    Owned{"queuing.strategy", "the order of a partition is kept"},
    Owned{"group.id", no_group},
    Owned{"group.instance.id", no_group},
    Owned{"group.protocol", no_group},
    Owned{"group.protocol.type", no_group},
    Owned{"group.remote.assignor", no_group},
    Owned{"partition.assignment.strategy", no_group},
    Owned{"session.timeout.ms", no_group},
    Owned{"heartbeat.interval.ms", no_group},
    Owned{"max.poll.interval.ms", no_group},
    Owned{"coordinator.query.interval.ms", no_group},
    Owned{"enable.auto.commit", no_commit},
    Owned{"auto.commit.enable", no_commit},
    Owned{"auto.commit.interval.ms", no_commit},
    Owned{"enable.auto.offset.store", no_commit},
    Owned{"offset.store.method", no_commit},
    Owned{"offset.store.path", no_commit},
    Owned{"offset.store.sync.interval.ms", no_commit},
    Owned{"enable.idempotence", publishing},
    Owned{"enable.gapless.guarantee", publishing},
    Owned{"acks", publishing},
    Owned{"request.required.acks", publishing},
    Owned{"message.timeout.ms", publishing},
    Owned{"delivery.timeout.ms", publishing},
    Owned{"delivery.report.only.error", publishing},
    Owned{"retries", publishing},
    Owned{"message.send.max.retries", publishing},
    Owned{"max.in.flight", publishing},
    Owned{"max.in.flight.requests.per.connection", publishing},
    Owned{"transactional.id", "publishing uses no transactions"},
    Owned{"transaction.timeout.ms", "publishing uses no transactions"},
    Owned{"partitioner", "keys go to the same partitions as with the Java producer"},
    Owned{"enabled_events", by_program},
    Owned{"opaque", by_program},
    Owned{"log.queue", by_program},
    Owned{"consume.callback.max.messages", by_program},
};

std::string_view why_owned(std::string_view name) {
  const auto* const found =
      std::find_if(owned.begin(), owned.end(), [&](const Owned& o) { return o.name == name; });
  return found == owned.end() ? std::string_view() : found->why;
}

void set(rd_kafka_conf_t* config, const char* name, const char* value) {
  char reason[256];
  rd_kafka_conf_set(config, name, value, reason, sizeof(reason));
}

// Defaults that the user may change.
void set_defaults(rd_kafka_conf_t* c, Role role) {
  set(c, "client.id", "sidestream");
  set(c, "reconnect.backoff.ms", "100");
  set(c, "reconnect.backoff.max.ms", "2000");
  // A frozen broker stays unnoticed for so long; librdkafka's default is 60 s.
  set(c, "socket.timeout.ms", "10000");
  set(c, "socket.connection.setup.timeout.ms", "5000");
  set(c, "socket.keepalive.enable", "true");
  set(c, "socket.nagle.disable", "true");
  set(c, "log.connection.close", "false");
  // From 2.5 on. Without it destroying a handle waits up to 1 s for its last report to the broker.
  set(c, "enable.metrics.push", "false");
  if (role == Role::producer) {
    set(c, "queue.buffering.max.ms", "0");
    set(c, "queue.buffering.max.kbytes", "65536");
    // The broker limits the size of records, not the client.
    set(c, "message.max.bytes", "104857600");
    return;
  }
  set(c, "check.crcs", "true");
  set(c, "fetch.wait.max.ms", role == Role::range ? "20" : "100");
  // Throughput collapses below a few producer batches; more only costs memory. See refill.hpp.
  set(c, "queued.max.messages.kbytes", role == Role::range ? "2048" : "4096");
  set(c, "fetch.message.max.bytes", "524288");
  set(c, "fetch.queue.backoff.ms", "5");  // librdkafka has it from 2.2 on
}

void set_owned(rd_kafka_conf_t* c, Role role) {
  if (role == Role::producer) {
    set(c, "enable.idempotence", "true");
    set(c, "partitioner", "murmur2_random");
    // Shorter than publish_timeout: librdkafka checks for overdue records once a second.
    const auto limit = std::chrono::milliseconds(publish_timeout) - std::chrono::milliseconds(1500);
    set(c, "message.timeout.ms", std::to_string(limit.count()).c_str());
    return;
  }
  set(c, "auto.offset.reset", "error");
  set(c, "enable.partition.eof", "true");
  set(c, "isolation.level", "read_committed");
  set(c, "enable.auto.commit", "false");
  set(c, "auto.commit.enable", "false");
  set(c, "enable.auto.offset.store", "false");
  set(c, "allow.auto.create.topics", "false");
  // KafkaMonitor finds new partitions. A tail's handle requests metadata only after an event, which
  // makes the tail check its log (partition_fsm.hpp). So after a refused fetch the metadata request
  // must be sent well before the next fetch.
  set(c, "topic.metadata.refresh.interval.ms", "300000");
  set(c, "topic.metadata.refresh.fast.interval.ms", "10");
  set(c, "fetch.error.backoff.ms", "100");
}

std::string near_match(rd_kafka_conf_t* config, std::string_view name) {
  std::string best;
  std::size_t least = std::max<std::size_t>(2, name.size() / 4) + 1;
  const auto consider = [&](const char* candidate) {
    const std::size_t far = edit_distance(name, candidate);
    if (far >= least || !why_owned(candidate).empty()) return;
    least = far;
    best = candidate;
  };
  std::size_t count = 0;
  const char** names = rd_kafka_conf_dump(config, &count);
  for (std::size_t i = 0; i < count; i += 2) consider(names[i]);
  rd_kafka_conf_dump_free(names, count);
  // The dump omits properties without a default.
  for (const char* unset :
       {"bootstrap.servers", "sasl.username", "sasl.password", "ssl.ca.location", "ssl.ca.pem",
        "ssl.certificate.location", "ssl.certificate.pem", "ssl.key.location", "ssl.key.password",
        "ssl.key.pem", "ssl.keystore.location", "ssl.keystore.password"}) {
    consider(unset);
  }
  return best;
}

// librdkafka's reason quotes the value, so it is left out where the value must not be shown.
std::string refused(const std::string& name, const std::string& value, const Properties& written,
                    std::string_view reason) {
  if (const auto found = written.find(name); found != written.end())
    return name + ": librdkafka refuses " + found->second;
  if (is_secret_name(name)) return name + ": librdkafka refuses this value";
  return name + ": librdkafka refuses \"" + value + "\": " + std::string(reason);
}

std::optional<std::string> problem(rd_kafka_conf_t* c, const std::string& name,
                                   const std::string& value, const Properties& written) {
  if (const auto why = why_owned(name); !why.empty()) {
    return name + ": is set by Sidestream, remove it (" + std::string(why) + ")";
  }
  char reason[512] = "";
  switch (rd_kafka_conf_set(c, name.c_str(), value.c_str(), reason, sizeof(reason))) {
    case RD_KAFKA_CONF_OK:
      return std::nullopt;
    case RD_KAFKA_CONF_UNKNOWN: {
      const auto match = near_match(c, name);
      return name + ": librdkafka has no such property" +
             (match.empty() ? "" : ", did you mean \"" + match + "\"?");
    }
    default:
      return refused(name, value, written, reason);
  }
}

// Errors that appear only when a handle is created: conflicting properties, unreadable files.
// Without brokers nothing is connected.
std::optional<std::string> contradiction(const Properties& properties) {
  Properties rest = properties;
  rest.erase("bootstrap.servers");
  rest.erase("metadata.broker.list");
  for (const Role role : {Role::tail, Role::producer}) {
    auto config = make_configuration(role, rest);
    rd_kafka_conf_set_log_cb(config.get(), [](const rd_kafka_t*, int, const char*, const char*) {});
    char reason[512] = "";
    const auto type = role == Role::producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER;
    const Handle handle(rd_kafka_new(type, config.get(), reason, sizeof(reason)));
    if (!handle) return std::string(reason);
    [[maybe_unused]] auto* taken = config.release();
  }
  return std::nullopt;
}

bool has_servers(const Properties& properties) {
  for (const auto* name : {"bootstrap.servers", "metadata.broker.list"}) {
    const auto found = properties.find(name);
    if (found != properties.end() && found->second.find_first_not_of(" ,") != std::string::npos)
      return true;
  }
  return false;
}

}  // namespace

ConfigHandle make_configuration(Role role, const Properties& properties) {
  ConfigHandle config(rd_kafka_conf_new());
  set_defaults(config.get(), role);
  for (const auto& [name, value] : properties) {
    if (why_owned(name).empty()) set(config.get(), name.c_str(), value.c_str());
  }
  set_owned(config.get(), role);
  return config;
}

std::vector<std::string> property_problems(const Properties& properties,
                                           const Properties& written) {
  std::vector<std::string> problems;
  const ConfigHandle config(rd_kafka_conf_new());
  for (const auto& [name, value] : properties) {
    if (auto text = problem(config.get(), name, value, written))
      problems.push_back(std::move(*text));
  }
  if (!has_servers(properties)) {
    problems.emplace_back(
        "bootstrap.servers: is missing, it names the brokers as \"host:port,host:port\"");
  }
  if (problems.empty()) {
    if (auto text = contradiction(properties)) problems.push_back(std::move(*text));
  }
  return problems;
}

}  // namespace sidestream::kafka

namespace sidestream {

std::vector<std::string> check_kafka_properties(
    const std::map<std::string, std::string>& properties,
    const std::map<std::string, std::string>& written) {
  return kafka::property_problems(properties, written);
}

}  // namespace sidestream
