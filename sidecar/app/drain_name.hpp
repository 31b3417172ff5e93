#pragma once
// The names of drain sockets: abstract Unix addresses (unix(7)), which leave no file. A name is
// `sidestream-drain-CONFIG-RANDOM`. Nobody can bind it before the process does, because the last part
// is random; `--drain` finds it in /proc/net/unix by the rest.
//
// Thread: any.

#include <sys/socket.h>
#include <sys/un.h>

#include <string>
#include <string_view>
#include <vector>

namespace sidestream {

// The part of the name that the configuration file's path determines.
std::string drain_name_prefix(const std::string& config);
// Of a process that starts.
std::string make_drain_name(const std::string& config);
// The names in the text of /proc/net/unix that begin with `prefix` and that somebody listens on.
std::vector<std::string> find_drain_names(std::string_view table, std::string_view prefix);

struct AbstractAddress {
  // Requires: the name has at most 107 bytes.
  explicit AbstractAddress(std::string_view name);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
  sockaddr_un address{};
  socklen_t size = 0;
};

}  // namespace sidestream
