#pragma once
// Expands `${NAME}` and `file:PATH`.
//
// Errors: a sentence that names the variable or the path, never their content.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/base/hidden_texts.hpp"
#include "sidecar/settings/load.hpp"

namespace sidestream {

struct Expanded {
  std::string text;
  bool changed = false;             // something was expanded
  std::string error;                // empty: good
  std::string file;                 // that was read, or could not be read; empty: none
  std::vector<HiddenText> parts{};  // what was expanded, and how it is written
};

// A text that begins with `file:` becomes the content of that file without its last line end; a
// relative PATH starts at `folder`. `$${` stands for `${`. The result is not expanded again.
Expanded expand(std::string_view text, const Environment& environment,
                const std::filesystem::path& folder);

// The content of a regular file, or an error. Reads at most `bytes_max`.
struct FileContent {
  std::string text;
  std::string error;
};
FileContent read_file(const std::filesystem::path& path, std::size_t bytes_max);

}  // namespace sidestream
