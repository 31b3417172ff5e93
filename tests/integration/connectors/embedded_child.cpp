// `embedded_child PATH` publishes to an embedded log until it is killed. It writes the offset of
// each acknowledged record as a line to stdout. The values are "v0", "v1", ... in order.
#include <unistd.h>

#include <mutex>
#include <string>
#include <utility>

#include "connectors/embedded/embedded_connector.hpp"

namespace {

using namespace sidestream;

// Keeps several publishes in flight, so that the kill hits commits at every stage.
class Producer {
 public:
  explicit Producer(Connector& connector) : connector_(connector) {}

  void publish() {
    const std::lock_guard lock(mutex_);
    const auto value = "v" + std::to_string(next_++);
    connector_.publish("log", {.value = value}, [this](PublishResult result) {
      if (!result) ::_exit(1);
      const auto line = std::to_string(result->offset.number()) + "\n";
      if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) ::_exit(1);
      publish();
    });
  }

 private:
  Connector& connector_;
  std::mutex mutex_;
  std::int64_t next_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto connector = make_embedded_connector("child", {.path = argv[1]}, Logger());
  connector->start();
  Producer producer(*connector);
  for (int i = 0; i < 20; ++i) producer.publish();
  for (;;) ::pause();
}
