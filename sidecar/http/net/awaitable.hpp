#pragma once
// Awaitable and no_throw, as the rest of http/ names them.

#include "sidecar/fetch/awaitable.hpp"
