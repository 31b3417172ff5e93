#include "certificate.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace sidestream::test {

Certificate::Certificate(const std::string& names) {
  std::string pattern = std::filesystem::temp_directory_path() / "sidestream-fetch-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp " + pattern);
  folder_ = pattern;
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=test"
      " -addext subjectAltName=" +
      names + " -keyout " + key() + " -out " + file() + " 2>" + folder_ + "/log";
  if (std::system(command.c_str()) != 0) throw std::runtime_error(command);
}

Certificate::~Certificate() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace sidestream::test
