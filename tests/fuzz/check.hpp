#pragma once
// What the checks of the fuzzed parts have in common: the input in pieces, and how a broken rule is
// told. A broken rule throws, which libFuzzer keeps as a crash and GoogleTest as a failure.

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fuzz {

class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}

  // 0 when there is none left.
  unsigned byte();
  unsigned below(unsigned end) { return byte() % end; }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// Throws unless `good`; `seen` is what was looked at.
void require(bool good, std::string_view rule, std::string_view seen = {});

// A head as its other side reads it: strictly.
struct Head {
  std::string first;                                        // the first line
  std::vector<std::pair<std::string, std::string>> fields;  // names in lower case

  std::size_t count(std::string_view lower_name) const;
  std::string value(std::string_view lower_name) const;  // of the first; empty: none
};
// Whole lines, each with its CRLF and nothing in it that ends a line elsewhere; names are tokens.
std::vector<std::pair<std::string, std::string>> read_fields(std::string_view text);
Head read_head(std::string_view text);

// Content-Length and Transfer-Encoding can't be read in two ways.
void require_one_framing(const Head& head, std::string_view text);

// Each checks the parsers of one kind of input.
void check_heads(Input input);
void check_event_ids(Input input);
void check_peer(Input input);
void check_proxy(Input input);  // one of the next three
void check_request(Input input);
void check_answer(Input input);
void check_values(Input input);
void check_query(Input input);
void check_redis_reply(Input input);
void check_settings(Input input);
void check_tokens(Input input);
void check_key_set(Input input);
void check_credentials(Input input);
void check_forward_answer(Input input);
void check_revocation(Input input);
void check_json(Input input);
void check_time(Input input);

}  // namespace fuzz
