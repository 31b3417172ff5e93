#include "sidecar/stream/ingest/utf8.hpp"

#include <openssl/evp.h>
#include <simdjson.h>

#include <algorithm>

namespace sidestream {
namespace {

constexpr std::string_view mark = "base64:";

}  // namespace

bool is_utf8(std::string_view bytes) { return simdjson::validate_utf8(bytes.data(), bytes.size()); }

std::string replace_invalid(std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    std::size_t take = std::min<std::size_t>(4, bytes.size());
    while (take > 0 && !is_utf8(bytes.substr(0, take))) --take;
    if (take == 0) {
      out += "\xEF\xBF\xBD";
      take = 1;
    } else {
      out.append(bytes.substr(0, take));
    }
    bytes.remove_prefix(take);
  }
  return out;
}

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::string marked_base64(std::string_view bytes) { return std::string(mark) + base64(bytes); }

std::string marked_text(std::string_view bytes) {
  const bool plain = is_utf8(bytes) && !bytes.starts_with(mark);
  return plain ? std::string(bytes) : marked_base64(bytes);
}

}  // namespace sidestream
