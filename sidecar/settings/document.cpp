#include "sidecar/settings/document.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <optional>
#include <set>
#include <sstream>

namespace sidestream {

namespace {

Mark mark_of(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

// Thrown to end parsing from the library's callbacks; caught in this file.
struct Refused {
  Mark at;
  std::string text;
};

// Turns the library's events into nodes.
class Builder : public YAML::EventHandler {
 public:
  Builder(std::deque<Node>& nodes, Problems& problems) : nodes_(nodes), problems_(problems) {}

  const Node* root() const { return root_; }
  // Of the innermost list or map that is still open.
  std::optional<Mark> open_at() const {
    if (open_.empty()) return std::nullopt;
    return open_.back().node->mark;
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (root_)
      throw Refused{mark_of(mark),
                    "a second YAML document (or a misplaced key) starts here; the file must have "
                    "one document"};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_as_key(mark, "an empty key");
    // The library's mark of an absent value is arbitrary; use that of the key.
    const Mark at = open_.empty() || !open_.back().key ? mark_of(mark) : open_.back().key->mark;
    add(make(Node::Kind::null, at, anchor));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_as_key(mark, "an alias as a key");
    const auto target = anchors_.find(anchor);
    if (target == anchors_.end())
      throw Refused{mark_of(mark), "an alias to a key; aliases may refer to values only"};
    add(target->second);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_tag(mark, tag);
    const bool plain = tag == "?";
    if (wants_key()) {
      set_key({value, mark_of(mark), plain, nullptr});
      return;
    }
    Node* node = make(Node::Kind::scalar, mark_of(mark), anchor);
    node->plain = plain;
    node->text = value;
    add(node);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    start(Node::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { open_.pop_back(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    start(Node::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  struct Open {
    Node* node;
    std::string path;                   // of this container: `topics.orders`, or empty
    std::optional<Entry> key{};         // whose value has not been read yet
    std::map<std::string, int> seen{};  // keys so far and their lines
  };

  bool wants_key() const {
    return !open_.empty() && open_.back().node->kind == Node::Kind::map && !open_.back().key;
  }

  void refuse_as_key(const YAML::Mark& mark, const char* what) const {
    if (wants_key())
      throw Refused{mark_of(mark), std::string(what) + "; keys must be plain strings"};
  }

  static void check_tag(const YAML::Mark& mark, const std::string& tag) {
    static const std::set<std::string> known = {
        "", "?", "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"};
    if (!known.contains(tag))
      throw Refused{mark_of(mark), "YAML tags like " + in_quotes(tag) + " are not supported"};
  }

  Node* make(Node::Kind kind, Mark at, YAML::anchor_t anchor) {
    if (nodes_.size() >= Document::values_max)
      throw Refused{at, "more than " + std::to_string(Document::values_max) + " values"};
    Node& node = nodes_.emplace_back();
    node.kind = kind;
    node.mark = at;
    if (anchor != 0) anchors_[anchor] = &node;
    return &node;
  }

  void start(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
             YAML::anchor_t anchor) {
    refuse_as_key(mark, "a list or map as a key");
    check_tag(mark, tag);
    if (open_.size() >= Document::depth_max)
      throw Refused{mark_of(mark), "nested deeper than " + std::to_string(Document::depth_max)};
    Node* node = make(kind, mark_of(mark), anchor);
    std::string path = path_of_next();
    add(node);
    open_.push_back({node, std::move(path)});
  }

  // Of the value that is about to be added.
  std::string path_of_next() const {
    if (open_.empty()) return {};
    const Open& parent = open_.back();
    if (!parent.key) return parent.path + '[' + std::to_string(parent.node->items.size()) + ']';
    return join_path(parent.path, parent.key->key);
  }

  void set_key(Entry entry) {
    if (entry.plain && entry.key == "<<")
      throw Refused{entry.mark, "merge keys (<<) are not supported; an alias takes a whole value"};
    open_.back().key = std::move(entry);
  }

  void add(const Node* value) {
    if (open_.empty()) {
      root_ = value;
      return;
    }
    Open& parent = open_.back();
    if (parent.node->kind == Node::Kind::list) {
      parent.node->items.push_back(value);
      return;
    }
    Entry entry = std::move(*parent.key);
    parent.key.reset();
    entry.value = value;
    const auto [first, fresh] = parent.seen.emplace(entry.key, entry.mark.line);
    if (fresh)
      parent.node->entries.push_back(std::move(entry));
    else
      problems_.add(entry.mark, join_path(parent.path, entry.key),
                    "is a duplicate; first on line " + std::to_string(first->second));
  }

  std::deque<Node>& nodes_;
  Problems& problems_;
  const Node* root_ = nullptr;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, const Node*> anchors_;
};

std::string_view line_of(std::string_view text, int line) {
  for (; line > 1; --line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

// The library's messages may end with a single byte of the file.
std::string printable(std::string text) {
  for (char& c : text)
    if (c < 0x20 || c > 0x7E) c = '?';
  return text;
}

// The usual cause when the YAML library reports a map that is not closed.
std::string hint(std::string_view line) {
  if (line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string_view::npos)
    return "; this line is indented with a tab; YAML requires spaces";
  if (line.find("${") != std::string_view::npos) return "; put text with ${...} in quotes";
  if (line.find("]:") != std::string_view::npos) return "; put an address like [::]:8080 in quotes";
  return {};
}

// The library treats byte 4 as end of file and guesses other encodings, so check this first.
bool check_bytes(std::string_view text, Problems& problems) {
  Mark at{1, 1};
  std::size_t rest = 0;  // continuation bytes still due
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool continues = (byte & 0xC0) == 0x80;
    if (continues != (rest > 0) || byte == 0xC0 || byte == 0xC1 || byte > 0xF4) {
      problems.add(at, "", "the file is not valid UTF-8");
      return false;
    }
    if ((byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7F) {
      problems.add(at, "", "invalid control character");
      return false;
    }
    rest = continues ? rest - 1 : byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : byte >= 0xC0 ? 1 : 0;
    at = c == '\n' ? Mark{at.line + 1, 1} : Mark{at.line, at.column + (continues ? 0 : 1)};
  }
  if (rest > 0) problems.add(at, "", "the file is not valid UTF-8");
  return rest == 0;
}

}  // namespace

const Node* Document::parse(std::string_view text, Problems& problems) {
  if (!check_bytes(text, problems)) return nullptr;
  std::istringstream in{std::string(text)};
  Builder builder(nodes_, problems);
  try {
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.root();
  } catch (const Refused& refused) {
    problems.add(refused.at, "", refused.text);
  } catch (const YAML::Exception& error) {
    const std::optional<Mark> open = builder.open_at();
    Mark at = mark_of(error.mark);
    std::string what = "not valid YAML: " + printable(error.msg);
    // For an unclosed bracket the library reports where it stopped; report where it opened.
    if (open && error.msg.find("flow not found") != std::string::npos && open->line != at.line) {
      at = *open;
      what += "; this bracket, or a quote after it, is not closed";
    }
    problems.add(at, "", what + hint(line_of(text, at.line)));
  }
  return nullptr;
}

}  // namespace sidestream
