#include "sidecar/metrics/process_families.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

namespace sidestream {
namespace {

// The fields of /proc/self/stat after the name, which may contain any character. [0] is field 3 of
// proc(5).
std::vector<std::string> stat_fields() {
  std::ifstream in("/proc/self/stat");
  const std::string line{std::istreambuf_iterator<char>(in), {}};
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(line.substr(name_end + 1));
  return {std::istream_iterator<std::string>(rest), {}};
}

std::optional<double> boot_time() {
  std::ifstream in("/proc/stat");
  for (std::string word; in >> word;) {
    double seconds = 0;
    if (word == "btime" && in >> seconds) return seconds;
  }
  return std::nullopt;
}

std::size_t open_files() {
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error), end;
  return error ? 0 : static_cast<std::size_t>(std::distance(files, end));
}

void gauge(MetricsText& text, const char* name, const char* help, double value) {
  text.foreign(name, help, MetricsText::MetricType::Gauge);
  text.sample({}, value);
}

}  // namespace

void add_process(MetricsText& text) {
  const auto fields = stat_fields();
  if (fields.size() < 22) return;
  const auto field = [&](std::size_t n) { return std::stod(fields[n - 3]); };  // as proc(5) counts
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  text.foreign("process_cpu_seconds_total", "User and system CPU time",
               MetricsText::MetricType::Counter);
  text.sample({}, (field(14) + field(15)) / ticks);
  // Computed once: it changes with the wall clock, and a change would look like a restart.
  static const std::optional<double> boot = boot_time();
  if (boot)
    gauge(text, "process_start_time_seconds", "When the process started, Unix time",
          *boot + field(22) / ticks);
  gauge(text, "process_virtual_memory_bytes", "Virtual memory", field(23));
  gauge(text, "process_resident_memory_bytes", "Resident memory",
        field(24) * static_cast<double>(::sysconf(_SC_PAGESIZE)));
  gauge(text, "process_open_fds", "Open file descriptors", static_cast<double>(open_files()));
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    gauge(text, "process_max_fds", "Limit of open file descriptors",
          static_cast<double>(limit.rlim_cur));
}

}  // namespace sidestream
