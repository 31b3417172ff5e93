#pragma once
// The broker for development, tests and small installations: logs in an SQLite file, or in memory.
//
// A log has one partition. Its offsets count without holes and are never reused, not even after
// retention has deleted all records or the process was killed. They start at the creation time of
// the file, or of the logs in memory, in microseconds: ids of a file that was lost, or from before a
// restart, are below LogExtent::origin. (Files of older versions start at 0.) The first record
// creates a log; a reader does not. A log in memory that was forgotten (memory_bytes) starts above
// its earlier offsets, so a reader of it gets a loss whose number is an upper bound.
//
// Durability: an acknowledged record is on the disk (WAL, synchronous=FULL) and survives kill -9
// and a power failure. Queued publishes share one commit.
//
// One connector of one process at a time owns a file, by a lock on `<path>.lock`. Another connector
// stays down, names the owner in its detail, and takes over when the owner ends, so a rolling
// restart works. Other programs may read the file at the same time, and may delete records from it.
//
// The file does not shrink when retention deletes records; the space is reused.
//
// Thread: see connectors/connector.hpp. Four threads: writer, queries, tails, publish deadlines.
//
// Errors: after a full disk, an I/O error, or with a damaged, foreign or missing file the probe is
// down, with a text that names the path. The connector retries forever. Meanwhile publish answers
// Errc::unavailable, or Errc::unconfirmed if the commit itself failed. It answers Errc::refused for
// a record that SQLite can't hold.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "connectors/connector.hpp"
#include "sidecar/base/logger.hpp"

namespace sidestream {

struct EmbeddedOptions {
  std::string path;  // empty or ":memory:": in memory
  // For each log; 0: unlimited. The newest record is deleted by age only.
  std::uint64_t retention_records = 1'000'000;
  std::uint64_t retention_bytes = 256 * 1024 * 1024;  // of keys, events and values
  std::chrono::milliseconds retention_age{0};
  // In memory, of all logs together; 0: unlimited. Bytes include names and 64 bytes for each record
  // (those count in retention_bytes too). Beyond it logs without records are forgotten, then the
  // oldest records of the largest log are deleted. `memory_records` requires `memory_bytes`.
  std::uint64_t memory_bytes = 0;
  std::uint64_t memory_records = 0;
};

std::unique_ptr<Connector> make_embedded_connector(std::string name, EmbeddedOptions options,
                                                   Logger log);

// For start-up and --check: why this file can't be used, as one sentence with its path. Absent: it
// can. Creates no file. A file owned by another process is no error, because that process may be
// about to end. Thread: any; does I/O.
std::optional<std::string> check_embedded(const EmbeddedOptions& options);

}  // namespace sidestream
