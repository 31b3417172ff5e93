// Each file of the corpus, as it is and with a few bytes changed (by a fixed seed): what libFuzzer
// does for ten minutes, for a moment and with every compiler.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

using std::string_literals::operator""s;

namespace fuzz {
namespace {

// By name. A file that libFuzzer wrote for a crash is replayed by putting it there.
const std::map<std::string, std::string>& corpus() {
  static const auto all = [] {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(SIDESTREAM_FUZZ_CORPUS)) {
      std::ifstream file(entry.path(), std::ios::binary);
      files[entry.path().filename()] = std::string(std::istreambuf_iterator<char>(file), {});
    }
    return files;
  }();
  return all;
}

void replay(const std::string& name, const std::string& bytes) {
  SCOPED_TRACE(name);
  try {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  } catch (const std::exception& broken) {
    ADD_FAILURE() << broken.what() << "\ninput: " << testing::PrintToString(bytes);
  }
}

// Bytes removed, doubled, replaced by what has a meaning, or taken from another file.
std::string mutated(std::string text, const std::string& other, std::mt19937& random) {
  static const std::string meaningful = "\r\n\r\n\t :;,=\0\x7f\xff+-0123456789abcx_\"\\/"s;
  const auto any = [&](std::size_t end) { return random() % std::max<std::size_t>(end, 1); };
  for (auto changes = 1 + any(4); changes > 0 && text.size() > 1; --changes) {
    const auto at = 1 + any(text.size() - 1);  // the first byte says what it is
    switch (any(5)) {
      case 0:
        text.erase(at, 1 + any(3));
        break;
      case 1:
        text.insert(at, 1, meaningful[any(meaningful.size())]);
        break;
      case 2:
        text[at] = meaningful[any(meaningful.size())];
        break;
      case 3:
        text.insert(at, other.substr(any(other.size()), 1 + any(40)));
        break;
      default:
        text.insert(at, text.substr(at, 1 + any(30)));
    }
  }
  return text;
}

TEST(ProxyFuzz, TheCorpus) {
  EXPECT_GT(corpus().size(), 20U);
  for (const auto& [name, bytes] : corpus()) replay(name, bytes);
}

TEST(ProxyFuzz, TheCorpusWithChanges) {
  const char* load = std::getenv("SIDESTREAM_TEST_LOAD");
  const int rounds =
      std::max(100, static_cast<int>(20000 * (load == nullptr ? 1 : std::atof(load))));
  std::mt19937 random(7);
  for (int i = 0; i < rounds && !HasFailure(); ++i) {
    for (const auto& [name, bytes] : corpus()) {
      const auto other = std::next(corpus().begin(), static_cast<long>(random() % corpus().size()));
      replay(name, mutated(bytes, other->second, random));
    }
  }
}

}  // namespace
}  // namespace fuzz
