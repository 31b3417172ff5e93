#include "sidecar/settings/load.hpp"

#include <filesystem>

#include "sidecar/settings/document.hpp"
#include "sidecar/settings/expand.hpp"
#include "sidecar/settings/keys.hpp"
#include "sidecar/settings/node_reader.hpp"
#include "sidecar/settings/problems.hpp"
#include "sidecar/settings/read.hpp"

namespace sidestream {

namespace {

constexpr Mark top{1, 1};
constexpr std::string_view start_here =
    "a minimal file is `connectors: {local: {embedded: {}}}` and `topics: {hello: {from: local}}`";

void check_anything_to_serve(const Section& section, bool upstream) {
  const Value topics = section["topics"];
  if (upstream && (!topics.present() || topics.is_empty_section())) return;
  if (!topics.present() && !section.has("connectors"))
    section.problem("has no topics and no connectors; " + std::string(start_here));
  else if (!topics.present() || topics.is_empty_section())
    topics.problem(
        "has no topic; add one, like "
        "`hello: {from: CONNECTOR}`");
}

void read_settings(Context& context, const Node* root, Settings& into) {
  const std::size_t before = context.problems.count();
  const Section section = Value(context, "", top, root).section(keys::root);
  const bool known_keys = context.problems.count() == before;
  // Topics last: they refer to the server's settings and to connectors.
  into.server = read_server(section["server"]);
  // With an unknown key, that key is probably the missing section.
  if (known_keys) check_anything_to_serve(section, into.server.upstream.has_value());
  Connectors connectors = read_connectors(section["connectors"]);
  into.connectors = std::move(connectors.settings);
  into.access = read_access(section["access"], connectors.known);
  into.topics = read_topics(section["topics"], {into.server, into.access, connectors.known});
}

}  // namespace

Loaded parse_settings(std::string_view text, const std::string& path,
                      const Environment& environment, const Checks& checks) {
  Problems problems(path);
  Loaded loaded;
  if (text.size() > Document::text_max) {
    problems.add({}, "", "the file is larger than 1MiB");
    loaded.errors = problems.lines();
    return loaded;
  }
  Document document;
  const Node* root = document.parse(text, problems);
  if (!root && problems.empty())
    problems.add(top, "", "the file is empty; " + std::string(start_here));
  if (root) {
    Context context{problems,     environment,
                    checks,       std::filesystem::path(path).parent_path(),
                    loaded.files, loaded.hidden.texts};
    read_settings(context, root, loaded.settings);
  }
  loaded.errors = problems.lines();
  return loaded;
}

Loaded load_settings(const std::string& path, const Environment& environment,
                     const Checks& checks) {
  const FileContent content = read_file(path, Document::text_max);
  if (content.error.empty()) return parse_settings(content.text, path, environment, checks);
  Problems problems(path);
  problems.add({}, "", "cannot read the file: " + content.error);
  return {{}, problems.lines(), {}, {}};
}

}  // namespace sidestream
