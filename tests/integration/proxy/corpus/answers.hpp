#pragma once
// Answers of an app that is broken, or in the hands of somebody else, and what a client may be
// given of each.

#include <string>
#include <vector>

namespace e2e {

struct OddAnswer {
  std::string name;
  std::string bytes;
  // Bodies that may be delivered as whole ones; with none of them it must be 502 or cut.
  std::vector<std::string> allowed = {};
  std::string method = "GET";
  bool closes = false;  // the app, behind these bytes
};

std::vector<OddAnswer> odd_heads();
std::vector<OddAnswer> odd_bodies();
// Whole answers with another one behind.
std::vector<OddAnswer> surplus_answers();

// What must never be delivered as an answer.
extern const std::string poison;

}  // namespace e2e
