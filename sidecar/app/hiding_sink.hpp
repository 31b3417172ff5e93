#pragma once
// A sink of log lines that hides texts of the configuration where a line quotes a broker, its library
// or the system: from the first of the fields `error`, `why` and `broker` on. Names of connectors,
// topics and clients stand before these and stay as they are.
//
// Thread: any.

#include <memory>

#include "sidecar/base/hidden_texts.hpp"
#include "sidecar/base/logger.hpp"

namespace sidestream {

// `hidden` may get more texts later.
Logger::Sink hiding_sink(Logger::Sink sink, std::shared_ptr<const HiddenTexts> hidden);

}  // namespace sidestream
