// Secrets that the file holds: of issuers, of questions.

#include "sidecar/settings/read.hpp"

namespace sidestream {
namespace {

constexpr std::size_t secret_least = 32;

}  // namespace

void read_secret(const Value& value, std::string& into) {
  const auto text = value.text();
  if (!text) return;
  if (!text->expanded) value.context().hidden.push_back({text->value, std::string(shown_secret)});
  if (text->value.size() < secret_least)
    value.problem(
        (text->expanded ? text->shown + ' ' : std::string()) +
        "is too short; a secret has at least 32 bytes, like those of openssl rand -hex 32");
  into = text->value;
}

}  // namespace sidestream
