#include "sidecar/http/proxy/access_line.hpp"

#include <utility>

#include "sidecar/base/traceparent.hpp"
#include "sidecar/http/proxy/proxy.hpp"

namespace sidestream {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t path_max = 1024;  // bytes in a line

std::int64_t to_us(std::chrono::steady_clock::duration time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
}

}  // namespace

void AccessLine::begin(const RequestHeader& request, const Client& client, bool logged) {
  logged_ = logged;
  if (!logged) return;
  method_ = std::string(request.method_string());
  const std::string_view target(request.target().data(), request.target().size());
  path_ = target.substr(0, std::min(target.find_first_of("?#"), path_max));
  client_ = client;
}

void AccessLine::set_ids(const std::string& request_id, const std::string& traceparent) {
  if (!logged_) return;
  request_id_ = request_id;
  if (!traceparent.empty()) trace_id_ = trace_id_of(traceparent);
}

void AccessLine::first_byte(UpstreamProbe& probe) {
  if (std::exchange(has_first_byte_, true)) return;
  first_byte_at_ = Clock::now();
  probe.first_byte.observe_us(to_us(first_byte_at_ - start_), 1);
}

void AccessLine::end(Proxy& proxy, std::optional<UpstreamError> error, bool reused) const {
  const std::int64_t took = to_us(Clock::now() - start_);
  proxy.probe().request(status);
  proxy.probe().duration.observe_us(took, 1);
  if (!logged_) return;
  const auto cause = error ? upstream_errors[static_cast<std::size_t>(*error)] : std::string_view();
  proxy.log().info("proxy", "request",
                   {{"method", method_},
                    {"path", path_},
                    {"status", status},
                    {"duration_us", took},
                    {"first_byte_us", has_first_byte_ ? to_us(first_byte_at_ - start_) : 0},
                    {"bytes_in", bytes_in},
                    {"bytes_out", bytes_out},
                    {"client", format_ip(client_.address)},
                    {"peer", format_ip(client_.peer)},
                    {"request_id", request_id_},
                    {"trace_id", trace_id_},
                    {"reused", reused},
                    {"cause", cause}});
}

}  // namespace sidestream
