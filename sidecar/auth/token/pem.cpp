#include "sidecar/auth/token/pem.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <memory>
#include <utility>

#include "sidecar/auth/token/openssl.hpp"

namespace sidestream {
namespace {

struct FreeBytes {
  void operator()(void* bytes) const { OPENSSL_free(bytes); }
};

// What PEM_read_bio() finds.
struct Block {
  std::string name;
  std::string der;
};

bool read_block(BIO* from, Block& block) {
  char *name = nullptr, *header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  if (PEM_read_bio(from, &name, &header, &data, &size) != 1) return false;
  const std::unique_ptr<char, FreeBytes> held_name(name), held_header(header);
  const std::unique_ptr<unsigned char, FreeBytes> held_data(data);
  block.name = name;
  block.der.assign(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  return true;
}

EVP_PKEY* load(const Block& block) {
  const unsigned char* der = openssl::bytes_of(block.der);
  const auto size = static_cast<long>(block.der.size());
  if (block.name == PEM_STRING_PUBLIC) return d2i_PUBKEY(nullptr, &der, size);
  if (block.name == PEM_STRING_RSA_PUBLIC) {
    return d2i_PublicKey(EVP_PKEY_RSA, nullptr, &der, size);
  }
  const openssl::Certificate certificate(d2i_X509(nullptr, &der, size));
  return certificate ? X509_get_pubkey(certificate.get()) : nullptr;
}

KeyResult<TokenKey> parse_block(const Block& block) {
  if (block.name.find("PRIVATE") != std::string::npos) {
    return KeyError("a private key, where a public key belongs");
  }
  if (block.name != PEM_STRING_PUBLIC && block.name != PEM_STRING_RSA_PUBLIC &&
      block.name != PEM_STRING_X509 && block.name != PEM_STRING_X509_OLD) {
    return KeyError("neither a public key nor a certificate");
  }
  auto key = check_public_key({load(block), EVP_PKEY_free});
  if (!key) return key.error();
  return TokenKey::of_public_key(std::move(*key), {});
}

}  // namespace

bool looks_like_pem(std::string_view text) {
  return text.find("-----BEGIN ") != std::string_view::npos;
}

PemKeys parse_pem(std::string_view text) {
  PemKeys found;
  const openssl::Bio from(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  Block block;
  for (int number = 1; from && read_block(from.get(), block); ++number) {
    auto key = parse_block(block);
    if (key) {
      found.keys.push_back(std::move(*key));
    } else {
      found.refused.push_back("PEM block " + std::to_string(number) + ": " + key.error().text);
    }
  }
  ERR_clear_error();
  return found;
}

}  // namespace sidestream
