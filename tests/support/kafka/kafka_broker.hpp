#pragma once
// A real Kafka broker of a test's own, run by tests/support/kafka/start in a folder that goes with
// it.
//
// Thread: one at a time. Owns the process and the folder.

#include <sys/types.h>

#include <string>
#include <vector>

namespace sidestream::test {

class KafkaBroker {
 public:
  // Not started. `properties` are further lines of the broker's configuration, as `name=value`.
  explicit KafkaBroker(std::vector<std::string> properties = {});
  ~KafkaBroker();
  KafkaBroker(const KafkaBroker&) = delete;
  KafkaBroker& operator=(const KafkaBroker&) = delete;

  // Returns when it takes requests; throws std::runtime_error with the end of its log where it
  // doesn't. Started again, it has the same port and the same records.
  void start();
  void kill();    // -9
  void freeze();  // SIGSTOP
  void thaw();

  std::string address() const;       // host:port; known once it was started
  std::string sasl_address() const;  // with the property `+sasl`

 private:
  void spawn();
  bool has_ended();
  std::string port(const char* file) const;
  std::string log_end() const;

  std::string folder_;
  std::vector<std::string> properties_;
  pid_t pid_ = -1;
};

}  // namespace sidestream::test
