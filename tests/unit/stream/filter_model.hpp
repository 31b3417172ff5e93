#pragma once
// Topics, wishes and readers of the filter model: what a naive filter would send.

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "client.hpp"
#include "scripted_connector.hpp"
#include "sidecar/stream/id/event_id.hpp"
#include "tests/support/borrowed.hpp"

namespace sidestream {

using Random = std::mt19937_64;

inline std::size_t pick(Random& random, std::size_t n) {
  return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
}

inline constexpr std::size_t keys = 4, regions = 3;
inline std::string key_of(std::size_t n) { return "user-" + std::to_string(n); }
inline std::string region_of(std::size_t n) { return "region-" + std::to_string(n); }

// One topic and all records that it ever had. A value is {"at":"topic:partition:offset", ...}.
struct Source {
  struct Written {
    std::string key, region;  // empty: none
    bool sent = true;
  };
  Source(std::string name, std::size_t partitions, std::uint64_t log_bytes, ReplayPool& pool)
      : broker(partitions) {
    TopicSettings settings;
    settings.name = name;
    settings.log_bytes = log_bytes;
    settings.filters.push_back({"region", {FieldName::Kind::json, "/region"}});
    settings.filters.push_back({"key", {FieldName::Kind::key, {}}});
    topic = std::make_shared<Topic>(settings, test::borrowed(broker));
    log = std::make_shared<OpenLog>(topic, name, pool, Logger());
  }
  void append(Random& random) {
    const auto partition = static_cast<Partition>(pick(random, broker.partitions()));
    Written record;
    if (pick(random, 8) > 0) record.key = key_of(pick(random, keys));
    if (pick(random, 8) > 0) record.region = region_of(pick(random, regions));
    record.sent = pick(random, 12) > 0;
    const std::string at = topic->settings.name + ":" + std::to_string(partition) + ":" +
                           std::to_string(broker.end(partition));
    std::string json = R"({"at":")" + at + '"';
    if (!record.region.empty()) json += R"(,"region":")" + record.region + '"';
    // What is not JSON has no region, whatever it seems to say.
    if (pick(random, 16) == 0) {
      record.region.clear();
      json += ",";
    }
    json += "}";
    std::optional<std::string> key;
    if (!record.key.empty()) key = record.key;
    broker.append(partition, record.sent ? std::optional(json) : std::nullopt, key);
    written[partition].push_back(record);
  }

  ScriptedConnector broker;
  std::shared_ptr<Topic> topic;
  std::shared_ptr<OpenLog> log;
  std::map<int, std::vector<Written>> written;  // by partition and offset
};

// What a reader wants of one topic; empty: anything.
struct Wish {
  std::set<std::string> wanted_keys, wanted_regions;

  explicit Wish(Random& random) {
    if (pick(random, 3) > 0) wanted_keys.insert(key_of(pick(random, keys)));
    if (pick(random, 4) == 0) wanted_keys.insert(key_of(pick(random, keys)));
    if (pick(random, 3) == 0) wanted_regions.insert(region_of(pick(random, regions)));
    if (pick(random, 8) == 0) wanted_regions.insert("no such region");
  }
  bool holds(const Source::Written& record) const {
    return record.sent && (wanted_keys.empty() || wanted_keys.contains(record.key)) &&
           (wanted_regions.empty() || wanted_regions.contains(record.region));
  }
  FilterPtr filter(const TopicFields& fields) const {
    std::vector<StreamFilter::Condition> conditions;
    const auto add = [&](FieldName field, const std::set<std::string>& values) {
      if (!values.empty()) {
        conditions.push_back({*fields.index_of(field), {values.begin(), values.end()}});
      }
    };
    add({FieldName::Kind::key, {}}, wanted_keys);
    add({FieldName::Kind::json, "/region"}, wanted_regions);
    if (conditions.empty()) return nullptr;
    return FilterPtr(new StreamFilter(std::move(conditions)));
  }
};

class FilteredReader {
 public:
  FilteredReader(Random& random, std::vector<Source*> sources) : sources_(std::move(sources)) {
    for (std::size_t i = 0; i < sources_.size(); ++i) wishes_.emplace_back(random);
  }
  bool connected() const { return client_ != nullptr; }
  Client& client() { return *client_; }
  void drop() { client_.reset(); }

