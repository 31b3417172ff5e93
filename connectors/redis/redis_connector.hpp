#pragma once
// Redis Streams as a Connector. A log is the stream at one key, and a position is an entry id; 0-0
// is before the first entry.
//
// Four connections: one waits for new entries of all tails, one reads them, one reads ranges, one
// appends. With more than 512 tails up to 23 more wait (doorbell.hpp). Three threads.
//
// Servers: Redis 7 and newer, Valkey. Redis Cluster and Sentinel are refused; the probe's detail
// says so. Commands that the user needs:
//
//   on the keys        XREAD, XRANGE, XREVRANGE, XINFO STREAM; XADD for topics that publish
//   on the connection  HELLO (every user has it), SELECT for a database other than 0
//   recommended        EVAL (without it, starts send whole entries, at most once a second for each
//                      stream), CLIENT UNBLOCK (without it, opening a tail reconnects), PING
//
// In one rule:
//
//   ACL SETUSER sidestream on >secret ~* +xread +xrange +xrevrange +xinfo|stream +xadd
//                                        +select +ping +eval +client|unblock
//
// Losses: a tail detects every loss, exactly, by the stream's counter of entries. A reader that
// returns with an old id has certainly lost nothing if its entry, or an older one, is still held.
// Otherwise it gets a loss of unknown size, although perhaps only entries that it has seen were
// trimmed. Single entries removed from the middle of a stream (XDEL) are no loss.
//
// The two greatest entry ids can't be read: older entries are, then the tail reports a loss, and the
// probe's detail names the stream.

#include <memory>
#include <string>

#include "connectors/connector.hpp"
#include "connectors/redis/redis_options.hpp"
#include "sidecar/base/logger.hpp"

namespace sidestream {

// `name` is the connector's name in the configuration, for the log.
std::unique_ptr<Connector> make_redis_connector(std::string name, RedisOptions options, Logger log);

}  // namespace sidestream
