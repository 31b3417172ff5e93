#include "sidecar/settings/expand.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <system_error>

#include "sidecar/settings/problems.hpp"
#include "sidecar/settings/units.hpp"

namespace sidestream {

namespace {

constexpr std::size_t secret_bytes_max = 1024 * 1024;
constexpr std::string_view file_scheme = "file:";
constexpr std::string_view escape_help = "write $${ for a literal ${";

bool is_variable_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::ranges::all_of(name, fits);
}

// Consumes `${NAME}` at the front of `text` and appends its value. False: `out.error` is set.
bool expand_one(std::string_view& text, const Environment& environment, Expanded& out) {
  const std::size_t end = text.find('}');
  if (end == std::string_view::npos) {
    out.error = "unclosed ${; " + std::string(escape_help);
    return false;
  }
  const std::string name(text.substr(2, end - 2));
  if (!is_variable_name(name)) {
    // The name isn't shown: it may be the middle of a password.
    out.error = "a variable name between ${ and } has only letters, digits and _; " +
                std::string(escape_help);
    return false;
  }
  const auto value = environment(name);
  if (!value) {
    out.error = "the environment variable " + one_line(name) + " is not set";
    return false;
  }
  out.text += *value;
  out.parts.push_back({*value, "${" + name + '}'});
  out.changed = true;
  text.remove_prefix(end + 1);
  return true;
}

Expanded expand_variables(std::string_view text, const Environment& environment) {
  Expanded out;
  while (!text.empty()) {
    if (text.starts_with("${")) {
      if (!expand_one(text, environment, out)) return out;
      continue;
    }
    const std::size_t taken = text.starts_with("$${") ? 3 : 1;
    out.text += taken == 3 ? "${" : text.substr(0, 1);
    text.remove_prefix(taken);
  }
  return out;
}

void drop_line_end(std::string& text) {
  if (!text.ends_with('\n')) return;
  text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
}

std::string reason(int number) { return std::generic_category().message(number); }

}  // namespace

std::optional<std::string> process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

FileContent read_file(const std::filesystem::path& path, std::size_t bytes_max) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return {{}, reason(EISDIR)};
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) return {{}, reason(errno == 0 ? EIO : errno)};
  FileContent content;
  content.text.resize(bytes_max + 1);
  in.read(content.text.data(), static_cast<std::streamsize>(content.text.size()));
  if (in.bad()) return {{}, reason(EIO)};
  content.text.resize(static_cast<std::size_t>(in.gcount()));
  content.text.shrink_to_fit();
  if (content.text.size() > bytes_max) return {{}, "larger than " + format_size(bytes_max)};
  return content;
}

Expanded expand(std::string_view text, const Environment& environment,
                const std::filesystem::path& folder) {
  if (!text.starts_with(file_scheme)) return expand_variables(text, environment);

  const std::string_view named = text.substr(file_scheme.size());
  Expanded out = expand_variables(named, environment);
  if (!out.error.empty()) return out;
  const std::filesystem::path path = folder / out.text;
  out = {{}, true, {}, path.string(), {}};
  std::error_code error;
  FileContent content;
  // Only regular files: reading a pipe without a writer would block the start.
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error))
    content.error = "not a regular file";
  else
    content = read_file(path, secret_bytes_max);
  if (!content.error.empty()) {
    out.error = "cannot read the file " + in_quotes(named) + ": " + content.error;
    return out;
  }
  out.text = std::move(content.text);
  drop_line_end(out.text);
  out.parts.push_back({out.text, std::string(text)});
  return out;
}

}  // namespace sidestream
