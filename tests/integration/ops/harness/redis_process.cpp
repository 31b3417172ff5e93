#include "tests/integration/ops/harness/redis_process.hpp"

#include <cstdlib>
#include <stdexcept>

namespace e2e {

RedisProcess::RedisProcess(std::vector<std::string> arguments)
    : address_{"127.0.0.1", free_port()} {
  start(std::move(arguments));
}

void RedisProcess::start(std::vector<std::string> arguments) {
  std::vector<std::string> command{"/usr/bin/redis-server",
                                   "--bind",
                                   address_.host,
                                   "--port",
                                   std::to_string(address_.port),
                                   "--dir",
                                   folder_.path().string(),
                                   "--save",
                                   ""};
  command.insert(command.end(), arguments.begin(), arguments.end());
  process_ = std::make_unique<Process>(std::move(command));
  if (!eventually([this] { return listens(address_); })) {
    throw std::runtime_error("redis-server does not come up: " + process_->output());
  }
}

void RedisProcess::stop() { process_->kill(); }

RedisClient RedisProcess::client(const std::string& password) const {
  RedisClient client(address_);
  if (!password.empty()) client.command({"AUTH", password});
  return client;
}

void make_certificates(const std::string& folder, const std::string& name) {
  const auto openssl = [&](const std::string& arguments) {
    const auto command = "cd '" + folder + "' && openssl " + arguments + " 2>openssl.log";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl " + arguments);
  };
  openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=" +
          name + " -keyout " + name + ".key -out " + name + ".pem");
  openssl(
      "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -keyout " +
      name + "-server.key -out " + name + ".csr -addext subjectAltName=IP:127.0.0.1");
  openssl("x509 -req -in " + name + ".csr -CA " + name + ".pem -CAkey " + name +
          ".key -CAcreateserial -days 2 -copy_extensions copy -out " + name + "-server.pem");
}

}  // namespace e2e
