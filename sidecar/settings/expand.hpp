#pragma once
// `${NAME}` and `file:PATH`: what the environment and secret files put in the place of a text.
//
// Errors: a sentence that names the variable or the path, never what was read.

#include <filesystem>
#include <string>
#include <string_view>

#include "sidecar/settings/load.hpp"

namespace sidestream {

struct Expanded {
  std::string text;
  bool changed = false;  // something was put in
  std::string error;     // empty: good
  std::string file;      // that was read, or could not be; empty: none was named
};

// A text that begins with `file:` becomes the content of that file without its last line end; a
// relative PATH starts at `folder`. `$${` stands for `${`. What was put in is not expanded again.
Expanded expand(std::string_view text, const Environment& environment,
                const std::filesystem::path& folder);

// A regular file's content, or why it can't be had. Reads at most `bytes_max`.
struct FileContent {
  std::string text;
  std::string error;
};
FileContent read_file(const std::filesystem::path& path, std::size_t bytes_max);

}  // namespace sidestream
