#pragma once
// Builds replies in the Redis protocol (RESP 2) and parses them with the connector's parser.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/redis/reply.hpp"

namespace sidestream::redis::test {

inline std::string bulk(std::string_view text) {
  return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}
inline std::string number(long long value) { return ":" + std::to_string(value) + "\r\n"; }
inline std::string error(std::string_view text) { return "-" + std::string(text) + "\r\n"; }
inline std::string nil() { return "*-1\r\n"; }

inline std::string array(const std::vector<std::string>& items) {
  auto text = "*" + std::to_string(items.size()) + "\r\n";
  for (const auto& item : items) text += item;
  return text;
}

using Fields = std::vector<std::pair<std::string, std::string>>;

inline std::string entry(std::string_view id, const Fields& fields) {
  std::vector<std::string> words;
  for (const auto& [name, value] : fields) {
    words.push_back(bulk(name));
    words.push_back(bulk(value));
  }
  return array({bulk(id), array(words)});
}

// Fields of a reply to XINFO STREAM. An empty id means no entry.
struct Info {
  long long length = 0;
  std::string last_generated = "0-0";
  std::string max_deleted = "0-0";
  long long added = 0;
  std::string first = {};
  std::string last = {};
};

inline std::string info(const Info& of) {
  const auto edge = [](const std::string& id) {
    return id.empty() ? nil() : entry(id, {{"data", "v"}});
  };
  return array({bulk("length"), number(of.length), bulk("radix-tree-keys"), number(1),
                bulk("last-generated-id"), bulk(of.last_generated), bulk("max-deleted-entry-id"),
                bulk(of.max_deleted), bulk("entries-added"), number(of.added), bulk("groups"),
                number(0), bulk("first-entry"), edge(of.first), bulk("last-entry"), edge(of.last)});
}

inline Reply parse(std::string_view text) {
  ReplyReader reader;
  reader.feed(text);
  return reader.next();
}

}  // namespace sidestream::redis::test
