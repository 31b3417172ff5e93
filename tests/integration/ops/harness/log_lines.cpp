#include "tests/integration/ops/harness/log_lines.hpp"

#include <sstream>
#include <stdexcept>

namespace e2e {

std::vector<boost::json::object> log_lines(const std::string& output) {
  std::vector<boost::json::object> lines;
  std::istringstream texts(output.substr(0, output.rfind('\n') + 1));
  for (std::string text; std::getline(texts, text);) {
    boost::system::error_code error;
    auto line = boost::json::parse(text, error);
    if (error || !line.is_object()) throw std::runtime_error("no JSON object: " + text);
    lines.push_back(std::move(line.as_object()));
  }
  return lines;
}

std::vector<boost::json::object> stream_ends(const Process& process, std::size_t count,
                                             Clock::duration within) {
  std::vector<boost::json::object> ends;
  eventually(
      [&] {
        ends.clear();
        for (auto& line : log_lines(process.output())) {
          if (text_of(line, "message") == "stream ended") ends.push_back(std::move(line));
        }
        return ends.size() >= count;
      },
      within, 20ms);
  return ends;
}

std::string text_of(const boost::json::object& line, const std::string& field) {
  const auto* value = line.if_contains(field);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

}  // namespace e2e
