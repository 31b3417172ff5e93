#include "sidecar/stream/ask/question_id.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <stdexcept>

namespace sidestream {
namespace {

constexpr std::size_t id_size = 26;
constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";

using Bits = std::array<std::uint8_t, 16>;
using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string base32(const Bits& bits) {
  std::string text;
  unsigned held = 0;
  unsigned count = 0;
  for (const std::uint8_t byte : bits) {
    held = held << 8 | byte;
    for (count += 8; count >= 5; count -= 5) text += alphabet[held >> (count - 5) & 31];
  }
  if (count > 0) text += alphabet[held << (5 - count) & 31];
  return text;
}

Bits first_bits(const Digest& digest) {
  Bits bits{};
  std::copy_n(digest.begin(), bits.size(), bits.begin());
  return bits;
}

// The kernel's random numbers.
Bits random_bits() {
  std::random_device device;
  Bits bits{};
  std::generate(bits.begin(), bits.end(), [&] { return static_cast<std::uint8_t>(device()); });
  return bits;
}

const std::string& secret_of_process() {
  static const std::string secret = base32(random_bits()) + base32(random_bits());
  return secret;
}

// With its length, so that different texts never join to the same.
void append(std::string& out, std::string_view text) {
  out.append(std::to_string(text.size())).append(":").append(text);
}

}  // namespace

std::string random_question_id() { return base32(random_bits()); }

std::string question_id(std::string_view secret, std::string_view subject, std::string_view path,
                        std::string_view key) {
  if (secret.empty()) secret = secret_of_process();
  std::string text;
  for (const std::string_view part : {subject, path, key}) append(text, part);
  Digest digest{};
  const auto* made = HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                          digest.data(), nullptr);
  // Otherwise all would get the same id, and read each other's replies.
  if (made == nullptr) throw std::runtime_error("OpenSSL can't compute an HMAC");
  return base32(first_bits(digest));
}

bool is_question_id(std::string_view text) {
  return text.size() == id_size && text.find_first_not_of(alphabet) == text.npos;
}

std::string body_digest(std::string_view body) {
  Digest digest{};
  if (EVP_Digest(body.data(), body.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("OpenSSL can't compute a digest");
  return base32(first_bits(digest));
}

}  // namespace sidestream
