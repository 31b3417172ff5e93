// The embedded connector as a broker of the suite. One connector owns the file, so records are
// appended through the connector under test, or through a temporary one. Trimming deletes rows from
// another connection. An outage moves the file's directory. Deleting a log deletes the file.
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "connectors/embedded/embedded_connector.hpp"
#include "connectors/embedded/sqlite.hpp"
#include "tests/integration/connectors/broker_fixture.hpp"
#include "tests/integration/connectors/recording.hpp"

namespace sidestream::test {
namespace {

namespace fs = std::filesystem;

// Forwards to a connector, and clears `live` when destroyed.
class Tracked final : public Connector {
 public:
  Tracked(std::unique_ptr<Connector> inner, Connector*& live)
      : inner_(std::move(inner)), live_(live) {
    live_ = inner_.get();
  }
  ~Tracked() override { live_ = nullptr; }

  OffsetFormat format() const override { return inner_->format(); }
  const ConnectorProbe& probe() const override { return inner_->probe(); }
  void start() override { inner_->start(); }
  void stop() override { inner_->stop(); }
  void extent(std::string log, Callback<LogExtent> done) override {
    inner_->extent(std::move(log), std::move(done));
  }
  void locate(std::string log, Timestamp time, Callback<Position> done) override {
    inner_->locate(std::move(log), time, std::move(done));
  }
  void back(std::string log, Partition partition, Offset end, std::int64_t count,
            Callback<Offset> done) override {
    inner_->back(std::move(log), partition, end, count, std::move(done));
  }
  void read(Range range, std::function<void(std::span<const Record>)> deliver,
            Callback<Offset> done) override {
    inner_->read(std::move(range), std::move(deliver), std::move(done));
  }
  void newest(NewestQuery query, NewestCallback done) override {
    inner_->newest(std::move(query), std::move(done));
  }
  std::unique_ptr<Tail> tail(std::string log, Position from, TailSink& sink) override {
    return inner_->tail(std::move(log), std::move(from), sink);
  }
  void publish(std::string log, Message message, PublishCallback done) override {
    inner_->publish(std::move(log), std::move(message), std::move(done));
  }

 private:
  std::unique_ptr<Connector> inner_;
  Connector*& live_;
};

Message message_of(const NewRecord& record) {
  return {.value = record.value.value_or(""), .key = record.key, .event = record.event};
}

class EmbeddedFixture : public BrokerFixture {
 public:
  std::unique_ptr<Connector> make_connector() override {
    return std::make_unique<Tracked>(make_embedded_connector(name(), options(), Logger()), live_);
  }
  bool supports_two_connectors() const override { return false; }
  void create_log(const std::string&, int) override {}

  std::vector<Offset> append(const std::string& log, Partition,
                             std::span<const NewRecord> records) override {
    std::unique_ptr<Connector> own;
    if (live_ == nullptr) {
      own = make_connector();
      own->start();
    }
    std::vector<Offset> offsets;
    if (records.empty()) return offsets;
    offsets.push_back(append_first(log, records.front()));
    const auto rest = records.subspan(1);
    std::vector<Answer<Published>> answers(rest.size());
    for (std::size_t i = 0; i < rest.size(); ++i) {
      live_->publish(log, message_of(rest[i]), answers[i].callback());
    }
    for (const auto& answer : answers) offsets.push_back(answer.get().value().offset);
    return offsets;
  }

 protected:
  virtual EmbeddedOptions options() const = 0;

 private:
  // Retries, because the connector may not have reopened its file yet.
  Offset append_first(const std::string& log, const NewRecord& record) {
    PublishResult result = Errc::unavailable;
    eventually([&] {
      result = ask<Published>([&](auto done) { live_->publish(log, message_of(record), done); });
      return result.has_value() || result.error() != Errc::unavailable;
    });
    return result.value().offset;
  }

  Connector* live_ = nullptr;
};

class FileFixture final : public EmbeddedFixture {
 public:
  FileFixture() {
    auto pattern = (fs::temp_directory_path() / "sidestream-embedded-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    root_ = pattern;
    fs::create_directory(root_ / "here");
  }
  ~FileFixture() override { fs::remove_all(root_); }

  std::string name() const override { return "embedded"; }
  void trim(const std::string& log, Partition, Offset before) override {
    embedded::Connection other(file(), SQLITE_OPEN_READWRITE);
    sqlite3_busy_timeout(other.handle(), 10'000);
    embedded::Statement drop(other,
                             "DELETE FROM records WHERE offset < ?2 AND"
                             " log = (SELECT id FROM logs WHERE name = ?1)");
    drop.run(std::string_view(log), before.number());
  }
  void delete_log(const std::string&) override {
    for (const auto* suffix : {"", "-wal", "-shm"}) fs::remove(file() + suffix);
  }
  void recreate_log(const std::string&, int) override {}
  void stop_broker() override { fs::rename(root_ / "here", root_ / "away"); }
  void start_broker() override { fs::rename(root_ / "away", root_ / "here"); }

 private:
  EmbeddedOptions options() const override { return {.path = file()}; }
  std::string file() const { return (root_ / "here" / "log.db").string(); }

  fs::path root_;
};

class MemoryFixture final : public EmbeddedFixture {
 public:
  std::string name() const override { return "memory"; }
  bool supports_trim() const override { return false; }
  bool supports_outage() const override { return false; }
  bool supports_recreate() const override { return false; }
  void trim(const std::string&, Partition, Offset) override {}
  void delete_log(const std::string&) override {}
  void recreate_log(const std::string&, int) override {}
  void stop_broker() override {}
  void start_broker() override {}

 private:
  EmbeddedOptions options() const override { return {}; }
};

}  // namespace

std::unique_ptr<BrokerFixture> make_embedded_fixture() { return std::make_unique<FileFixture>(); }
std::unique_ptr<BrokerFixture> make_memory_fixture() { return std::make_unique<MemoryFixture>(); }

}  // namespace sidestream::test
