#include "connectors/redis/command.hpp"

#include <hiredis/hiredis.h>

#include <memory>
#include <new>
#include <vector>

namespace sidestream::redis {
namespace {

struct FreeCommand {
  void operator()(char* command) const { redisFreeCommand(command); }
};

}  // namespace

std::string format_command(std::span<const std::string_view> arguments) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const auto argument : arguments) {
    texts.push_back(argument.data() ? argument.data() : "");
    sizes.push_back(argument.size());
  }
  char* formatted = nullptr;
  const auto size = redisFormatCommandArgv(&formatted, static_cast<int>(texts.size()), texts.data(),
                                           sizes.data());
  const std::unique_ptr<char, FreeCommand> command(formatted);
  if (size < 0) throw std::bad_alloc();
  return std::string(command.get(), static_cast<std::size_t>(size));
}

}  // namespace sidestream::redis
