#pragma once
// One reader's view of the reply to one question, over all of its connections: it expects each piece
// once and in order, one end, and nothing behind it. Pure.
//
// Thread: one. Errors: broken() has a sentence for each thing that must not be.

#include <optional>
#include <string>
#include <vector>

#include "tests/support/harness/sse_parser.hpp"

namespace e2e::faults {

class Reading {
 public:
  // `location`: what stream-open must tell.
  Reading(std::string question, std::string location)
      : question_(std::move(question)), location_(std::move(location)) {}

  // For the parser.
  void on_heartbeat() {}
  void on_event(const EventView& event);

  // The next connection reads the reply from its beginning.
  void from_start();
  // The next connection begins behind the end that was read, and must say that this is all.
  void expect_only_end() { over_ = false; }
  // The answer was 204.
  void no_content();

  // Where to go on; empty: at the beginning.
  const std::string& id() const { return id_; }
  // Whether the end was read, and announced as such.
  bool over() const { return over_; }
  // Whether the server says that it ends the connection and not the reply.
  bool shut_down() const { return shut_down_; }
  void connects() { shut_down_ = false; }
  // How it ended: `done` or `cancelled`, and after how many words; empty while it has not.
  const std::string& end() const { return end_; }
  int words() const { return words_; }
  const std::vector<std::string>& broken() const { return broken_; }

 private:
  void wrong(const std::string& what);
  void piece(const EventView& event);
  void ends(const std::string& event, int words);
  void stream_end(const EventView& event);

  const std::string question_, location_;
  std::string id_;
  std::string end_id_;
  std::string end_;
  int words_ = 0;  // seen by this reading
  struct Known {
    std::string end;
    int words = 0;
  };
  std::optional<Known> known_;  // of an earlier reading from the start
  bool over_ = false, shut_down_ = false;
  std::vector<std::string> broken_;
};

}  // namespace e2e::faults
