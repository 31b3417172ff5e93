#pragma once
// Header fields, or the parameters of a query, in order.

#include <string>
#include <utility>
#include <vector>

namespace sidestream {

using Fields = std::vector<std::pair<std::string, std::string>>;

}  // namespace sidestream
