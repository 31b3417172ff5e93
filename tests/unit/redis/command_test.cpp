#include "connectors/redis/command.hpp"

#include <gtest/gtest.h>

namespace sidestream::redis {

TEST(Command, WritesTheLengthOfEachArgument) {
  EXPECT_EQ(format_command({"XADD", "s", "*"}), "*3\r\n$4\r\nXADD\r\n$1\r\ns\r\n$1\r\n*\r\n");
}

TEST(Command, KeepsEmptyArgumentsAndAnyByte) {
  const std::string bytes("\0\r\n", 3);
  EXPECT_EQ(format_command({"ECHO", ""}), "*2\r\n$4\r\nECHO\r\n$0\r\n\r\n");
  EXPECT_EQ(format_command({"ECHO", std::string_view()}), "*2\r\n$4\r\nECHO\r\n$0\r\n\r\n");
  EXPECT_EQ(format_command({"ECHO", bytes}), "*2\r\n$4\r\nECHO\r\n$3\r\n" + bytes + "\r\n");
}

}  // namespace sidestream::redis
