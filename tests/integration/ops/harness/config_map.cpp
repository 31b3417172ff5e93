#include "tests/integration/ops/harness/config_map.hpp"

namespace e2e {

namespace fs = std::filesystem;

void ConfigMap::put(const Files& files) {
  const fs::path root = folder_.path();
  const auto before = "..2026_01_31_" + std::to_string(version_);
  const auto now = "..2026_01_31_" + std::to_string(++version_);
  fs::create_directory(root / now);
  for (const auto& [name, text] : files) {
    std::ofstream(root / now / name, std::ios::binary) << text;
  }
  fs::create_directory_symlink(now, root / "..data_tmp");
  fs::rename(root / "..data_tmp", root / "..data");
  for (const auto& [name, text] : files) {
    if (!fs::is_symlink(root / name)) fs::create_symlink("..data/" + name, root / name);
  }
  for (const auto& entry : fs::directory_iterator(root)) {
    const auto name = entry.path().filename().string();
    if (name.rfind("..", 0) != 0 && !files.contains(name)) fs::remove(entry.path());
  }
  fs::remove_all(root / before);
}

}  // namespace e2e
