#include "sidecar/app/drain_name.hpp"

#include <sys/random.h>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <sstream>

#include "sidecar/base/hex.hpp"

namespace sidestream {
namespace {

constexpr std::string_view listening = "00010000";  // the flag __SO_ACCEPTCON

}  // namespace

std::string drain_name_prefix(const std::string& config) {
  std::error_code ignored;
  // The path as written: the links of a ConfigMap change with each edit.
  const auto path = std::filesystem::absolute(config, ignored).lexically_normal().string();
  return "sidestream-drain-" + in_hex(std::hash<std::string>{}(path.empty() ? config : path)) + '-';
}

std::string make_drain_name(const std::string& config) {
  std::uint64_t random = 0;
  while (::getrandom(&random, sizeof random, 0) != sizeof random) {
  }
  return drain_name_prefix(config) + in_hex(random);
}

// Columns: Num RefCount Protocol Flags Type St Inode Path. `@` stands for the NUL of an abstract
// name.
std::vector<std::string> find_drain_names(std::string_view table, std::string_view prefix) {
  std::vector<std::string> names;
  std::istringstream lines{std::string(table)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream in(line);
    std::string number, references, protocol, flags, type, state, inode, path;
    in >> number >> references >> protocol >> flags >> type >> state >> inode >> path;
    if (flags == listening && path.starts_with('@') && path.substr(1).starts_with(prefix))
      names.push_back(path.substr(1));
  }
  return names;
}

AbstractAddress::AbstractAddress(std::string_view name) {
  assert(name.size() < sizeof address.sun_path);
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
}

}  // namespace sidestream
