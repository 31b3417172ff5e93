#include "tests/support/harness/writer.hpp"

#include <stdexcept>

#include "tests/support/harness/http.hpp"

namespace e2e {
namespace {

class KafkaWriter : public Writer {
 public:
  KafkaWriter(std::string topic, int partitions)
      : topic_(std::move(topic)),
        partitions_(partitions),
        client_(shared_kafka(), {{"linger.ms", "5"}, {"queue.buffering.max.messages", "1000000"}}) {
  }
  int lanes() const override { return partitions_; }
  void write(const std::vector<Numbered>& records, std::size_t padding) override {
    for (const auto& record : records) {
      client_.send(topic_, {record.lane, numbered(record.lane, record.number, padding)});
    }
    client_.serve();
  }
  void finish() override { client_.flush(); }

 private:
  std::string topic_;
  int partitions_;
  KafkaClient client_;
};

class RedisWriter : public Writer {
 public:
  explicit RedisWriter(std::string stream)
      : stream_(std::move(stream)), client_(shared_redis().address()) {}
  int lanes() const override { return 1; }
  void write(const std::vector<Numbered>& records, std::size_t padding) override {
    std::vector<std::vector<std::string>> commands;
    for (const auto& record : records) {
      commands.push_back(
          {"XADD", stream_, "*", "data", numbered(record.lane, record.number, padding)});
    }
    client_.pipeline(commands);
  }

 private:
  std::string stream_;
  RedisClient client_;
};

// Each lane is a connection with pipelined POSTs.
class PostWriter : public Writer {
 public:
  PostWriter(Address to, std::string path)
      : to_(std::move(to)), path_(std::move(path)), lanes_(count) {}
  int lanes() const override { return count; }
  void write(const std::vector<Numbered>& records, std::size_t padding) override {
    for (const auto& record : records) {
      auto& lane = lanes_[static_cast<std::size_t>(record.lane)];
      lane.requests += Request{.target = path_,
                               .method = "POST",
                               .body = numbered(record.lane, record.number, padding)}
                           .text();
      lane.open.push_back(record);
    }
    for (auto& lane : lanes_) submit(lane);
    for (auto& lane : lanes_) collect(lane);
  }
  std::set<std::pair<int, std::int64_t>> doubtful() const override { return doubtful_; }

 private:
  static constexpr int count = 16;
  struct Lane {
    std::unique_ptr<HttpConnection> connection;
    std::string requests;
    std::vector<Numbered> open;  // not answered yet
  };

  void connect(Lane& lane) {
    const bool connected = eventually(
        [&] {
          try {
            lane.connection = std::make_unique<HttpConnection>(to_);
            return true;
          } catch (const WireError&) {
            return false;
          }
        },
        30s * patience);
    if (!connected) throw std::runtime_error("the sidecar does not come back");
  }
  void submit(Lane& lane) {
    if (lane.open.empty()) return;
    if (!lane.connection) connect(lane);
    try {
      lane.connection->send(lane.requests);
    } catch (const WireError&) {
      give_up(lane, 0);
    }
    lane.requests.clear();
  }
  void collect(Lane& lane) {
    std::size_t answered = 0;
    try {
      for (; answered < lane.open.size(); ++answered) {
        const auto response = lane.connection->receive();
        if (response.status != 201)
          throw std::runtime_error("a POST is answered with " + response.raw + response.body);
      }
      lane.open.clear();
    } catch (const WireError&) {
      give_up(lane, answered);
    }
  }
  void give_up(Lane& lane, std::size_t answered) {
    for (; answered < lane.open.size(); ++answered) {
      doubtful_.emplace(lane.open[answered].lane, lane.open[answered].number);
    }
    lane.open.clear();
    lane.connection.reset();
  }

  Address to_;
  std::string path_;
  std::vector<Lane> lanes_;
  std::set<std::pair<int, std::int64_t>> doubtful_;
};

}  // namespace

std::unique_ptr<Writer> make_writer(const std::string& kind, Source& source, const Address& streams,
                                    const std::string& path) {
  if (kind == "embedded") return std::make_unique<PostWriter>(streams, path);
  if (kind == "redis") return std::make_unique<RedisWriter>(source.log());
  return std::make_unique<KafkaWriter>(source.log(), source.partitions());
}

Writing::Writing(Writer& writer, Plan plan, std::vector<std::int64_t> first)
    : writer_(writer), plan_(std::move(plan)), next_(std::move(first)) {
  next_.resize(static_cast<std::size_t>(writer_.lanes()));
  thread_ = std::thread([this] {
    try {
      run();
    } catch (const std::exception& error) {
      failure_ = error.what();
    }
    done_ = true;
  });
}

Writing::~Writing() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void Writing::join() {
  if (thread_.joinable()) thread_.join();
  if (!failure_.empty()) throw std::runtime_error(failure_);
}

void Writing::run() {
  const auto lanes = static_cast<std::int64_t>(writer_.lanes());
  const auto begun = Clock::now();
  std::vector<Numbered> batch;
  const auto whole = (plan_.records + lanes - 1) / lanes * lanes;
  while (written_ < whole && !stop_) {
    // Whole rounds over all lanes, at most some hundred records.
    const auto elapsed = std::chrono::duration<double>(Clock::now() - begun).count();
    const auto due =
        plan_.per_second > 0 ? static_cast<std::int64_t>(elapsed * plan_.per_second) : whole;
    const auto room = std::min({whole, due, written_ + 512}) - written_;
    const auto rounds = std::max<std::int64_t>(room, 0) / lanes;
    if (rounds == 0 || (plan_.may_write && !plan_.may_write(written_))) {
      std::this_thread::sleep_for(1ms);  // the pace, not a wait for something to have happened
      continue;
    }
    batch.clear();
    for (std::int64_t i = 0; i < rounds * lanes; ++i) {
      const auto lane = static_cast<std::size_t>(i % lanes);
      batch.push_back({static_cast<int>(lane), next_[lane]++});
    }
    writer_.write(batch, plan_.padding);
    written_ += static_cast<std::int64_t>(batch.size());
  }
  writer_.finish();
}

double load_scale() {
  if (const char* given = getenv("SIDESTREAM_TEST_LOAD")) return std::stod(given);
  return sanitized ? 0.1 : 1.0;
}

}  // namespace e2e
