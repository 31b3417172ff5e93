// What the proxy reads. The first byte chooses what the rest is: Q a request (question), R an
// answer (reply), S small values.

#include "tests/fuzz/check.hpp"

namespace fuzz {

void check_proxy(Input input) {
  switch (input.byte() % 3) {
    case 'Q' % 3:
      return check_request(input);
    case 'R' % 3:
      return check_answer(input);
    default:
      return check_values(input);
  }
}

}  // namespace fuzz
