#pragma once
// A folder with the certificate of a port, and configurations that use it.

#include <gtest/gtest.h>

#include <string>

#include "tests/integration/access/harness/certificate.hpp"
#include "tests/support/harness/sidecar.hpp"
#include "tests/support/harness/temp_dir.hpp"

namespace e2e {

class TlsFixture : public testing::Test {
 protected:
  TlsFixture() { make_certificate(path(), "server", "first"); }

  std::string path() const { return folder_.path(); }
  std::string keys(const std::string& more = {}) const {
    return "{ certificate: " + path() + "/server.crt, key: " + path() + "/server.key" + more + " }";
  }
  Config config(const std::string& more = {}) const {
    return {.server = {"tls: " + keys(more), "heartbeat: 200ms"},
            .connectors = {"local: { embedded: {} }"},
            .topics = {"t: { from: local, publish: true }"}};
  }

  TempDir folder_;
};

}  // namespace e2e
