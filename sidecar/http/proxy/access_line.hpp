#pragma once
// The access-log line and the metrics of one proxied request.
//
// Thread: one.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sidecar/http/client/client.hpp"
#include "sidecar/http/proxy/request_head.hpp"
#include "sidecar/metrics/probes.hpp"

namespace sidestream {

class Proxy;

class AccessLine {
 public:
  // `logged`: false counts the request without a line.
  void begin(const RequestHeader& request, const Client& client, bool logged);
  void set_ids(const std::string& request_id, const std::string& traceparent);
  // The app has sent the first byte of a response. Only the first call counts.
  void first_byte(UpstreamProbe& probe);
  bool has_first_byte() const { return has_first_byte_; }
  // Counts the request and writes the line.
  void end(Proxy& proxy, std::optional<UpstreamError> error, bool reused) const;

  unsigned status = 0;  // sent to the client
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;

 private:
  using Clock = std::chrono::steady_clock;

  bool logged_ = false;
  Clock::time_point start_ = Clock::now();
  bool has_first_byte_ = false;
  Clock::time_point first_byte_at_{};
  std::string method_;
  std::string path_;  // without the query, which may hold secrets
  Client client_;
  std::string request_id_;
  std::string trace_id_;
};

}  // namespace sidestream
