#pragma once
// The result of parsing one value: the value, or an error text. The text never contains the input,
// which may be a secret.

#include <string>

namespace sidestream {

template <class T>
struct Parsed {
  T value{};
  std::string error{};  // empty: good
};

}  // namespace sidestream
