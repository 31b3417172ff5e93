#pragma once
// Gathers everything that is wrong with a configuration file, so that it is told all at once.
//
// Thread: one. Texts quote what stands in the file, never what an environment variable or a secret
// file put in its place.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sidestream {

// A place in the file, counted from 1. Line 0: the file as a whole.
struct Mark {
  int line = 0;
  int column = 0;
};

class Problems {
 public:
  // `file` stands before each text, as the user spelled it.
  explicit Problems(std::string file) : file_(std::move(file)) {}

  // `path` is the key's path like `topics.orders.from`, or empty.
  void add(Mark at, std::string_view path, std::string_view text);
  bool empty() const { return all_.empty(); }
  std::size_t count() const { return all_.size(); }

  // One line each in the order of the file, without repeats (an alias brings its target up again).
  // A file with more than `lines_max` of them gets that many and a last line with the number of the
  // rest.
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
// The same without the quotes, for the path of a key.
std::string one_line(std::string_view text);
// `topics` and `orders` -> `topics.orders`.
std::string join_path(std::string_view parent, std::string_view key);

}  // namespace sidestream
