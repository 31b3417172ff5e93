// The program that libFuzzer drives. SIDESTREAM_FUZZ_TARGET names the target.

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/targets.hpp"

namespace {

const fuzz::Target& chosen_target() {
  const char* name = std::getenv("SIDESTREAM_FUZZ_TARGET");
  if (const auto* target = fuzz::find_target(name == nullptr ? "" : name)) return *target;
  std::fputs("SIDESTREAM_FUZZ_TARGET must name one of:", stderr);
  for (const auto& target : fuzz::targets()) std::fprintf(stderr, " %s", target.name.data());
  std::fputs("\n", stderr);
  std::exit(2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::Target& target = chosen_target();
  target.check(fuzz::Input({reinterpret_cast<const char*>(data), size}));
  return 0;
}
