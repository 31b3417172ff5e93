#pragma once
// Reads the log of revocations: from 24 hours ago up to its end, and then forever. Tells who wants to
// know of each revocation.
//
// Nobody's rights can be decided until the log was read up to where it ended at the start. What a
// broker refuses is asked again with back-off. A log that was recreated is read from its beginning;
// until its end is reached, /readyz says so, and what was read before stays in force.
//
// Thread: constructor and destructor main; callbacks come on the connector's threads. Shares the
// connector and the table. Borrows `io` and the probe.

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connectors/backoff.hpp"
#include "connectors/connector.hpp"
#include "sidecar/auth/revocation/revocation_table.hpp"
#include "sidecar/base/logger.hpp"
#include "sidecar/http/limits/line_pace.hpp"
#include "sidecar/metrics/access_probe.hpp"

namespace sidestream {

class RevocationLog final : public TailSink, public std::enable_shared_from_this<RevocationLog> {
 public:
  using Told = std::function<void(const Revocation&)>;

  RevocationLog(boost::asio::io_context& io, std::shared_ptr<Connector> connector, std::string log,
                std::shared_ptr<RevocationTable> table, AccessProbe& probe, Told told,
                Logger logger);

  void start();
  // Once it returns, `told` is not called again.
  void stop();

  const std::string& name() const { return log_; }
  const std::shared_ptr<Connector>& connector() const { return connector_; }

  void deliver(std::span<const Record> records) noexcept override;
  void pass(Partition partition, Offset through) noexcept override;
  void lose(const Loss& loss) noexcept override;
  void reset(std::string_view reason, const Position& position) noexcept override;
  void grow(int partitions) noexcept override;

 private:
  void ask_extent();
  void take_extent(const Result<LogExtent>& extent);
  void take_start(const Result<Position>& start);
  void try_again(std::string reason);
  void finish_or_ask_again();
  void ask_again_later();
  void open(Position from);
  void warn_of_invalid(Partition partition);
  void advance(Partition partition, Offset offset);
  void finish_if_complete();

  const std::shared_ptr<Connector> connector_;
  const std::string log_;
  const std::shared_ptr<RevocationTable> table_;
  AccessProbe& probe_;
  const Told told_;
  const Logger logger_;
  LinePace invalid_pace_;

  std::mutex mutex_;  // guards the following
  boost::asio::steady_timer timer_;
  Backoff backoff_;
  // Where this generation of the log ended when it was asked; empty: that is not known yet.
  Position end_;
  Position reached_;
  bool opened_ = false;
  bool catching_up_ = true;  // up to `end_`
  std::unique_ptr<Tail> tail_;
  bool stopped_ = false;
};

}  // namespace sidestream
