#pragma once
// The form of a subject in log lines with `log_subject: hashed`. The salt is of the process: its
// lines about one person correlate, and no list of names can be tried on the lines alone.
//
// Thread: any; immutable.

#include <array>
#include <string>
#include <string_view>

namespace sidestream {

class SubjectHash {
 public:
  SubjectHash();  // a random salt

  // Sixteen hexadecimal digits.
  std::string of(std::string_view subject) const;

 private:
  std::array<unsigned char, 32> salt_;
};

}  // namespace sidestream
