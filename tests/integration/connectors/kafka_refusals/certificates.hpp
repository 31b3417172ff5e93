#pragma once
// Certificates for 127.0.0.1, created by `openssl` for the tests. Thread: one at a time.

#include <filesystem>
#include <string>

namespace sidestream::test {

class Certificates {
 public:
  static Certificates& get();
  ~Certificates();
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  // Files with key and certificate of a server.
  std::string valid() const { return path("valid.pem"); }
  std::string expired() const { return path("expired.pem"); }
  // The CA that has signed both, and another one.
  std::string ca() const { return path("ca.crt"); }
  std::string other_ca() const { return path("other.crt"); }

 private:
  Certificates();
  void make_ca(const std::string& name) const;
  void make_server(const std::string& name, const std::string& validity) const;
  void run(const std::string& command) const;
  std::string path(const std::string& file) const { return (folder_ / file).string(); }

  std::filesystem::path folder_;
};

}  // namespace sidestream::test
