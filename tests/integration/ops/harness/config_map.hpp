#pragma once
// A folder as the kubelet keeps a ConfigMap or a Secret: each file is a link through `..data`, and
// an update makes a new folder beside it and swaps that one link.
//
// Thread: the test's.

#include <map>
#include <string>

#include "tests/support/harness/temp_dir.hpp"

namespace e2e {

class ConfigMap {
 public:
  using Files = std::map<std::string, std::string>;

  std::string file(const std::string& name) const { return folder_.file(name); }
  void put(const Files& files);

 private:
  TempDir folder_;
  int version_ = 0;
};

}  // namespace e2e
