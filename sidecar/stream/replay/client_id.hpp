#pragma once
// Tells clients apart for fairness, and for nothing else.

#include <cstdint>

namespace sidestream {

enum class ClientId : std::uint64_t {};
// Of work that no single client has asked for.
inline constexpr ClientId no_client{0};

}  // namespace sidestream
