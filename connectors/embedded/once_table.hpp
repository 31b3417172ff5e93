#pragma once
// Remembers the records that are appended once (Message::once), in the same transaction as the
// record. Private to the folder.
//
// Thread: the writer's. Errors: SqliteError.

#include <optional>

#include "connectors/connector.hpp"
#include "connectors/embedded/sqlite.hpp"

namespace sidestream::embedded {

class OnceTable {
 public:
  explicit OnceTable(Connection& connection);

  // The answer for a message that is not appended again; nothing: it is to be appended.
  std::optional<PublishResult> find(const Message::Once& once);
  // Also forgets those that are over, and the oldest beyond a number.
  void add(const Message::Once& once, Offset offset);

 private:
  Statement find_, add_, forget_;
};

}  // namespace sidestream::embedded
