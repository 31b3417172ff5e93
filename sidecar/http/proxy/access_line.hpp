#pragma once
// What the log and the metrics are told of one forwarded request.
//
// Thread: one.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sidecar/http/protocol/framing.hpp"
#include "sidecar/metrics/probes.hpp"

namespace sidestream {

class Proxy;

class AccessLine {
 public:
  // `logged`: it is the turn of this request; else it is only counted.
  void begin(const RequestHeader& request, const std::string& peer, bool logged);
  void name(const std::string& request_id, const std::string& traceparent);
  // The answer has begun. Only the first call counts.
  void first_byte(UpstreamProbe& probe);
  // Counts the request, and writes the line.
  void end(Proxy& proxy, std::optional<UpstreamError> error, bool reused) const;

  unsigned status = 0;  // that the client got
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  bool heard = false;  // something has come from the app

 private:
  using Clock = std::chrono::steady_clock;

  bool logged_ = false;
  Clock::time_point began_ = Clock::now();
  Clock::time_point heard_at_{};
  std::string method_;
  std::string path_;  // without the query, which may hold secrets
  std::string peer_;
  std::string request_id_;
  std::string trace_id_;
};

}  // namespace sidestream
