#pragma once
// The thread that reads for all tails. A tail is a log and an offset. The writer notifies the
// thread of logs with new records, and the thread reads from the tail's offset on, whether a tail
// lags, starts in the past or returns after an outage. A record that was written in memory goes
// straight to a tail that has everything before it. Private to the folder.
//
// Thread: open(), notify() and deliver() any; start(), stop() start-up. Sinks are called without
// the mutex.

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/embedded/database.hpp"
#include "connectors/embedded/row_batch.hpp"

namespace sidestream::embedded {

class Tails {
 public:
  // Borrows both.
  Tails(Database& database, ConnectorProbe& probe) : database_(database), probe_(probe) {}

  void start();
  void stop();
  std::unique_ptr<Tail> open(std::string log, Offset after, TailSink& sink);
  // The log may have new records.
  void notify(const std::string& log);
  // The log has this new record: passes it to the tail on the caller's thread, if nothing is read
  // just now and it is the tail's next one. Otherwise like notify().
  void deliver(const std::string& log, const Record& record);
  // The database was opened: any log may have.
  void notify_all();

 private:
  struct OpenTail final : Tail {
    OpenTail(Tails& owner, std::string of, Offset from, TailSink& to, std::string in)
        : tails(owner), log(std::move(of)), after(from), sink(to), generation(std::move(in)) {}
    ~OpenTail() override { tails.close(*this); }

    Tails& tails;
    const std::string log;
    Offset after;
    TailSink& sink;
    std::string generation;  // of the file that `after` belongs to
    // Guarded by mutex_.
    bool ready = false;   // in ready_
    bool closed = false;  // the destructor waits until the thread has finished with it
  };

  void close(OpenTail& tail);
  void make_ready(OpenTail& tail);
  // Requires: the mutex.
  bool is_next(const std::vector<OpenTail*>& tails, const Record& record) const;
  void finish_read();
  void run();
  // True: there may be more to read.
  bool read_on(OpenTail& tail);
  void report_recreated(OpenTail& tail);
  void report_loss(OpenTail& tail, Offset resumed, bool exact);
  // No record is held after the tail's offset. True: that was a loss or a reset.
  bool compare_with_extent(OpenTail& tail, const TableReader::Held& held);

  Database& database_;
  ConnectorProbe& probe_;
  RowBatch batch_;  // the thread's

  std::mutex mutex_;
  std::condition_variable ready_added_, read_done_;
  std::unordered_map<std::string, std::vector<OpenTail*>> by_log_;
  std::deque<OpenTail*> ready_;
  OpenTail* current_ = nullptr;  // used without the mutex by the thread that has set it
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sidestream::embedded
