#pragma once
// Ends the streams of an event loop whose readers have lost their rights: by a revocation, or by the
// answer of the source of the rights.
//
// Thread: the loop's. Borrows the streams. It lives until its io_context has stopped.

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>

#include "sidecar/auth/revocation/revocation.hpp"
#include "sidecar/http/streams/stream_rights.hpp"
#include "sidecar/http/streams/stream_slots.hpp"
#include "sidecar/metrics/probes.hpp"

namespace sidestream {

class RightsWatch {
 public:
  // Ends the stream in this slot now.
  using End = std::function<void(std::uint32_t slot, CloseReason)>;

  RightsWatch(boost::asio::io_context& io, const StreamSlots& streams, End end)
      : io_(io), streams_(streams), end_(std::move(end)) {}

  // Returns how many streams it has ended.
  std::size_t revoke(const Revocation& revocation);
  // Asks the source of the stream's rights. Requires: the stream has one.
  void ask(std::uint64_t name);

 private:
  void take(std::uint64_t name, RightsSource::Answer answer);

  boost::asio::io_context& io_;
  const StreamSlots& streams_;
  const End end_;
};

}  // namespace sidestream
