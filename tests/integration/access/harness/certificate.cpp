#include "tests/integration/access/harness/certificate.hpp"

#include <cstdlib>
#include <stdexcept>

namespace e2e {
namespace {

void run(const std::string& command) {
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

}  // namespace

// `openssl x509 -days` takes negative numbers, unlike `openssl req`.
void make_certificate(const std::string& folder, const std::string& name,
                      const std::string& subject, const CertificateKind& kind) {
  const std::string path = folder + "/" + name;
  const std::string extensions = path + ".ext";
  const std::string usage = kind.usage.empty() ? "" : "\nextendedKeyUsage=" + kind.usage;
  run("printf 'subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:TRUE" + usage + "\n' > " +
      extensions);
  run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=" + subject +
      " -keyout " + path + ".key.new -out " + path + ".csr 2>/dev/null");
  run("openssl x509 -req -in " + path + ".csr -signkey " + path + ".key.new -days " +
      (kind.expired ? "-1" : "2") + " -extfile " + extensions + " -out " + path +
      ".crt.new 2>/dev/null");
  run("mv " + path + ".key.new " + path + ".key && mv " + path + ".crt.new " + path + ".crt");
}

}  // namespace e2e
