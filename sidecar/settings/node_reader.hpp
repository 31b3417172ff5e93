#pragma once
// Typed access to the nodes of a document. A wrong value is reported with its location, and the
// variable keeps its default, so that one run reports all problems.
//
// Thread: one. Borrows: the context, the document and the key lists, for as long as the readers
// live.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sidecar/base/hidden_texts.hpp"
#include "sidecar/settings/document.hpp"
#include "sidecar/settings/load.hpp"
#include "sidecar/settings/problems.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

struct Context {
  Problems& problems;
  const Environment& environment;
  const Checks& checks;
  std::filesystem::path folder;     // of the configuration file
  std::vector<std::string>& files;  // that were read, or looked for
  std::vector<HiddenText>& hidden;  // what was expanded so far

  // suggestion() of near_match.hpp, but empty once there are very many problems.
  std::string suggest(std::string_view word, const std::vector<std::string_view>& candidates,
                      std::string_view otherwise) const;
  // For texts that quote values: those that were expanded are shown as they are written.
  std::string hide(std::string_view text) const { return HiddenTexts({hidden}).hide(text); }
};

using Keys = std::span<const std::string_view>;

// A text after expansion of ${NAME} and file:.
struct Text {
  std::string value;
  std::string shown;      // as written, in quotes, without user info: the only form for messages
  bool expanded = false;  // from a variable or a file, so `value` must not be shown
  bool bare = false;      // may be a number or a boolean: without quotes, or expanded
  std::vector<HiddenText> parts{};  // of `value` that were expanded

  // The parts of `value` in which `host` stands: it is hidden like them.
  void hide_address(const std::string& host, std::uint16_t port,
                    std::vector<HiddenText>& into) const;
  // Safe to use for suggestions.
  std::string_view showable() const {
    return expanded ? std::string_view() : std::string_view(value);
  }
};

class Section;

// The value of one key. If it is absent the readers do nothing, and problem() reports at the
// section.
class Value {
 public:
  // `key` is the location of its key, or of the section if there is none.
  Value(Context& context, std::string path, Mark key, const Node* node)
      : context_(&context), path_(std::move(path)), key_(key), node_(node) {}

  bool present() const { return node_ != nullptr; }
  bool is_section() const { return node_ && node_->kind == Node::Kind::map; }
  bool is_word() const { return node_ && node_->kind == Node::Kind::scalar; }
  bool is_list() const { return node_ && node_->kind == Node::Kind::list; }
  bool is_empty_section() const;  // present, and null or a map without entries
  const std::string& path() const { return path_; }
  Mark mark() const { return node_ ? node_->mark : key_; }
  void problem(std::string_view text) const { context_->problems.add(mark(), path_, text); }
  Context& context() const { return *context_; }

  // Also absent after an error, which has been reported.
  std::optional<Text> text() const;  // not empty
  std::optional<Text> text_or_empty() const;

  template <class Number>
  void read_number(Number& into, std::uint64_t least,
                   std::uint64_t most = std::numeric_limits<Number>::max()) const {
    if (const auto number = number_within(least, most)) into = static_cast<Number>(*number);
  }
  void read_boolean(bool& into) const;
  // True: it is `word`, and not read.
  bool read_boolean_or(bool& into, std::string_view word) const;
  void read_text_or_empty(std::string& into) const;
  // The path of a file, which may be empty. A relative one is from the configuration's folder.
  void read_path_or_empty(std::string& into) const;
  // `zero_too` allows 0 below `least`.
  void read_duration(Milliseconds& into, Milliseconds least, Milliseconds most,
                     bool zero_too = false) const;
  // `word` means none.
  void read_duration_or(std::optional<Milliseconds>& into, std::string_view word,
                        Milliseconds least, Milliseconds most) const;
  void read_size(std::uint64_t& into, std::uint64_t least, std::uint64_t most,
                 bool zero_too = false) const;
  void read_retry(RetrySettings& into, Milliseconds least, Milliseconds most) const;

  template <class Enum>
  using Choices = std::initializer_list<std::pair<std::string_view, Enum>>;
  template <class Enum>
  void read_choice(Enum& into, std::type_identity_t<Choices<Enum>> choices) const {
    std::vector<std::string_view> names;
    for (const auto& choice : choices) names.push_back(choice.first);
    if (const auto index = choice_among(names)) into = (choices.begin() + *index)->second;
  }

  // An absent or null value is an empty section.
  Section section(Keys keys) const;
  // The entries of a map of any names, in the file's order; of a list.
  struct Named;
  std::vector<Named> named() const;
  std::vector<Value> items() const;
  // The items of a list, or the value itself. Absent: none.
  std::vector<Value> one_or_more() const;

 private:
  std::optional<Text> scalar(std::string_view wanted) const;
  std::optional<std::uint64_t> number_within(std::uint64_t least, std::uint64_t most) const;
  std::optional<std::size_t> choice_among(const std::vector<std::string_view>& names) const;
  bool check_map() const;
  bool check_duration(const Text& text, Milliseconds value, Milliseconds least,
                      Milliseconds most) const;
  void not_a_duration(const Text& text, std::string_view or_else = {}) const;

  Context* context_;
  std::string path_;
  Mark key_;
  const Node* node_;
};

struct Value::Named {
  std::string name;
  bool plain;  // the name has no quotes
  Mark mark;   // of the name
  Value value;
};

// A map with a known set of keys. The constructor reports unknown keys.
class Section {
 public:
  // `mark` is the location for missing keys: the key that names the section.
  Section(Context& context, std::string path, Mark mark, const Node* node, Keys keys);

  // Requires: `key` is one of the section's keys.
  Value operator[](std::string_view key) const;
  bool has(std::string_view key) const { return (*this)[key].present(); }
  void problem(std::string_view text) const { context_->problems.add(mark_, path_, text); }

 private:
  Context* context_;
  std::string path_;
  Mark mark_;
  const Node* node_;
  Keys keys_;
};

// Whether the word is a boolean in YAML 1.1 and a text in YAML 1.2.
bool is_old_boolean(std::string_view word);

}  // namespace sidestream
