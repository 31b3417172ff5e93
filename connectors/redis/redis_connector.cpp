#include "connectors/redis/redis_connector.hpp"

#include <utility>

#include "connectors/redis/back_job.hpp"
#include "connectors/redis/extent_job.hpp"
#include "connectors/redis/greeting.hpp"
#include "connectors/redis/locate_job.hpp"
#include "connectors/redis/newest_job.hpp"
#include "connectors/redis/publish_worker.hpp"
#include "connectors/redis/range_worker.hpp"
#include "connectors/redis/read_job.hpp"
#include "connectors/redis/tail_worker.hpp"

namespace sidestream {
namespace {

class RedisConnector final : public Connector {
 public:
  RedisConnector(std::string name, RedisOptions options, Logger log)
      : options_(std::move(options)), health_(std::move(name), probe_, std::move(log)) {}
  RedisConnector(const RedisConnector&) = delete;
  RedisConnector& operator=(const RedisConnector&) = delete;
  ~RedisConnector() override { stop(); }

  OffsetFormat format() const override { return OffsetFormat::entry; }
  const ConnectorProbe& probe() const override { return probe_; }

  void take_login(const std::string& username, const std::string& password) override {
    credentials_.set({username, password});
  }

  void start() override {
    ranges_.start();
    publishing_.start();
    tails_.start();
  }
  void stop() override {
    tails_.stop();
    ranges_.stop();
    publishing_.stop();
  }

  void extent(std::string log, Callback<LogExtent> done) override {
    ranges_.add(redis::make_extent_job(std::move(log), std::move(done), shared_));
  }
  void locate(std::string log, Timestamp time, Callback<Position> done) override {
    ranges_.add(redis::make_locate_job(std::move(log), time, std::move(done), shared_));
  }
  void back(std::string log, Partition, Offset end, std::int64_t count,
            Callback<Offset> done) override {
    ranges_.add(redis::make_back_job(log, end, count, std::move(done), shared_));
  }
  void read(Range range, std::function<void(std::span<const Record>)> deliver,
            Callback<Offset> done) override {
    ranges_.add(
        redis::make_read_job(std::move(range), std::move(deliver), std::move(done), shared_));
  }
  void newest(NewestQuery query, NewestCallback done) override {
    ranges_.add(redis::make_newest_job(std::move(query), std::move(done), shared_));
  }
  std::unique_ptr<Tail> tail(std::string log, Position from, TailSink& sink) override {
    return tails_.add(std::move(log), from.empty() ? Offset{0} : from.front(), sink);
  }
  void publish(std::string log, Message message, PublishCallback done) override {
    publishing_.add(log, message, std::move(done));
  }

 private:
  const RedisOptions options_;
  redis::CredentialStore credentials_{{options_.username, options_.password}};
  ConnectorProbe probe_;
  redis::Health health_;
  redis::LinkContext context_{options_, credentials_, probe_, health_};
  redis::IdScripts scripts_;
  redis::EntrySizes sizes_;
  redis::RankCache ranks_;
  redis::JobContext shared_{probe_, scripts_, sizes_, ranks_};
  redis::RangeWorker ranges_{context_, scripts_};
  redis::PublishWorker publishing_{context_};
  redis::TailWorker tails_{context_, shared_};
};

}  // namespace

std::unique_ptr<Connector> make_redis_connector(std::string name, RedisOptions options,
                                                Logger log) {
  return std::make_unique<RedisConnector>(std::move(name), std::move(options), std::move(log));
}

}  // namespace sidestream
