#pragma once
// A real Kafka broker for one test, run by tests/support/kafka/start in a temporary folder.
//
// Thread: one at a time. Owns the process and the folder.

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

namespace sidestream::test {

class KafkaBroker {
 public:
  // Does not start it. `properties`: additional configuration lines, `name=value`.
  explicit KafkaBroker(std::vector<std::string> properties = {});
  ~KafkaBroker();
  KafkaBroker(const KafkaBroker&) = delete;
  KafkaBroker& operator=(const KafkaBroker&) = delete;

  // The properties of the next start.
  void configure(std::vector<std::string> properties) { properties_ = std::move(properties); }
  // Returns when the broker accepts requests; throws std::runtime_error with the end of its log if
  // it does not start. A restarted broker has the same port and records.
  void start();
  void kill();    // -9
  void freeze();  // SIGSTOP
  void thaw();

  std::string address() const;       // host:port; known after start()
  std::string sasl_address() const;  // with the property `+sasl`
  std::string tls_address() const;   // with the property `+tls`
  std::string link_address() const;  // with the property `+link`
  std::string controller_port() const;
  // Holds the partitions' files below log/.
  const std::string& folder() const { return folder_; }

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
