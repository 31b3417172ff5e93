#pragma once
// What a small parser of one value gives: the value, or a sentence that says what is wrong with it.
// The sentence never shows the text that was parsed: it may be a secret.

#include <string>

namespace sidestream {

template <class T>
struct Parsed {
  T value{};
  std::string error{};  // empty: good
};

}  // namespace sidestream
