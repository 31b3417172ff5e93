#include "tests/support/harness/source.hpp"

#include <unistd.h>

#include <atomic>
#include <boost/json.hpp>
#include <charconv>
#include <stdexcept>

#include "tests/support/harness/http.hpp"
#include "tests/support/harness/temp_dir.hpp"

namespace e2e {
namespace {

class KafkaSource : public Source {
 public:
  KafkaSource(std::string bootstrap, int partitions)
      : bootstrap_(std::move(bootstrap)), client_(bootstrap_), partitions_(partitions) {
    client_.create_topic(name_, partitions_);
  }
  ~KafkaSource() override {
    try {
      client_.delete_topic(name_);
    } catch (const std::runtime_error&) {
      // Its broker may be gone, which is as good.
    }
  }
  int partitions() const override { return partitions_; }
  std::string connector() const override {
    return "{ kafka: { bootstrap.servers: \"" + bootstrap_ + "\" } }";
  }
  std::string log_keys() const override { return "topic: " + name_; }
  std::string log() const override { return name_; }
  std::vector<std::string> append(const std::vector<Input>& inputs) override {
    std::vector<KafkaRecord> records;
    for (const auto& input : inputs) {
      KafkaRecord record{input.partition, input.value, input.key};
      if (!input.event.empty()) record.headers = {{"event", input.event}};
      records.push_back(std::move(record));
    }
    std::vector<std::string> offsets;
    for (const auto offset : client_.produce(name_, records))
      offsets.push_back(std::to_string(offset));
    return offsets;
  }
  void trim(int partition, const std::string& first_kept) override {
    client_.delete_records(name_, partition, std::stoll(first_kept));
  }
  void recreate() override {
    client_.delete_topic(name_);
    client_.create_topic(name_, partitions_);
  }

 private:
  const std::string name_ = unique_name("e2e");
  std::string bootstrap_;
  KafkaClient client_;
  int partitions_;
};

class RedisSource : public Source {
 public:
  explicit RedisSource(RedisServer& server) : url_(server.url()), address_(server.address()) {}
  ~RedisSource() override {
    try {
      recreate();
    } catch (const std::runtime_error&) {
      // Its server may be gone.
    }
  }
  std::string connector() const override { return "{ redis: { url: \"" + url_ + "\" } }"; }
  std::string log_keys() const override { return "stream: \"" + name_ + "\""; }
  std::string log() const override { return name_; }
  std::string before_first() const override { return "0-0"; }
  std::vector<std::string> append(const std::vector<Input>& inputs) override {
    std::vector<std::vector<std::string>> commands;
    for (const auto& input : inputs) {
      commands.push_back({"XADD", name_, "*"});
      auto& command = commands.back();
      if (input.value) command.insert(command.end(), {"data", *input.value});
      if (!input.event.empty()) command.insert(command.end(), {"event", input.event});
      if (!input.key.empty()) command.insert(command.end(), {"key", input.key});
    }
    return client().pipeline(commands);
  }
  void trim(int, const std::string& first_kept) override {
    client().command({"XTRIM", name_, "MINID", "=", first_kept});
  }
  void recreate() override { client().command({"DEL", name_}); }

 private:
  const std::string name_ = unique_name("e2e");
  // A new one each time, as the server may have been away.
  RedisClient client() const { return RedisClient(address_); }

  std::string url_;
  Address address_;
};

class EmbeddedSource : public Source {
 public:
  std::string connector() const override {
    return "{ embedded: { path: \"" + folder_.file("log.db") + "\" } }";
  }
  std::string log_keys() const override { return "stream: e2e, publish: true"; }
  std::string log() const override { return "e2e"; }
  bool has_replicas() const override { return false; }
  bool needs_sidecar() const override { return true; }
  bool can_trim() const override { return false; }
  void trim(int, const std::string&) override {
    throw std::runtime_error("the embedded log is trimmed by its own retention");
  }
  void recreate() override { throw std::runtime_error("the embedded log can't be deleted"); }
  void attach(const Address& streams, const std::string& path) override {
    streams_ = streams;
    path_ = path;
  }
  std::vector<std::string> append(const std::vector<Input>& inputs) override;

