#include "sidecar/http/proxy/request_id.hpp"

#include <algorithm>

#include "sidecar/base/hex.hpp"
#include "sidecar/base/rng.hpp"

namespace sidestream {
namespace {

constexpr std::size_t request_id_max = 128;

}  // namespace

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= request_id_max &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  std::string_view("._~:/+=-").find(static_cast<char>(c)) != std::string_view::npos;
         });
}

std::string make_request_id() {
  std::string id;
  append_number_in_hex(id, rng()());
  append_number_in_hex(id, rng()());
  return id;
}

}  // namespace sidestream
