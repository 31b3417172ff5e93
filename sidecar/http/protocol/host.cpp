#include "sidecar/http/protocol/host.hpp"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <charconv>
#include <cstdint>

namespace sidestream {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-';
}

bool is_port(std::string_view digits) {
  std::uint16_t port = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return digits.empty() || (read.ec == std::errc() && read.ptr == digits.data() + digits.size());
}

}  // namespace

bool is_host(std::string_view text) {
  // Nearly all hosts are a plain name and need no grammar.
  const auto name = text.substr(0, text.find(':'));
  if (!name.empty() && std::all_of(name.begin(), name.end(), is_plain))
    return name.size() == text.size() || is_port(text.substr(name.size() + 1));
  if (text.find(',') != std::string_view::npos) return false;
  const auto authority = boost::urls::parse_authority({text.data(), text.size()});
  if (!authority || authority->has_userinfo() || authority->encoded_host().empty()) return false;
  const auto port = authority->port();
  return is_port({port.data(), port.size()});
}

}  // namespace sidestream
