#include "tests/support/harness/stage.hpp"

namespace e2e {

Stage::Stage(const std::string& kind, Staging staging)
    : Stage(make_source(kind), std::move(staging)) {}

Stage::Stage(std::unique_ptr<Source> source, Staging staging)
    : source_(std::move(source)),
      staging_(std::move(staging)),
      sidecar_(std::make_unique<Sidecar>(config())),
      written_(static_cast<std::size_t>(partitions())),
      offsets_(static_cast<std::size_t>(partitions())) {
  source_->attach(sidecar_->streams(), path);
}

Config Stage::config() const {
  Config config;
  config.server = staging_.server;
  config.connectors = {"broker: " +
                       (staging_.connector.empty() ? source_->connector() : staging_.connector)};
  std::string topic = "t: { from: broker, " + source_->log_keys();
  if (!staging_.topic.empty()) topic += ", " + staging_.topic;
  config.topics = staging_.more_topics;
  config.topics.push_back(topic + " }");
  return config;
}

Sidecar& Stage::replica() {
  if (!replica_) replica_ = std::make_unique<Sidecar>(config());
  return *replica_;
}

EventStream Stage::open(const std::string& query, const Headers& headers) {
  return EventStream(sidecar_->streams(), path + (query.empty() ? "" : "?" + query), headers);
}

EventStream Stage::resume(const std::string& id) {
  return EventStream::resume(sidecar_->streams(), path, id);
}

EventStream Stage::live() {
  auto stream = open();
  stream.control("stream-open");
  return stream;
}

std::vector<std::vector<std::string>> Stage::append(int count, std::size_t padding) {
  std::vector<Input> inputs;
  for (int i = 0; i < count; ++i) {
    for (int partition = 0; partition < partitions(); ++partition) {
      auto& number = written_[static_cast<std::size_t>(partition)];
      inputs.push_back({.value = numbered(partition, number++, padding), .partition = partition});
    }
  }
  const auto offsets = source_->append(inputs);
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    offsets_[static_cast<std::size_t>(inputs[i].partition)].push_back(offsets[i]);
  }
  return offsets_;
}

std::string Stage::append_value(const std::string& value, const std::string& event) {
  return source_->append({{.value = value, .event = event}}).at(0);
}

const std::string& Stage::offset(int partition, std::int64_t number) const {
  return offsets_.at(static_cast<std::size_t>(partition)).at(static_cast<std::size_t>(number));
}

std::string Stage::id_after(std::int64_t number) const {
  std::vector<std::string> offsets;
  for (int partition = 0; partition < partitions(); ++partition) {
    offsets.push_back(offset(partition, number - 1));
  }
  return id_of(offsets);
}

}  // namespace e2e