 private:
  TempDir folder_;
  Address streams_;
  std::string path_;
};

std::string published_id(const Response& response) {
  if (response.status != 201)
    throw std::runtime_error("a POST is answered with " + response.raw + response.body);
  return std::string(boost::json::parse(response.body).at("id").as_string());
}

std::vector<std::string> EmbeddedSource::append(const std::vector<Input>& inputs) {
  constexpr std::size_t batch = 64;  // pipelined requests
  std::optional<HttpConnection> connection;
  std::vector<std::string> offsets;
  for (std::size_t next = 0; next < inputs.size();) {
    if (!connection) connection.emplace(streams_);
    const auto end = std::min(inputs.size(), next + batch);
    std::string requests;
    for (auto i = next; i < end; ++i) {
      Request request{.target = path_, .method = "POST", .body = inputs[i].value.value()};
      request.target += "?event=" + url_encode(inputs[i].event);
      if (!inputs[i].key.empty()) request.target += "&key=" + url_encode(inputs[i].key);
      requests += request.text();
    }
    connection->send(requests);
    for (; connection && next < end; ++next) {
      const auto response = connection->receive();
      offsets.push_back(published_id(response));
      // In a drain: the others were not looked at.
      if (response.header("Connection") == "close") connection.reset();
    }
  }
  return offsets;
}

}  // namespace

std::string Source::id_before_all() const {
  return id_of(std::vector<std::string>(static_cast<std::size_t>(partitions()), before_first()));
}

std::unique_ptr<Source> make_redis_source(RedisServer& server) {
  return std::make_unique<RedisSource>(server);
}
std::unique_ptr<Source> make_kafka_source(const std::string& bootstrap, int partitions) {
  return std::make_unique<KafkaSource>(bootstrap, partitions);
}

std::unique_ptr<Source> make_source(const std::string& kind) {
  if (kind == "embedded") return std::make_unique<EmbeddedSource>();
  if (kind == "redis") return make_redis_source(shared_redis());
  return make_kafka_source(shared_kafka(), std::stoi(kind.substr(5)));
}

const std::vector<std::string>& all_kinds() {
  static const std::vector<std::string> kinds{"embedded", "redis", "kafka1", "kafka3", "kafka12"};
  return kinds;
}
const std::vector<std::string>& shared_kinds() {
  static const std::vector<std::string> kinds{"redis", "kafka1", "kafka3", "kafka12"};
  return kinds;
}

std::string unique_name(const std::string& prefix) {
  static std::atomic<int> next{0};
  return prefix + "-" + std::to_string(getpid()) + "-" + std::to_string(next++);
}

std::vector<std::string> offsets_of(const std::string& id, int partitions) {
  if (id.find('.') == std::string::npos) return {id};
  std::vector<std::string> offsets(static_cast<std::size_t>(partitions));
  std::size_t at = 0;
  while (at <= id.size()) {
    const auto end = std::min(id.find('~', at), id.size());
    const auto dot = id.find('.', at);
    if (dot >= end) throw WireError("an id that can't be read: " + id);
    offsets.at(std::stoul(id.substr(at, dot - at))) = id.substr(dot + 1, end - dot - 1);
    at = end + 1;
  }
  return offsets;
}

std::string id_of(const std::vector<std::string>& offsets) {
  if (offsets.size() == 1 && offsets[0] != "-1") return offsets[0];
  std::string id;
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    id += (i ? "~" : "") + std::to_string(i) + "." + offsets[i];
  }
  return id;
}

namespace {

std::pair<std::int64_t, std::int64_t> comparable(const std::string& offset) {
  const auto dash = offset.find('-', 1);
  if (dash == std::string::npos) return {std::stoll(offset), 0};
  return {std::stoll(offset.substr(0, dash)), std::stoll(offset.substr(dash + 1))};
}

}  // namespace

bool offset_less(const std::string& a, const std::string& b) {
  return comparable(a) < comparable(b);
}

std::string offset_before(const std::string& offset) {
  const auto [number, sequence] = comparable(offset);
  if (offset.find('-', 1) == std::string::npos) return std::to_string(number - 1);
  return sequence > 0 ? std::to_string(number) + "-" + std::to_string(sequence - 1)
                      : std::to_string(number - 1) + "-18446744073709551615";
}

std::string offset_after(const std::string& offset) {
  const auto [number, sequence] = comparable(offset);
  if (offset.find('-', 1) == std::string::npos) return std::to_string(number + 1);
  return std::to_string(number) + "-" + std::to_string(sequence + 1);
}

std::string numbered(int lane, std::int64_t number, std::size_t padding) {
  return std::to_string(lane) + ":" + std::to_string(number) + ":" + std::string(padding, '.');
}

std::optional<Numbered> parse_numbered(std::string_view text) {
  Numbered result;
  const char* end = text.data() + text.size();
  auto [lane_end, lane_error] = std::from_chars(text.data(), end, result.lane);
  if (lane_error != std::errc{} || lane_end == end || *lane_end != ':') return std::nullopt;
  auto [number_end, number_error] = std::from_chars(lane_end + 1, end, result.number);
  if (number_error != std::errc{} || number_end == end || *number_end != ':') return std::nullopt;
  return result;
}

}  // namespace e2e
