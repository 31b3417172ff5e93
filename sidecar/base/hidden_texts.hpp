#pragma once
// Texts that no message may show (what a secret file, an environment variable or the user info of a
// URL holds), and what is shown in their place. Broker libraries and servers quote what they were
// given, so their messages pass through hide() too.
//
// Thread: any.

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace sidestream {

struct HiddenText {
  std::string value;
  std::string shown;  // as it is written in the configuration file: "${NAME}", "file:PATH"
};

inline constexpr std::string_view shown_secret = "***";  // of a secret that is written in the file

// Part of settings, but not a setting: two settings with the same values are equal.
struct Hidden {
  std::vector<HiddenText> texts;
  friend bool operator==(const Hidden&, const Hidden&) { return true; }
};

class HiddenTexts {
 public:
  HiddenTexts() = default;
  explicit HiddenTexts(const Hidden& hidden) { add(hidden); }

  // The texts are hidden as they are and as JSON strings have them.
  void add(const Hidden& hidden);
  // Short values are replaced only where they are whole words: "1" of "${N}" does not change "10 s".
  std::string hide(std::string_view text) const;

 private:
  mutable std::mutex mutex_;
  std::vector<HiddenText> texts_;  // the longest first
};

}  // namespace sidestream
