#pragma once
// Collects metric families for the Prometheus text. Private to this folder.
//
// Thread: one.

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sidecar/metrics/probes.hpp"

namespace sidestream {

using Labels = std::vector<std::pair<std::string, std::string>>;

// Collects families; one call adds one sample.
class MetricsText {
 public:
  using MetricType = prometheus::MetricType;

  void family(std::string name, std::string help, MetricType type) {
    foreign("sidestream_" + std::move(name), std::move(help), type);
  }
  // With a name outside the sidestream_ prefix.
  void foreign(std::string name, std::string help, MetricType type) {
    families_.push_back({std::move(name), std::move(help), type, {}});
  }
  void counter(std::string name, std::string help) {
    family(std::move(name), std::move(help), MetricType::Counter);
  }
  void gauge(std::string name, std::string help) {
    family(std::move(name), std::move(help), MetricType::Gauge);
  }
  void sample(const Labels& labels, double value) {
    prometheus::ClientMetric& metric = add(labels);
    if (families_.back().type == MetricType::Counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
  }
  void histogram(const Labels& labels, const LatencyProbe& probe) {
    auto& histogram = add(labels).histogram;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < LatencyProbe::bounds_seconds.size(); ++i) {
      count += probe.bucket(i);
      histogram.bucket.push_back({count, LatencyProbe::bounds_seconds[i]});
    }
    count += probe.bucket(LatencyProbe::bounds_seconds.size());
    histogram.sample_count = count;
    histogram.sample_sum = probe.sum_seconds();
  }
  std::string write() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  prometheus::ClientMetric& add(const Labels& labels) {
    prometheus::ClientMetric& metric = families_.back().metric.emplace_back();
    for (const auto& [name, value] : labels) metric.label.push_back({name, value});
    return metric;
  }
  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace sidestream
