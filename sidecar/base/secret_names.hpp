#pragma once
// Which of librdkafka's properties hold secrets. Thread: any.

#include <string_view>

namespace sidestream {

inline bool is_secret_name(std::string_view property) {
  for (const std::string_view word :
       {"password", "secret", "key.pem", "token", "jaas", "oauthbearer.config"}) {
    if (property.find(word) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace sidestream
