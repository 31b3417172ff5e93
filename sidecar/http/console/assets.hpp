#pragma once
// The console's files, compiled into the binary by cmake/Embed.cmake. They are made to be served as
// they are on the admin port, under their own paths: "/" is the console, "/examples/..." are pages
// to copy.
//
// Thread: any. The views are of static storage.

#include <span>
#include <string_view>

namespace sidestream {

struct Asset {
  std::string_view path;          // of the URL
  std::string_view content_type;  // of the answer
  std::string_view body;
};

std::span<const Asset> console_assets();

}  // namespace sidestream
