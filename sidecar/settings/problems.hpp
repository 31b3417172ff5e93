#pragma once
// Collects all problems of a configuration file.
//
// Thread: one. Texts quote the file as written, never the content of an environment variable or a
// secret file.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sidestream {

// A location in the file, counted from 1. Line 0: the whole file.
struct Mark {
  int line = 0;
  int column = 0;
};

class Problems {
 public:
  // `file` is the prefix of each text, as the user spelled it.
  explicit Problems(std::string file) : file_(std::move(file)) {}

  // `path` is the key's path like `topics.orders.from`, or empty.
  void add(Mark at, std::string_view path, std::string_view text);
  bool empty() const { return all_.empty(); }
  std::size_t count() const { return all_.size(); }

  // One line each in the order of the file, without repeats (an alias reports its target again).
  // At most `lines_max`, then a line with the number of the remaining problems.
  std::vector<std::string> lines() const;
  static constexpr std::size_t lines_max = 100;

 private:
  struct Problem {
    Mark at;
    std::string text;
  };
  std::string file_;
  std::vector<Problem> all_;
};

// `text` for a message: in quotes, on one line, shortened where it is long.
std::string in_quotes(std::string_view text);
// The text of a value for a message. The user info of a URL is not shown.
std::string without_user_info(std::string_view text);
// The same as in_quotes() without the quotes, for the path of a key.
std::string one_line(std::string_view text);
// `topics` and `orders` -> `topics.orders`.
std::string join_path(std::string_view parent, std::string_view key);

}  // namespace sidestream
