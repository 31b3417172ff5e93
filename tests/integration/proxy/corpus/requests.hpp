#pragma once
// Requests that two servers could read differently, and what the app may be given of each.

#include <string>
#include <vector>

namespace e2e {

struct OddRequest {
  std::string name;
  std::string bytes;
  // What the app may see of it, as "METHOD target" LF body; with nothing here it must be refused.
  std::vector<std::string> allowed = {};
};

std::vector<OddRequest> odd_lines();    // request lines and header lines
std::vector<OddRequest> odd_lengths();  // Content-Length
std::vector<OddRequest> odd_codings();  // Transfer-Encoding, alone and with a length
std::vector<OddRequest> odd_chunks();   // within a chunked body
std::vector<OddRequest> odd_hosts();

// What must never reach the app as a request of its own.
extern const std::string smuggled;

}  // namespace e2e
