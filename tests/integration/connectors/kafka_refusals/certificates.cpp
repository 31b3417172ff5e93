#include "tests/integration/connectors/kafka_refusals/certificates.hpp"

#include <stdlib.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace sidestream::test {

Certificates& Certificates::get() {
  static Certificates certificates;
  return certificates;
}

Certificates::Certificates() {
  auto pattern = (std::filesystem::temp_directory_path() / "sidestream-tls-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = pattern;
  std::ofstream(folder_ / "ca.cnf")
      << "[ca]\ndefault_ca=own\n[own]\ndatabase=index\nserial=serial\n"
         "new_certs_dir=.\ndefault_md=sha256\npolicy=any\n"
         "copy_extensions=copy\n[any]\ncommonName=supplied\n";
  std::ofstream(folder_ / "index").flush();
  std::ofstream(folder_ / "serial") << "1000\n";
  make_ca("ca");
  make_ca("other");
  make_server("valid", "-days 2");
  make_server("expired", "-startdate 20200101000000Z -enddate 20200102000000Z");
}

Certificates::~Certificates() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Certificates::make_ca(const std::string& name) const {
  run("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=" + name + "' -keyout " + name +
      ".key -out " + name + ".crt");
}

void Certificates::make_server(const std::string& name, const std::string& validity) const {
  run("openssl req -newkey rsa:2048 -nodes -subj /CN=" + name +
      " -addext subjectAltName=IP:127.0.0.1 -keyout " + name + ".key -out " + name + ".csr");
  run("openssl ca -batch -config ca.cnf -keyfile ca.key -cert ca.crt -notext -in " + name +
      ".csr -out " + name + ".crt " + validity);
  run("cat " + name + ".key " + name + ".crt > " + name + ".pem");
}

void Certificates::run(const std::string& command) const {
  const auto line = "cd '" + folder_.string() + "' && " + command + " 2>>openssl.log >>openssl.log";
  const auto quiet =
      command.starts_with("cat ") ? "cd '" + folder_.string() + "' && " + command : line;
  if (std::system(quiet.c_str()) != 0) throw std::runtime_error(command);
}

}  // namespace sidestream::test
