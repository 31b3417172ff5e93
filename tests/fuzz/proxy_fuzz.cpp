// What libFuzzer calls, and the replay of the corpus too. The first byte chooses what is read of
// the rest: Q a request (question), R an answer (reply), S small values.

#include <cstdint>

#include "tests/fuzz/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input({reinterpret_cast<const char*>(data), size});
  switch (input.byte() % 3) {
    case 'Q' % 3:
      fuzz::check_request(input);
      break;
    case 'R' % 3:
      fuzz::check_answer(input);
      break;
    default:
      fuzz::check_values(input);
  }
  return 0;
}
