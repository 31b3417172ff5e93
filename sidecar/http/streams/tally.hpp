#pragma once
// What an event loop has sent of one log. It goes to the topic's probe once a wake.
//
// Thread: one event loop.

#include <cstdint>

#include "sidecar/metrics/probes.hpp"
#include "sidecar/stream/log/run.hpp"

namespace sidestream {

class Tally {
 public:
  // `live`: the live events of `counts` go into the latency histogram of `probe`.
  void add(const Counts& counts, bool live, std::int64_t now_ms, TopicProbe& probe) {
    events_ += counts.events;
    gaps_ += counts.gaps;
    if (live && counts.live_events > 0) {
      add_latency(probe.latency, now_ms - counts.oldest_ms, counts.live_events);
    }
  }
  void add_bytes(std::uint64_t bytes) { bytes_ += bytes; }
  void flush(TopicProbe& probe);

 private:
  // Events with the same latency are observed together.
  void add_latency(LatencyProbe& probe, std::int64_t milliseconds, std::uint64_t events) {
    if (milliseconds != latency_ms_) {
      if (latency_events_ > 0) probe.observe(latency_ms_, latency_events_);
      latency_ms_ = milliseconds;
      latency_events_ = 0;
    }
    latency_events_ += events;
  }

  std::uint64_t events_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t gaps_ = 0;
  std::int64_t latency_ms_ = 0;
  std::uint64_t latency_events_ = 0;
};

inline void Tally::flush(TopicProbe& probe) {
  if (latency_events_ > 0) probe.latency.observe(latency_ms_, latency_events_);
  if (events_ > 0) probe.events_sent.add(events_);
  if (bytes_ > 0) probe.bytes_sent.add(bytes_);
  if (gaps_ > 0) probe.gaps.add(gaps_);
  *this = {};
}

}  // namespace sidestream
