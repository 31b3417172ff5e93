#include <signal.h>

#include <stdexcept>

#include "tests/support/harness/redis.hpp"
#include "tests/support/harness/source.hpp"
#include "tests/system/faults/broker_env.hpp"

namespace e2e::faults {
namespace {

class RedisBrokerEnv : public NoSuchFaults {
 public:
  RedisBrokerEnv() { link_.lead_to(server_.address()); }

  void new_log(int) override { stream_ = unique_name("faults"); }
  std::string connector(bool by_link) const override {
    const auto& address = by_link ? link_.address() : server_.address();
    return "{ redis: { url: \"redis://" + address.text() + "\" } }";
  }
  std::string topic_keys() const override { return "stream: \"" + stream_ + "\""; }

  std::vector<std::optional<Offset>> append(const std::vector<Record>& records,
                                            std::size_t padding) override {
    std::vector<std::vector<std::string>> commands;
    for (const auto& record : records) {
      commands.push_back({"XADD", stream_, "*", "data", to_text(record, padding)});
    }
    auto client = connected();
    std::vector<std::optional<Offset>> offsets(records.size());
    try {
      const auto replies = client.pipeline(commands);
      for (std::size_t i = 0; i < replies.size(); ++i) offsets[i] = Offset::parse(replies[i]);
    } catch (const std::runtime_error&) {
      // Killed in the middle: what it had answered until then is not told apart.
    }
    return offsets;
  }

  void kill() override { server_.stop(); }
  void start() override { server_.start(); }
  Link& link() override { return link_; }
  void freeze() override { server_.process().signal(SIGSTOP); }
  void thaw() override { server_.process().signal(SIGCONT); }
  void restore() override {
    thaw();
    link_.go_on();
    if (!server_.process().running()) start();
  }
  void trim(int, Offset first_kept) override {
    const auto id = std::to_string(first_kept.major) + "-" + std::to_string(first_kept.minor);
    RedisClient(server_.address()).command({"XTRIM", stream_, "MINID", "=", id});
  }
  void recreate(int) override { RedisClient(server_.address()).command({"DEL", stream_}); }
  void forget_data(int) override { server_.forget_data(); }

 private:
  RedisClient connected() const {
    for (const Deadline deadline(60s * patience);;) {
      try {
        return RedisClient(server_.address());
      } catch (const std::runtime_error&) {
        if (deadline.passed()) throw;
        std::this_thread::sleep_for(5ms);
      }
    }
  }

  RedisServer server_;
  Link link_;
  std::string stream_;
};

}  // namespace

std::unique_ptr<BrokerEnv> make_redis_broker_env() { return std::make_unique<RedisBrokerEnv>(); }

}  // namespace e2e::faults
