#pragma once
// What all connections of the server share. It outlives them.

#include <memory>

#include "sidecar/base/hidden_texts.hpp"
#include "sidecar/base/lifecycle.hpp"
#include "sidecar/base/logger.hpp"
#include "sidecar/http/handlers/router.hpp"
#include "sidecar/http/limits/limits.hpp"
#include "sidecar/http/limits/quota.hpp"
#include "sidecar/metrics/probes.hpp"
#include "sidecar/stream/ask/question_logs.hpp"
#include "sidecar/stream/open_logs.hpp"

namespace sidestream {

class TlsCertificates;

struct ServerContext {
  const Router& router;
  OpenLogs& logs;
  ServerProbe& probe;
  const Lifecycle& lifecycle;
  Quotas& quotas;
  Limits& limits;
  QuestionLogs& questions;
  const HiddenTexts& hidden;  // in what brokers say
  Logger log;
  // Null: the port speaks plain HTTP.
  std::shared_ptr<TlsCertificates> tls;
  std::shared_ptr<TlsCertificates> admin_tls;
};

}  // namespace sidestream
