#include "connectors/embedded/embedded_connector.hpp"

#include <utility>

#include "connectors/embedded/database.hpp"
#include "connectors/embedded/publish_queue.hpp"
#include "connectors/embedded/query_thread.hpp"
#include "connectors/embedded/tails.hpp"
#include "connectors/embedded/writer.hpp"

namespace sidestream {
namespace embedded {
namespace {

class EmbeddedConnector final : public Connector {
 public:
  EmbeddedConnector(std::string name, EmbeddedOptions options, Logger log)
      : name_(std::move(name)),
        options_(std::move(options)),
        database_(name_, options_, std::move(log), probe_) {}
  ~EmbeddedConnector() override { stop(); }

  OffsetFormat format() const override { return OffsetFormat::integer; }
  const ConnectorProbe& probe() const override { return probe_; }

  void start() override {
    publishes_.start();
    queries_.start();
    tails_.start();
    writer_.start();
  }

  void stop() override {
    writer_.stop();
    publishes_.stop();
    queries_.stop();
    tails_.stop();
    database_.close();
  }

  void extent(std::string log, Callback<LogExtent> done) override {
    const auto query = [this, log = std::move(log)](TableReader& reader) {
      LogExtent extent;
      extent.partitions.push_back(reader.extent(log));
      extent.origin = database_.origin();
      extent.exact = reader.exact();
      return extent;
    };
    queries_.add(std::make_unique<ValueQuery<LogExtent>>(query, std::move(done)));
  }

  void locate(std::string log, Timestamp time, Callback<Position> done) override {
    const auto query = [log = std::move(log), time](TableReader& reader) {
      return Position{reader.locate(log, time)};
    };
    queries_.add(std::make_unique<ValueQuery<Position>>(query, std::move(done)));
  }

  void back(std::string log, Partition, Offset end, std::int64_t count,
            Callback<Offset> done) override {
    const auto query = [log = std::move(log), end, count](TableReader& reader) {
      return reader.back(log, end, count);
    };
    queries_.add(std::make_unique<ValueQuery<Offset>>(query, std::move(done)));
  }

  void read(Range range, std::function<void(std::span<const Record>)> deliver,
            Callback<Offset> done) override {
    queries_.add(std::make_unique<RangeQuery>(std::move(range), std::move(deliver), std::move(done),
                                              probe_));
  }

  void newest(NewestQuery query, NewestCallback done) override {
    queries_.add(std::make_unique<RecordQuery>(std::move(query), std::move(done)));
  }

  std::unique_ptr<Tail> tail(std::string log, Position from, TailSink& sink) override {
    const auto after = from.empty() ? database_.start().previous() : from.front();
    return tails_.open(std::move(log), after, sink);
  }

  void publish(std::string log, Message message, PublishCallback done) override {
    if (const auto written = writer_.write_now(log, message)) {
      probe_.published.fetch_add(1, std::memory_order_relaxed);
      return done(*written);
    }
    publishes_.add(std::move(log), std::move(message), std::move(done));
  }

 private:
  const std::string name_;
  const EmbeddedOptions options_;
  ConnectorProbe probe_;
  Database database_;
  PublishQueue publishes_{probe_};
  QueryThread queries_{database_};
  Tails tails_{database_, probe_};
  Writer writer_{database_, publishes_, tails_};
};

}  // namespace
}  // namespace embedded

std::unique_ptr<Connector> make_embedded_connector(std::string name, EmbeddedOptions options,
                                                   Logger log) {
  return std::make_unique<embedded::EmbeddedConnector>(std::move(name), std::move(options),
                                                       std::move(log));
}

std::optional<std::string> check_embedded(const EmbeddedOptions& options) {
  if (options.path.empty() || options.path == ":memory:") return std::nullopt;
  try {
    embedded::check_file(options.path);
  } catch (const embedded::CannotOpen& error) {
    return error.what();
  } catch (const embedded::SqliteError& error) {
    return options.path + ": " + error.what();
  }
  return std::nullopt;
}

}  // namespace sidestream
