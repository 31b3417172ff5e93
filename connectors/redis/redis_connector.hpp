#pragma once
// Redis Streams as a Connector. A log is the stream at one key; a position is an entry id; before
// the first entry stands 0-0.
//
// Four connections, however many streams: one that waits for news of all tails, one that reads
// them, one for ranges, one for appends. Three threads.
//
// Servers: Redis 7 and newer, Valkey. Not Redis Cluster, not Sentinel: the probe's detail says so.
// Commands that the user needs on the keys: XREAD, XRANGE, XREVRANGE, XINFO STREAM, and XADD where
// topics publish. On the connection: HELLO (everybody may), SELECT with a database other than 0.
// Worth having: CLIENT UNBLOCK (without it each tail that is opened costs a new connection) and
// PING. In one rule:
//   ACL SETUSER sidestream on >secret ~* +xread +xrange +xrevrange +xinfo|stream +xadd +select
//   +ping
//                                        +client|unblock
//
// What is certain and what is not: whether a tail has lost something is known exactly (the stream's
// counter of entries is followed). Of a reader that comes back with an old id it is known that
// nothing is lost while its entry, or an older one, is still held; otherwise a loss of unknown size
// is told, even if perhaps only entries that it has seen were trimmed. Entries taken out one by one
// (XDEL) in the middle of a stream are no loss.
//
// An entry id beyond 2^63 ms can't be read; its stream is named in the probe's detail.

#include <memory>
#include <string>

#include "connectors/connector.hpp"
#include "connectors/redis/redis_options.hpp"
#include "sidecar/base/logger.hpp"

namespace sidestream {

// `name` is the connector's in the configuration, for the log.
std::unique_ptr<Connector> make_redis_connector(std::string name, RedisOptions options, Logger log);

}  // namespace sidestream
