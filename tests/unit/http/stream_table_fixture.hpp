#pragma once
// What tests of the stream table share.

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "recording_outlet.hpp"
#include "sidecar/http/streams/stream_table.hpp"
#include "tests/support/borrowed.hpp"
#include "tests/unit/stream/scripted_connector.hpp"

namespace sidestream {

// A stream table over a scripted broker, recording outlets and a manual clock.
class StreamTableTest : public testing::Test {
 protected:
  using Record = std::shared_ptr<OutletRecord>;

  StreamTableTest() {
    options_.retry = {Milliseconds(2000), Milliseconds(2000)};
    make_topic(1 << 20);
  }
  ~StreamTableTest() override {
    table_->close_all();
    table_.reset();
  }

  void make_topic(std::uint64_t log_bytes) {
    TopicSettings settings;
    settings.name = "orders";
    settings.log_bytes = log_bytes;
    settings.flush = Milliseconds(0);
    topic_ = std::make_unique<Topic>(settings, test::borrowed(broker_));
    log_ = std::make_shared<OpenLog>(test::borrowed(*topic_), "orders", pool_, Logger());
  }
  Record open(Coding coding = Coding::chunked, StartRequest::Kind kind = StartRequest::Kind::live) {
    auto record = std::make_shared<OutletRecord>();
    const auto start = ask(kind);
    settle();
    add(record, start, coding);
    return record;
  }
  std::shared_ptr<StreamStart> ask(StartRequest::Kind kind = StartRequest::Kind::live) {
    StartRequest request;
    request.kind = kind;
    log_->enter();
    const auto start = std::make_shared<StreamStart>(io_, StreamStart::Logs{log_});
    start->ask({std::move(request)});
    return start;
  }
  void add(const Record& record, const std::shared_ptr<StreamStart>& start,
           Coding coding = Coding::chunked) {
    table_->add(std::make_unique<RecordingOutlet>(record, coding), Place(), start, options_);
    settle();
  }
  // Until broker and loop have nothing more to do.
  void settle() {
    for (bool busy = true; busy;) {
      busy = broker_.answer_all();
      io_.restart();
      busy = io_.poll() > 0 || busy;
    }
  }
  void publish(const std::string& value) {
    broker_.append(0, value);
    broker_.deliver_all();
    settle();
  }
  void pass(std::chrono::milliseconds time) {
    time_.now += time;
    table_->sweep();
    settle();
  }
  static void make_writable(const Record& record, std::size_t takes = SIZE_MAX) {
    record->takes = takes;
    std::exchange(record->writable, nullptr)->on_writable(record->stream);
  }
  std::uint64_t closed(CloseReason reason) const {
    return probe_.streams_closed[static_cast<std::size_t>(reason)].value();
  }

  LoopTime time_{std::chrono::steady_clock::time_point(std::chrono::hours(1)), 1'700'000'000'000};
  boost::asio::io_context io_;
  Memory memory_{8 << 20};
  ServerProbe probe_;
  ReplayPool pool_{memory_};
  ScriptedConnector broker_{1};
  std::unique_ptr<Topic> topic_;
  std::shared_ptr<OpenLog> log_;
  StreamOptions options_;
  std::unique_ptr<StreamTable> table_ =
      std::make_unique<StreamTable>(io_, memory_, probe_, Logger(), [this] { return time_; });
};

}  // namespace sidestream
