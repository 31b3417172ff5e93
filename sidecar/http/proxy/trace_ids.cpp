#include "sidecar/http/proxy/trace_ids.hpp"

#include <algorithm>
#include <cstdint>
#include <random>

namespace sidestream {
namespace {

constexpr std::size_t request_id_max = 128;

// Names, not secrets.
std::mt19937_64& dice() {
  thread_local std::mt19937_64 engine{std::random_device{}()};
  return engine;
}

std::string hex(std::size_t digits) {
  std::string text;
  for (std::uint64_t bits = 0, left = 0; text.size() < digits; bits >>= 4U, --left) {
    if (left == 0) {
      bits = dice()();
      left = 16;
    }
    text += "0123456789abcdef"[bits & 15U];
  }
  return text;
}

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zeros(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= request_id_max &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  std::string_view("._~:/+=-").find(static_cast<char>(c)) != std::string_view::npos;
         });
}

std::string make_request_id() { return hex(32); }

bool is_traceparent(std::string_view text) {
  if (text.size() != 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  const auto trace = text.substr(3, 32), parent = text.substr(36, 16);
  return text.starts_with("00") && is_hex(trace) && is_hex(parent) && is_hex(text.substr(53)) &&
         !is_zeros(trace) && !is_zeros(parent);
}

std::string trace_id_of(std::string_view text) { return std::string(text.substr(3, 32)); }

std::string make_traceparent() { return "00-" + hex(32) + "-" + hex(16) + "-00"; }

}  // namespace sidestream
