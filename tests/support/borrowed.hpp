#pragma once
// A shared pointer to what somebody else owns and keeps.

#include <memory>

namespace sidestream::test {

template <class T>
std::shared_ptr<T> borrowed(T& owned) {
  return {std::shared_ptr<void>(), &owned};
}

}  // namespace sidestream::test
