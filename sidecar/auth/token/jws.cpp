#include "sidecar/auth/token/jws.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <utility>

#include "sidecar/auth/token/base64url.hpp"

namespace sidestream {
namespace {

// Sets what the header says.
std::optional<TokenFault> read_header(const std::string& text, Jws& jws) {
  boost::system::error_code error;
  const auto parsed = boost::json::parse(text, error);
  const auto* header = error ? nullptr : parsed.if_object();
  if (header == nullptr) return TokenFault::malformed;
  if (header->contains("crit")) return TokenFault::critical;
  const auto* name = header->if_contains("alg");
  if (name == nullptr || !name->is_string()) return TokenFault::malformed;
  const auto algorithm = parse_algorithm(name->get_string());
  if (!algorithm) return TokenFault::algorithm;
  jws.algorithm = *algorithm;
  if (const auto* kid = header->if_contains("kid")) {
    if (!kid->is_string()) return TokenFault::malformed;
    jws.kid = std::string(kid->get_string());
  }
  return std::nullopt;
}

}  // namespace

boost::system::result<Jws, TokenFault> parse_jws(std::string_view token) {
  if (token.size() > token_size_max) return TokenFault::malformed;
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return TokenFault::malformed;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos) return TokenFault::malformed;
  const auto header = decode_base64url(token.substr(0, first));
  auto payload = decode_base64url(token.substr(first + 1, second - first - 1));
  auto signature = decode_base64url(token.substr(second + 1));  // a third dot is refused here
  if (!header || !payload || !signature) return TokenFault::malformed;
  Jws jws;
  if (const auto fault = read_header(*header, jws)) return *fault;
  jws.payload = std::move(*payload);
  jws.signature = std::move(*signature);
  jws.signed_text = token.substr(0, second);
  return jws;
}

}  // namespace sidestream