  void connect() {
    SubscriptionOptions options;
    options.composite = sources_.size() > 1;
    std::vector<StartRequest> starts;
    std::vector<std::shared_ptr<OpenLog>> logs;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      StartRequest start;
      start.kind = id_.empty() ? StartRequest::Kind::earliest : StartRequest::Kind::resume;
      start.id = id_;
      starts.push_back(start);
      logs.push_back(sources_[i]->log);
      options.filters.push_back(wishes_[i].filter(sources_[i]->topic->fields));
    }
    if (id_.empty()) begin();
    client_ = std::make_unique<Client>(logs, starts, options);
    seen_ = 0;
    for (Source* source : sources_) source->broker.answer_all();
    client_->open_post();
  }
  bool read(std::size_t bytes) {
    const auto before = client_->wire.size();
    client_->open_post();
    client_->read(bytes);
    for (; seen_ < client_->events().size(); ++seen_) take(client_->events()[seen_]);
    if (!client_->last_id().empty()) id_ = client_->last_id();
    return client_->wire.size() != before;
  }
  void heartbeat() { client_->subscription().heartbeat(); }
  void expect_complete() {
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      for (const auto& [partition, records] : sources_[i]->written) {
        EXPECT_EQ(next_match(i, partition), static_cast<std::int64_t>(records.size()))
            << sources_[i]->topic->settings.name << " partition " << partition;
      }
    }
  }

 private:
  // The first connection reads what is held now, and whatever is written later.
  void begin() {
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      for (std::size_t p = 0; p < sources_[i]->broker.partitions(); ++p) {
        const auto partition = static_cast<int>(p);
        next_[i][partition] = sources_[i]->broker.first(partition);
      }
    }
  }
  // The next offset that this reader must get; the end if there is none.
  std::int64_t next_match(std::size_t source, int partition) {
    const auto& records = sources_[source]->written[partition];
    auto at = static_cast<std::size_t>(next_[source][partition]);
    while (at < records.size() && !wishes_[source].holds(records[at])) ++at;
    return static_cast<std::int64_t>(at);
  }
  std::size_t source_named(std::string_view name) const {
    std::size_t i = 0;
    while (sources_[i]->topic->settings.name != name) ++i;
    return i;
  }
  void take(const ClientEvent& event) {
    if (event.name == "stream-gap") return skip(event.data);
    if (event.name == "stream-open" && event.data.find("earliest") != std::string::npos) {
      return open(event.id);
    }
    if (event.name == "stream-catch-up") {
      const bool filtered = std::ranges::any_of(wishes_, [](const Wish& w) {
        return !w.wanted_keys.empty() || !w.wanted_regions.empty();
      });
      EXPECT_TRUE(!filtered || event.data.find(R"("records":null)") != std::string::npos)
          << event.data;
    }
    if (!event.name.empty()) return;
    // {"at":"topic:partition:offset", ...
    const std::string at = event.data.substr(7, event.data.find('"', 7) - 7);
    const auto colon = at.find(':'), second = at.find(':', colon + 1);
    const std::size_t source = source_named(at.substr(0, colon));
    const int partition = std::stoi(at.substr(colon + 1));
    const std::int64_t offset = std::stoll(at.substr(second + 1));
    ASSERT_EQ(offset, next_match(source, partition)) << event.data << before();
    next_[source][partition] = offset + 1;
  }
  // `earliest` is a moment between the request (which set next_) and now.
  void open(const std::string& id) {
    for (std::size_t source = 0; source < sources_.size(); ++source) {
      const auto part = id_part(id, sources_[source]->topic->settings.name);
      const auto opened = parse_position(OffsetFormat::integer, part);
      ASSERT_TRUE(opened.position) << id;
      for (std::size_t p = 0; p < opened.position->size(); ++p) {
        const auto partition = static_cast<int>(p);
        const std::int64_t first = (*opened.position)[p].number() + 1;
        ASSERT_GE(first, next_[source][partition]) << id;
        ASSERT_LE(first, sources_[source]->broker.first(partition)) << id;
        next_[source][partition] = first;
      }
    }
  }
  // The events before a failure.
  std::string before() const {
    std::string text;
    for (std::size_t i = seen_ < 8 ? 0 : seen_ - 8; i <= seen_; ++i) {
      const ClientEvent& event = client_->events()[i];
      text += "\n" + event.name + " " + event.data + " id " + event.id;
    }
    return text;
  }
  void skip(const std::string& data) {
    const std::size_t source = source_named(data.substr(10, data.find('"', 10) - 10));
    const Wish& wish = wishes_[source];
    const bool filtered = !wish.wanted_keys.empty() || !wish.wanted_regions.empty();
    EXPECT_EQ(data.find(R"("exact":false)") != std::string::npos, filtered) << data;
    for (auto at = data.find("{\"partition\":"); at != std::string::npos;
         at = data.find("{\"partition\":", at + 1)) {
      const int partition = std::stoi(data.substr(at + 13));
      const auto requested = data.find("\"requested\":\"", at) + 13;
      EXPECT_LE(std::stoll(data.substr(requested)) + 1, next_match(source, partition)) << data;
      const auto resumed = data.find("\"resumed\":\"", at) + 11;
      auto& next = next_[source][partition];
      next = std::max<std::int64_t>(next, std::stoll(data.substr(resumed)));
    }
  }

  std::vector<Source*> sources_;
  std::vector<Wish> wishes_;
  std::unique_ptr<Client> client_;
  std::size_t seen_ = 0;
  std::string id_;
  std::map<std::size_t, std::map<int, std::int64_t>> next_;  // by source and partition
};

}  // namespace sidestream
