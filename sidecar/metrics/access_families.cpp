#include "sidecar/metrics/access_families.hpp"

#include <string>

namespace sidestream {
namespace {

template <class Names, class Counters>
void samples(MetricsText& text, const char* label, const Names& names, const Counters& counters) {
  for (std::size_t i = 0; i < names.size(); ++i)
    text.sample({{label, std::string(names[i])}}, static_cast<double>(counters[i].value()));
}

void add_tokens(MetricsText& text, const AccessStats& access) {
  text.counter("access_tokens_total", "Verified tokens by result; cached: verified before");
  for (const auto& [result, count] : access.tokens)
    text.sample({{"result", result}}, static_cast<double>(count));
  text.gauge("access_keys", "Usable keys of an issuer; 0: its tokens can't be decided");
  for (const IssuerStats& issuer : access.issuers)
    text.sample({{"issuer", issuer.issuer}}, static_cast<double>(issuer.keys));
  text.gauge("access_keys_age_seconds", "Time since the keys of an issuer were fetched");
  for (const IssuerStats& issuer : access.issuers)
    if (issuer.age_seconds) text.sample({{"issuer", issuer.issuer}}, *issuer.age_seconds);
  text.counter("access_key_fetches_total", "Fetches of the keys of an issuer, by result");
  for (const IssuerStats& issuer : access.issuers) {
    text.sample({{"issuer", issuer.issuer}, {"result", "good"}},
                static_cast<double>(issuer.fetches));
    text.sample({{"issuer", issuer.issuer}, {"result", "failed"}},
                static_cast<double>(issuer.failures));
  }
}

void add_revocations(MetricsText& text, const AccessProbe& probe) {
  text.counter(
      "access_revocations_total",
      "Records of the log of revocations, by result; dropped: forgotten, as there are too many");
  text.sample({{"result", "good"}}, static_cast<double>(probe.revocations.value()));
  text.sample({{"result", "invalid"}}, static_cast<double>(probe.revocations_invalid.value()));
  text.sample({{"result", "dropped"}}, static_cast<double>(probe.revocations_dropped.value()));
  text.counter("access_streams_revoked_total", "Streams that a revocation has ended");
  text.sample({}, static_cast<double>(probe.streams_revoked.value()));
  text.gauge("access_revocations_up", "1: the log of revocations is read; 0: it is not");
  text.sample({}, probe.revocation_log.state().since_ms == 0 ? 1 : 0);
}

}  // namespace

void add_access(MetricsText& text, const ProcessStats& stats) {
  const AccessProbe& probe = stats.server->access;
  text.counter("access_decisions_total", "Requests for topics with rules, by result");
  samples(text, "result", access_results, probe.decisions);
  add_tokens(text, *stats.access);
  text.counter("access_forward_checks_total", "Questions to the app about requests, by result");
  samples(text, "result", forward_results, probe.forward_checks);
  text.family("access_forward_check_duration_seconds", "How long the app took to answer them",
              MetricsText::MetricType::Histogram);
  text.histogram({}, probe.forward_latency);
  add_revocations(text, probe);
}

}  // namespace sidestream
