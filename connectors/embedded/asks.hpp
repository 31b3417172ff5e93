#pragma once
// The thread that answers extent, locate, back and read, in the order in which they came. While the
// database is away they wait. Private to the folder.
//
// Thread: add() any; start(), stop() start-up. Answers are given without a lock.

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "connectors/connector.hpp"
#include "connectors/embedded/database.hpp"
#include "connectors/embedded/record_batch.hpp"

namespace sidestream::embedded {

class Asks {
 public:
  // One ask: query() until it does not throw, then answer(); or fail().
  class Ask {
   public:
    virtual ~Ask() = default;
    virtual void query(LogReader& reader, RecordBatch& batch) = 0;
    virtual void answer(RecordBatch& batch) = 0;
    virtual void fail(Errc error) = 0;
  };

  explicit Asks(Database& database) : database_(database) {}

  void start();
  // Answers all that are open with Errc::stopped, and so those that come later.
  void stop();
  void add(std::unique_ptr<Ask> ask);

 private:
  void run();
  bool try_to_answer(Ask& ask);

  Database& database_;
  RecordBatch batch_;  // the thread's

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::unique_ptr<Ask>> asks_;
  bool stopping_ = false;
  std::thread thread_;
};

// An ask whose answer is one value.
template <class T>
class Question final : public Asks::Ask {
 public:
  using Query = std::function<T(LogReader&)>;
  Question(Query query, Connector::Callback<T> done)
      : query_(std::move(query)), done_(std::move(done)) {}
  void query(LogReader& reader, RecordBatch&) override { result_ = query_(reader); }
  void answer(RecordBatch&) override { done_(std::move(result_)); }
  void fail(Errc error) override { done_(error); }

 private:
  Query query_;
  Connector::Callback<T> done_;
  Result<T> result_ = Errc::stopped;
};

// A range: its records, then how far they reach.
class RangeAsk final : public Asks::Ask {
 public:
  using Deliver = std::function<void(std::span<const Record>)>;
  RangeAsk(Range range, Deliver deliver, Connector::Callback<Offset> done, ConnectorProbe& probe)
      : range_(std::move(range)),
        deliver_(std::move(deliver)),
        done_(std::move(done)),
        probe_(probe) {}
  void query(LogReader& reader, RecordBatch& batch) override {
    result_ = reader.read(range_, batch);
  }
  void answer(RecordBatch& batch) override {
    probe_.ranges_read.fetch_add(1, std::memory_order_relaxed);
    probe_.records_read.fetch_add(batch.size(), std::memory_order_relaxed);
    if (!batch.empty()) deliver_(batch.records());
    done_(result_);
  }
  void fail(Errc error) override { done_(error); }

 private:
  Range range_;
  Deliver deliver_;
  Connector::Callback<Offset> done_;
  ConnectorProbe& probe_;
  Result<Offset> result_ = Errc::stopped;
};

}  // namespace sidestream::embedded
