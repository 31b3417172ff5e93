#pragma once
// A self-signed certificate and its key, made by `openssl` in a folder that is removed afterwards.

#include <string>

namespace sidestream::test {

class Certificate {
 public:
  // `names`: as in subjectAltName, "DNS:localhost,IP:127.0.0.1".
  explicit Certificate(const std::string& names);
  ~Certificate();
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  std::string file() const { return folder_ + "/cert.pem"; }
  std::string key() const { return folder_ + "/key.pem"; }

 private:
  std::string folder_;
};

}  // namespace sidestream::test
