#pragma once
// Certificates of the tests, made by `openssl`.
//
// Thread: any.

#include <string>

namespace e2e {

struct CertificateKind {
  std::string usage = "serverAuth";  // extendedKeyUsage; empty: none
  bool expired = false;
};

// A certificate for 127.0.0.1 and its key: NAME.crt and NAME.key in a folder, each replaced at once.
void make_certificate(const std::string& folder, const std::string& name,
                      const std::string& subject, const CertificateKind& kind = {});

}  // namespace e2e
