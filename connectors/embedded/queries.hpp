#pragma once
// The queries that the query thread runs. Private to the folder.

#include <functional>
#include <memory>
#include <span>
#include <utility>

#include "connectors/connector.hpp"
#include "connectors/embedded/row_batch.hpp"
#include "connectors/embedded/table_reader.hpp"

namespace sidestream::embedded {

// run() is repeated until it does not throw, then answer() is called; or fail() alone.
class Query {
 public:
  virtual ~Query() = default;
  virtual void run(TableReader& reader, RowBatch& batch) = 0;
  virtual void answer(RowBatch& batch) = 0;
  virtual void fail(Errc error) = 0;
};

// A query whose answer is one value.
template <class T>
class ValueQuery final : public Query {
 public:
  using Run = std::function<T(TableReader&)>;
  ValueQuery(Run run, Connector::Callback<T> done) : run_(std::move(run)), done_(std::move(done)) {}
  void run(TableReader& reader, RowBatch&) override { result_ = run_(reader); }
  void answer(RowBatch&) override { done_(std::move(result_)); }
  void fail(Errc error) override { done_(error); }

 private:
  Run run_;
  Connector::Callback<T> done_;
  Result<T> result_ = Errc::stopped;
};

// Connector::read(): the records of a range, then the offset up to which they reach.
class RangeQuery final : public Query {
 public:
  using Deliver = std::function<void(std::span<const Record>)>;
  RangeQuery(Range range, Deliver deliver, Connector::Callback<Offset> done, ConnectorProbe& probe)
      : range_(std::move(range)),
        deliver_(std::move(deliver)),
        done_(std::move(done)),
        probe_(probe) {}
  void run(TableReader& reader, RowBatch& batch) override { result_ = reader.read(range_, batch); }
  void answer(RowBatch& batch) override {
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

// Connector::newest().
class RecordQuery final : public Query {
 public:
  RecordQuery(NewestQuery query, Connector::NewestCallback done)
      : query_(std::move(query)), done_(std::move(done)) {}
  void run(TableReader& reader, RowBatch& batch) override {
    reader.newest(query_.log, query_.until, query_.value, batch);
  }
  void answer(RowBatch& batch) override {
    done_(batch.empty() ? nullptr : &batch.records().front());
  }
  void fail(Errc error) override { done_(error); }

 private:
  const NewestQuery query_;
  const Connector::NewestCallback done_;
};

}  // namespace sidestream::embedded
