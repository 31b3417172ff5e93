#pragma once
// What most tests start from: one log, one topic `t` on it, and sidecars that serve it.
//
//   Stage stage(GetParam(), {.topic = "start: earliest"});
//   stage.append(10);
//   auto stream = stage.open();
//
// Thread: the test's.

#include <memory>
#include <string>
#include <vector>

#include "tests/support/harness/event_stream.hpp"
#include "tests/support/harness/ledger.hpp"
#include "tests/support/harness/sidecar.hpp"
#include "tests/support/harness/source.hpp"

namespace e2e {

struct Staging {
  std::vector<std::string> server = {};  // lines of `server:`
  std::string topic = {};                // further keys of the topic: "max_event: 1KiB, log: 64KiB"
  std::string connector = {};            // instead of the source's own
  std::vector<std::string> more_topics = {};
};

class Stage {
 public:
  explicit Stage(const std::string& kind, Staging staging = {});
  Stage(std::unique_ptr<Source> source, Staging staging = {});

  Source& source() { return *source_; }
  Sidecar& sidecar() { return *sidecar_; }
  int partitions() const { return source_->partitions(); }
  // A second instance with the same configuration.
  Sidecar& replica();

  EventStream open(const std::string& query = {}, const Headers& headers = {});
  EventStream resume(const std::string& id);
  // Opened, and its first block taken: from here on nothing that is written can be missed.
  EventStream live();

  // Appends `count` numbered records to each partition, in turns.
  std::vector<std::vector<std::string>> append(int count, std::size_t padding = 0);
  // Appends as they are.
  std::vector<std::string> append(const std::vector<Input>& inputs) {
    return source_->append(inputs);
  }
  std::string append_value(const std::string& value, const std::string& event = {});
  // How many numbered records each partition has got: what Ledger::read takes.
  const std::vector<std::int64_t>& written() const { return written_; }
  // The offset of a numbered record.
  const std::string& offset(int partition, std::int64_t number) const;
  // The id of a reader who has seen the first `number` records of each partition (number > 0).
  std::string id_after(std::int64_t number) const;

  static constexpr const char* path = "/events/t";

 private:
  Config config() const;

  std::unique_ptr<Source> source_;
  Staging staging_;
  std::unique_ptr<Sidecar> sidecar_;
  std::unique_ptr<Sidecar> replica_;
  std::vector<std::int64_t> written_;
  std::vector<std::vector<std::string>> offsets_;
};

}  // namespace e2e
