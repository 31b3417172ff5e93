#include "sidecar/base/json_values.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>

namespace sidestream {
namespace {

namespace json = boost::json;

constexpr std::size_t depth_max = 64;

// Follows the parser through the text. A path matches the current place if all its steps do.
class ValueFinder {
 public:
  static constexpr std::size_t max_object_size = SIZE_MAX;
  static constexpr std::size_t max_array_size = SIZE_MAX;
  static constexpr std::size_t max_key_size = SIZE_MAX;
  static constexpr std::size_t max_string_size = SIZE_MAX;

  ValueFinder(std::span<const JsonPath> paths, std::vector<JsonValue>& out)
      : paths_(paths), out_(out), matched_(paths.size(), 0) {
    out_.assign(paths.size(), {});
  }

  // The names and signatures that basic_parser calls.
  bool on_document_begin(boost::system::error_code&) { return true; }
  bool on_document_end(boost::system::error_code&) { return true; }
  bool on_object_begin(boost::system::error_code&) { return enter(false); }
  bool on_object_end(std::size_t, boost::system::error_code&) { return leave(); }
  bool on_array_begin(boost::system::error_code&) { return enter(true); }
  bool on_array_end(std::size_t, boost::system::error_code&) { return leave(); }
  bool on_key_part(json::string_view part, std::size_t, boost::system::error_code&) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, boost::system::error_code&) {
    text_.append(part.data(), part.size());
    match_step(text_);
    text_.clear();
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, boost::system::error_code&) {
    if (wanted()) text_.append(part.data(), part.size());
    return true;
  }
  bool on_string(json::string_view part, std::size_t, boost::system::error_code&) {
    if (wanted()) text_.append(part.data(), part.size());
    return scalar(JsonValue::Kind::string);
  }
  bool on_number_part(json::string_view part, boost::system::error_code&) {
    if (wanted()) text_.append(part.data(), part.size());
    return true;
  }
  bool on_int64(std::int64_t, json::string_view part, boost::system::error_code&) {
    return number(part);
  }
  bool on_uint64(std::uint64_t, json::string_view part, boost::system::error_code&) {
    return number(part);
  }
  bool on_double(double, json::string_view part, boost::system::error_code&) {
    return number(part);
  }
  bool on_bool(bool value, boost::system::error_code&) {
    text_ = value ? "true" : "false";
    return scalar(JsonValue::Kind::boolean);
  }
  bool on_null(boost::system::error_code&) { return scalar(JsonValue::Kind::null); }
  bool on_comment_part(json::string_view, boost::system::error_code&) { return true; }
  bool on_comment(json::string_view, boost::system::error_code&) { return true; }

 private:
  struct Level {
    bool list;
    std::size_t index = 0;  // of the next item of a list
  };

  bool number(json::string_view part) {
    if (wanted()) text_.append(part.data(), part.size());
    return scalar(JsonValue::Kind::number);
  }

  std::size_t depth() const { return levels_.size(); }
  // Whether some path ends at the value that comes next, or at the list around it.
  bool wanted() {
    begin_item();
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      if (ends_here(i) || in_list_of(i)) return true;
    }
    return false;
  }
  bool ends_here(std::size_t i) const {
    return matched_[i] == depth() && paths_[i].size() == depth();
  }
  bool in_list_of(std::size_t i) const {
    return depth() > 0 && levels_.back().list && paths_[i].size() == depth() - 1 &&
           matched_[i] == depth() - 1;
  }

  // A path's steps so far are those of the current place; `step` is the next one.
  void match_step(std::string_view step) {
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      if (matched_[i] >= depth()) matched_[i] = depth() - 1;  // a step beside it has ended
      if (matched_[i] == depth() - 1 && paths_[i].size() >= depth() &&
          paths_[i][depth() - 1] == step) {
        matched_[i] = depth();
        out_[i] = {};  // what was below an earlier key of this name counts no more
      }
    }
  }
  void begin_item() {
    if (item_begun_ || levels_.empty() || !levels_.back().list) return;
    item_begun_ = true;
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, levels_.back().index++).ptr;
    match_step({digits, static_cast<std::size_t>(end - digits)});
  }

  bool scalar(JsonValue::Kind kind) {
    begin_item();
    const bool has_text = kind != JsonValue::Kind::null;
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      if (ends_here(i))
        out_[i] = {kind, text_, {}};
      else if (has_text && in_list_of(i))
        out_[i].items.push_back(text_);
    }
    text_.clear();
    item_begun_ = false;
    return true;
  }
  bool enter(bool list) {
    begin_item();
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      if (ends_here(i)) out_[i] = {list ? JsonValue::Kind::list : JsonValue::Kind::object, {}, {}};
    }
    levels_.push_back({list});
    item_begun_ = false;
    return true;
  }
  bool leave() {
    levels_.pop_back();
    for (std::size_t& matched : matched_) matched = std::min(matched, depth());
    item_begun_ = false;
    return true;
  }

  std::span<const JsonPath> paths_;
  std::vector<JsonValue>& out_;
  std::vector<std::size_t> matched_;  // of each path, how many steps are those of the place
  std::vector<Level> levels_;
  std::string text_;         // of the key or value so far
  bool item_begun_ = false;  // the index of the current item of a list is matched
};

std::optional<std::string> unescape_step(std::string_view step) {
  std::string out;
  for (std::size_t i = 0; i < step.size(); ++i) {
    if (step[i] != '~') {
      out += step[i];
      continue;
    }
    if (++i == step.size() || (step[i] != '0' && step[i] != '1')) return std::nullopt;
    out += step[i] == '0' ? '~' : '/';
  }
  return out;
}

}  // namespace

std::optional<JsonPath> parse_json_pointer(std::string_view text) {
  JsonPath path;
  while (!text.empty()) {
    if (text.front() != '/') return std::nullopt;
    text.remove_prefix(1);
    const std::size_t end = std::min(text.find('/'), text.size());
    auto step = unescape_step(text.substr(0, end));
    if (!step) return std::nullopt;
    path.push_back(std::move(*step));
    text.remove_prefix(end);
  }
  return path;
}

bool find_json_values(std::string_view text, std::span<const JsonPath> paths,
                      std::vector<JsonValue>& out) {
  json::parse_options options;
  options.max_depth = depth_max;
  json::basic_parser<ValueFinder> parser(options, paths, out);
  boost::system::error_code error;
  const std::size_t parsed = parser.write_some(false, text.data(), text.size(), error);
  if (!error && parsed < text.size()) error = json::error::extra_data;
  if (!error) return true;
  out.assign(paths.size(), {});
  return false;
}

}  // namespace sidestream
