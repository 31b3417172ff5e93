#include "sidecar/http/proxy/chunk_size.hpp"

#include <algorithm>
#include <string_view>

#include "sidecar/base/blanks.hpp"

namespace sidestream {

bool pad_chunk_size(boost::asio::mutable_buffer buffer) {
  auto* begin = static_cast<char*>(buffer.data());
  std::string_view line(begin, buffer.size());
  if (line.starts_with("\r\n")) line.remove_prefix(2);
  line = line.substr(0, line.find("\r\n"));
  const auto digits = line.find_first_not_of("0123456789abcdefABCDEF");
  if (digits == 0 || digits == std::string_view::npos) return false;
  if (line.find_first_not_of(blanks, digits) != std::string_view::npos) return false;
  char* const size = begin + (line.data() - begin);
  const auto padding = line.size() - digits;
  std::rotate(size, size + digits, size + line.size());
  std::fill(size, size + padding, '0');
  return true;
}

}  // namespace sidestream
