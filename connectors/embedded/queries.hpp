#pragma once
// The two kinds of queries: one value, or a range of records. Private to the folder.
//
// Thread: the query thread's.

#include <functional>
#include <span>
#include <utility>

#include "connectors/connector.hpp"
#include "connectors/embedded/query_thread.hpp"

namespace sidestream::embedded {

// A query whose answer is one value.
template <class T>
class ValueQuery final : public QueryThread::Query {
 public:
  using Read = std::function<T(LogReader&)>;
  ValueQuery(Read read, Connector::Callback<T> done)
      : read_(std::move(read)), done_(std::move(done)) {}
  void query(LogReader& reader, RecordBatch&) override { result_ = read_(reader); }
  void answer(RecordBatch&) override { done_(std::move(result_)); }
  void fail(Errc error) override { done_(error); }

 private:
  Read read_;
  Connector::Callback<T> done_;
  Result<T> result_ = Errc::stopped;
};

// A range: first its records, then the offset that they reach.
class RangeQuery final : public QueryThread::Query {
 public:
  using Deliver = std::function<void(std::span<const Record>)>;
  RangeQuery(Range range, Deliver deliver, Connector::Callback<Offset> done, ConnectorProbe& probe)
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
