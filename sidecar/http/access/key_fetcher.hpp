#pragma once
// Fetches the keys of one issuer in the background, from its start and as KeyRefresh says. Keeps
// the last usable ones while the server fails, which one log line and its state tell.
//
// Thread: any, but what is marked; fetches run on the loop of `io`. Borrows `io`.

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sidecar/auth/token/key_refresh.hpp"
#include "sidecar/auth/token/key_set.hpp"
#include "sidecar/base/logger.hpp"
#include "sidecar/fetch/client.hpp"
#include "sidecar/http/access/key_state.hpp"

namespace sidestream {

struct KeyFetchLimits {
  std::chrono::milliseconds within{5000};
  std::uint64_t answer_bytes_max = 256 * 1024;
};

// What an unknown key comes to.
struct KeyLookUp {
  // The keys were fetched after the question: a key that is still unknown does not exist.
  bool conclusive = false;
  KeyRefresh::Time next;  // when the next look-up is allowed
};

class KeyFetcher : public std::enable_shared_from_this<KeyFetcher> {
 public:
  // Requires: `issuer` has a keys_url, with https unless it is on loopback.
  KeyFetcher(boost::asio::io_context& io, IssuerSettings issuer, KeyFetchLimits limits, Logger log);

  void start();
  // Who waits is answered. Requires: started.
  void stop();

  const IssuerSettings& issuer() const { return issuer_; }
  // Null: none yet.
  std::shared_ptr<const KeySet> keys() const;
  KeyState state() const;

  // Fetches the keys because one is unknown, at most every 10 s; keys() has them when it
  // completes. Thread: an event loop.
  Awaitable<KeyLookUp> look_up();

 private:
  using Clock = KeyRefresh::Clock;
  using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>,
                                                  boost::asio::io_context::executor_type>;
  using Done = std::function<void(KeyLookUp)>;
  struct Waiting {
    Done done;
    bool late;  // the fetch had begun before
  };

  // Thread of the rest: the loop of `io`.
  Awaitable<void> run();
  Awaitable<void> fetch();
  KeyResult<KeySet> read(const Fetched<FetchResponse>& response) const;
  void ask(Done done);
  void answer(bool fetched);
  void succeeded(KeySet keys);
  void failed(const std::string& reason);
  std::int64_t next_ms() const;  // Unix time

  boost::asio::io_context& io_;
  const IssuerSettings issuer_;
  const KeyFetchLimits limits_;
  const Logger log_;
  FetchClient client_;
  KeyRefresh refresh_;
  Timer timer_;
  bool stopped_ = false;
  std::vector<Waiting> waiting_;

  mutable std::mutex mutex_;  // guards the rest
  std::shared_ptr<const KeySet> keys_;
  KeyState state_;
};

}  // namespace sidestream
