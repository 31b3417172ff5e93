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

#include "tests/fuzz/targets.hpp"

using std::string_literals::operator""s;

namespace fuzz {
namespace {

// The inputs of a target, by file name. A file that libFuzzer wrote for a crash is replayed by
// putting it there.
using Corpus = std::map<std::string, std::string>;
Corpus read_corpus(std::string_view target) {
  Corpus files;
  const auto folder = std::filesystem::path(SIDESTREAM_FUZZ_CORPUS) / target;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    files[entry.path().filename()] = std::string(std::istreambuf_iterator<char>(file), {});
  }
  return files;
}

void replay(const Target& target, const std::string& name, const std::string& bytes) {
  SCOPED_TRACE(name);
  try {
    target.check(Input(bytes));
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

class Replay : public testing::TestWithParam<Target> {};

TEST_P(Replay, KeepsTheRulesForTheCorpus) {
  const auto corpus = read_corpus(GetParam().name);
  EXPECT_GE(corpus.size(), 5U);
  for (const auto& [name, bytes] : corpus) replay(GetParam(), name, bytes);
}

TEST_P(Replay, KeepsTheRulesForAChangedCorpus) {
  const auto corpus = read_corpus(GetParam().name);
  const char* load = std::getenv("SIDESTREAM_TEST_LOAD");
  const double share = load == nullptr ? 1 : std::atof(load);
  const double inputs = 400000 * share / GetParam().cost;
  const int rounds = std::max(100, static_cast<int>(inputs / static_cast<double>(corpus.size())));
  std::mt19937 random(7);
  for (int i = 0; i < rounds && !HasFailure(); ++i) {
    for (const auto& [name, bytes] : corpus) {
      const auto other = std::next(corpus.begin(), static_cast<long>(random() % corpus.size()));
      replay(GetParam(), name, mutated(bytes, other->second, random));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Fuzz, Replay, testing::ValuesIn(targets()),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace fuzz
