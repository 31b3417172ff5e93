#pragma once
// The limits of clients by address, and the log of what they refuse. One for the process.
//
// Thread: any.

#include <algorithm>
#include <cstdint>
#include <utility>

#include "sidecar/http/limits/address_quota.hpp"
#include "sidecar/http/limits/byte_budget.hpp"
#include "sidecar/http/limits/connection_table.hpp"
#include "sidecar/http/limits/log_places.hpp"
#include "sidecar/http/limits/publish_log.hpp"
#include "sidecar/http/limits/rate_limit.hpp"
#include "sidecar/http/limits/refusal_log.hpp"

namespace sidestream {

struct Limits {
  // Four bodies of the default max_event, however small the memory.
  static constexpr std::uint64_t bodies_least = 4 * 1024 * 1024;

  // `memory`: of topic logs and replays (server.memory).
  Limits(std::uint64_t memory, Logger log)
      : heads(memory / 8),
        bodies(std::max(memory / 4, bodies_least)),
        publish_lines(log),
        refusals(std::move(log)) {}

  ConnectionTable connections;  // of the public port
  // TLS handshakes that clients have begun, of either port. Those of the admin port depend on nothing
  // that clients of the public port hold.
  ConnectionTable handshakes;
  ConnectionTable admin_handshakes;
  AddressQuota streams;
  AddressQuota subject_streams;  // by subject_key()
  LogPlaces logs;
  RateLimit publishes;
  RateLimit replays;  // bytes
  ByteBudget heads;   // unfinished request heads of the public port
  // The admin port depends on nothing that clients of the public port hold.
  ByteBudget admin_heads{4 * 1024 * 1024};
  ByteBudget bodies;  // of publishes
  PublishLog publish_lines;
  RefusalLog refusals;
};

}  // namespace sidestream
