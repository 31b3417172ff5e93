#include "tests/support/kafka/kafka_quota.hpp"

#include <cstdlib>
#include <stdexcept>

namespace sidestream::test {

void set_quota(const std::string& brokers, const std::string& client_id, int bytes_per_second) {
  const std::string folder = SIDESTREAM_KAFKA_FOLDER;
  const auto command =
      "java -XX:TieredStopAtLevel=1 -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp \"$(" +
      folder + "/fetch)/libs/*\" " + folder + "/SetQuota.java " + brokers + " " + client_id + " " +
      std::to_string(bytes_per_second);
  if (std::system(command.c_str()) != 0) throw std::runtime_error(command);
}

}  // namespace sidestream::test
