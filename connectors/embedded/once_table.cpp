#include "connectors/embedded/once_table.hpp"

#include <chrono>

#include "sidecar/base/time_text.hpp"

namespace sidestream::embedded {
namespace {

constexpr std::int64_t rows_max = 100'000;

}  // namespace

OnceTable::OnceTable(Connection& connection)
    : find_(connection, "SELECT content, offset FROM once WHERE name = ? AND until > ?"),
      add_(connection,
           "INSERT OR REPLACE INTO once (name, content, offset, until) VALUES (?, ?, ?, ?)"),
      forget_(connection,
              "DELETE FROM once WHERE until <= ?1 OR"
              " id <= (SELECT max(id) FROM once) - ?2") {}

std::optional<PublishResult> OnceTable::find(const Message::Once& once) {
  Rows row = find_.rows(std::string_view(once.name), unix_now_ms());
  if (!row.next()) return std::nullopt;
  if (row.bytes(0) != once.content) return PublishResult(Errc::conflict);
  return PublishResult(Published{.offset = Offset::of(row.number(1)), .is_new = false});
}

void OnceTable::add(const Message::Once& once, Offset offset) {
  const auto now = unix_now_ms();
  add_.run(std::string_view(once.name), std::string_view(once.content), offset.number(),
           now + std::chrono::milliseconds(once.time).count());
  forget_.run(now, rows_max);
}

}  // namespace sidestream::embedded
