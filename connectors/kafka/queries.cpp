#include "connectors/kafka/queries.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "connectors/kafka/topic_id.hpp"

namespace sidestream::kafka {
namespace {

constexpr std::int64_t end_of_log = RD_KAFKA_OFFSET_END;          // -1 as a time
constexpr std::int64_t start_of_log = RD_KAFKA_OFFSET_BEGINNING;  // -2

PartitionList make_list(const std::string& topic, const std::vector<Partition>& partitions,
                        std::int64_t time) {
  PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const auto partition : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = time;
  }
  return list;
}

}  // namespace

boost::system::result<std::vector<std::int32_t>, Refusal> Queries::leaders(
    TopicState& topic) const {
  if (!probe_.is_up()) return Refusal{RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN};
  if (topic.partitions > 0) return leaders(*client_, topic);
  const auto client = names_.use();
  if (!client) return Refusal{RD_KAFKA_RESP_ERR__DESTROY};
  return leaders(*client, topic);
}

boost::system::result<std::vector<std::int32_t>, Refusal> Queries::leaders(
    const KafkaClient& client, TopicState& topic) const {
  const auto handle = client.topic(topic.name);
  const rd_kafka_metadata_t* answer = nullptr;
  const auto error = rd_kafka_metadata(client.get(), 0, handle.get(), &answer, timeout_ms);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return Refusal{error};
  const Metadata metadata(answer);
  if (metadata->topic_cnt != 1) return Refusal{RD_KAFKA_RESP_ERR__BAD_MSG};
  const auto& found = metadata->topics[0];
  observe(topic, found, links_);
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR &&
      found.err != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) {
    return Refusal{found.err};
  }
  if (found.partition_cnt == 0) return Refusal{RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE};
  std::vector<std::int32_t> leaders(static_cast<std::size_t>(found.partition_cnt), -1);
  for (int i = 0; i < found.partition_cnt; ++i) {
    const auto& partition = found.partitions[i];
    if (partition.id < 0 || partition.id >= found.partition_cnt) continue;
    leaders[static_cast<std::size_t>(partition.id)] = partition.leader;
  }
  return leaders;
}

std::vector<std::optional<std::int64_t>> Queries::by_time(const std::string& topic,
                                                          const std::vector<std::int32_t>& leaders,
                                                          std::int64_t time) const {
  std::vector<std::optional<std::int64_t>> found(leaders.size());
  std::set<std::int32_t> nodes(leaders.begin(), leaders.end());
  nodes.erase(-1);
  for (const auto node : nodes) {
    if (!probe_.is_up()) break;
    std::vector<Partition> led;
    for (std::size_t p = 0; p < leaders.size(); ++p) {
      if (leaders[p] == node) led.push_back(static_cast<Partition>(p));
    }
    const auto list = make_list(topic, led, time);
    if (rd_kafka_offsets_for_times(client_->get(), list.get(), timeout_ms) !=
        RD_KAFKA_RESP_ERR_NO_ERROR) {
      continue;
    }
    for (int i = 0; i < list->cnt; ++i) {
      const auto& element = list->elems[i];
      if (element.err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
      found[static_cast<std::size_t>(element.partition)] = element.offset;
    }
  }
  return found;
}

std::vector<std::optional<Watermarks>> Queries::watermarks(
    const std::string& topic, const std::vector<std::int32_t>& leaders) const {
  // The end first: if the start moves in between, a reported gap is only too small.
  const auto high = by_time(topic, leaders, end_of_log);
  auto reachable = leaders;
  for (std::size_t p = 0; p < high.size(); ++p) {
    if (!high[p]) reachable[p] = -1;
  }
  const auto low = by_time(topic, reachable, start_of_log);
  std::vector<std::optional<Watermarks>> all(leaders.size());
  for (std::size_t p = 0; p < all.size(); ++p) {
    if (high[p] && low[p] && *high[p] >= 0 && *low[p] >= 0) {
      all[p] = Watermarks{*low[p], std::max(*low[p], *high[p])};
    }
  }
  return all;
}

// Not rd_kafka_query_watermark_offsets(): up to 2.0 it ignores its time-out and waits for ever if
// the broker goes away after the request was sent.
std::optional<Watermarks> Queries::watermarks(const std::string& topic, Partition partition) const {
  const auto query = [&](std::int64_t time) -> std::optional<std::int64_t> {
    if (!probe_.is_up()) return std::nullopt;
    const auto list = make_list(topic, {partition}, time);
    const auto error = rd_kafka_offsets_for_times(client_->get(), list.get(), timeout_ms);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
    const auto& answer = list->elems[0];
    if (answer.err != RD_KAFKA_RESP_ERR_NO_ERROR || answer.offset < 0) return std::nullopt;
    return answer.offset;
  };
  const auto high = query(end_of_log);
  const auto low = high ? query(start_of_log) : std::nullopt;
  if (!low) return std::nullopt;
  return Watermarks{*low, std::max(*low, *high)};
}

std::vector<std::optional<std::int64_t>> Queries::first_since(
    const std::string& topic, const std::vector<std::int32_t>& leaders,
    std::int64_t time_ms) const {
  return by_time(topic, leaders, std::max<std::int64_t>(time_ms, 0));
}

std::optional<std::string> Queries::topic_id(const std::string& topic) const {
  if (!probe_.is_up()) return std::nullopt;
  return query_topic_id(client_->get(), topic, timeout_ms);
}

bool Queries::exact(TopicState& topic) const {
  if (topic.density.load() == Density::unknown) {
    // A hole that is found meanwhile wins.
    auto unknown = Density::unknown;
    if (const auto density = query_density(topic.name)) {
      topic.density.compare_exchange_strong(unknown, *density);
    }
  }
  return topic.density.load() == Density::dense;
}

// Absent: no answer now. Without the right to describe the topic a count is an upper bound.
std::optional<Density> Queries::query_density(const std::string& topic) const {
  if (!probe_.is_up()) return std::nullopt;
  const QueueHandle queue(rd_kafka_queue_new(client_->get()));
  const ConfigResource resource(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  const AdminOptions options(
      rd_kafka_AdminOptions_new(client_->get(), RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS));
  char reason[128];
  rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms, reason, sizeof(reason));
  auto* requested = resource.get();
  rd_kafka_DescribeConfigs(client_->get(), &requested, 1, options.get(), queue.get());
  const EventHandle event(rd_kafka_queue_poll(queue.get(), timeout_ms));
  if (!event || rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::nullopt;
  const auto* result = rd_kafka_event_DescribeConfigs_result(event.get());
  if (result == nullptr) return std::nullopt;
  std::size_t count = 0;
  auto** resources = rd_kafka_DescribeConfigs_result_resources(result, &count);
  if (count != 1) return std::nullopt;
  const auto error = rd_kafka_ConfigResource_error(resources[0]);
  if (error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) return Density::holes;
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  const auto** entries = rd_kafka_ConfigResource_configs(resources[0], &count);
  for (std::size_t i = 0; i < count; ++i) {
    if (std::string_view(rd_kafka_ConfigEntry_name(entries[i])) != "cleanup.policy") continue;
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    const bool compacted =
        value == nullptr || std::string_view(value).find("compact") != std::string_view::npos;
    return compacted ? Density::holes : Density::dense;
  }
  return Density::holes;
}

}  // namespace sidestream::kafka
