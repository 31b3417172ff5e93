#pragma once
// The broker for development, tests and small installations: logs in an SQLite file, or in memory.
// A newcomer needs nothing else.
//
// A log has one partition and its offsets count 0, 1, 2, ... without holes; none is ever used
// again, also after retention has dropped all records or the process was killed. In memory they
// start at the connector's creation time in microseconds, so that ids from before a restart lie
// below (LogExtent::origin). A log is made by its first record; a reader needs none.
//
// Durability: an acknowledged record is on the disk (WAL, synchronous=FULL) and survives kill -9
// and a power cut. Publishes that wait together share one commit.
//
// One file belongs to one connector of one process at a time, held by a lock on `<path>.lock`.
// Another one stays down, saying who holds it, and takes over when that one ends, so a rolling
// restart works. Other programs may read the file meanwhile and also delete records from it.
//
// The file does not shrink when retention drops records; their room is used again.
//
// Thread: see connectors/connector.hpp. Four threads: writer, queries, tails, publish deadlines.
// Errors: a full disk, an I/O error, a damaged, foreign or vanished file make the probe go down
// with a text that names the path; the connector tries again for ever. publish then answers
// Errc::unavailable (Errc::unconfirmed where the commit itself failed), Errc::refused for a record
// that SQLite can't hold.

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
  // Of each log; 0: unlimited. The newest record is dropped by age only.
  std::uint64_t retention_records = 1'000'000;
  std::uint64_t retention_bytes = 256 * 1024 * 1024;  // of keys, events and values
  std::chrono::milliseconds retention_age{0};
};

std::unique_ptr<Connector> make_embedded_connector(std::string name, EmbeddedOptions options,
                                                   Logger log);

// For start-up and --check: why this file can't be used, as one sentence that names it, or nothing.
// Makes no file. That another process holds it is not an error: it may be about to end. Thread:
// any; does I/O.
std::optional<std::string> check_embedded(const EmbeddedOptions& options);

}  // namespace sidestream
