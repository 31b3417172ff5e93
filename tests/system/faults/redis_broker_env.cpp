#include <signal.h>

#include <stdexcept>

#include "tests/support/harness/redis.hpp"
#include "tests/support/harness/source.hpp"
#include "tests/system/faults/ask/redis_worker_link.hpp"
#include "tests/system/faults/broker_env.hpp"
#include "tests/system/faults/poster.hpp"

namespace e2e::faults {
namespace {

using Words = std::vector<std::string>;

// What the user of the sidecars may not do.
Words without(Refusal what) {
  switch (what) {
    case Refusal::ends:
      return {"-xinfo"};
    case Refusal::tails:
      return {"-xread"};
    case Refusal::ranges:
      return {"-xrange", "-xrevrange"};
    case Refusal::writes:
      return {"-xadd"};
    default:
      return {};
  }
}

class RedisBrokerEnv : public NoSuchFaults {
 public:
  RedisBrokerEnv() { link_.lead_to(server_.address()); }

  void new_log(const LogUse& use) override {
    use_ = use;
    stream_ = unique_name("faults");
    grant();
  }
  std::string connector() const override {
    const auto& address = use_.by_link ? link_.address() : server_.address();
    return "{ redis: { url: \"redis://" + address.text() +
           "\", username: reader, password: secret } }";
  }
  std::string topic_keys() const override { return "stream: \"" + stream_ + "\""; }
  std::string revocation_keys() const override { return "stream: \"" + stream_ + ":revoked\""; }
  std::string template_keys() const override { return "stream: 'room:{s}', publish: anyone"; }
  std::string question_keys() const override { return "stream: \"" + questions_log() + "\""; }
  std::string reply_keys() const override {
    return "stream: \"" + stream_ + ":reply:{session}:{request}\"";
  }
  std::unique_ptr<WorkerLink> worker_link(const std::string& worker) override {
    return make_redis_worker_link(server_.address(), questions_log(), worker);
  }
  std::vector<QuestionRecord> questions() override {
    return read_redis_questions(server_.address(), questions_log());
  }
  void attach(const Address& sidecar) override { poster_.attach(sidecar); }

  std::vector<std::optional<Offset>> append(const std::vector<Record>& records,
                                            std::size_t padding) override {
    if (use_.by_post) return poster_.append(records, padding);
    std::vector<std::vector<std::string>> commands;
    for (const auto& record : records) {
      commands.push_back(
          {"XADD", stream_, "*", "data", to_text(record, padding), "key", name_of_person(record)});
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
  void start() override {
    server_.start();
    refuse(refused_);
  }
  void start_slowly() override {
    server_.start({"--key-load-delay", load_delay});
    refuse(refused_);
  }
  // A server that was killed knows neither the user nor the limit.
  void refuse(Refusal what) override {
    refused_ = what;
    RedisClient admin(server_.address());
    Words rights{"ACL", "SETUSER", "reader", "reset", "on", ">secret", "~*", "&*", "+@all"};
    const auto changes = without(what);
    rights.insert(rights.end(), changes.begin(), changes.end());
    admin.command(rights);
    admin.command({"CONFIG", "SET", "maxmemory", what == Refusal::memory ? "1" : "0"});
  }
  void grant() override { refuse(Refusal::none); }
  Link& link() override { return link_; }
  void freeze() override { server_.process().signal(SIGSTOP); }
  void thaw() override { server_.process().signal(SIGCONT); }
  void restore() override {
    thaw();
    link_.go_on();
    if (!server_.process().running()) start();
    grant();
  }
  void trim(int, Offset first_kept) override {
    const auto id = std::to_string(first_kept.major) + "-" + std::to_string(first_kept.minor);
    RedisClient(server_.address()).command({"XTRIM", stream_, "MINID", "=", id});
  }
  void recreate(int) override { RedisClient(server_.address()).command({"DEL", stream_}); }
  void forget_data(int) override { server_.forget_data(); }

 private:
  std::string questions_log() const { return stream_ + ":questions"; }
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

  static constexpr auto* load_delay = "100";  // microseconds for each write that it had taken

  RedisServer server_;
  Link link_;
  LogUse use_;
  std::string stream_;
  Refusal refused_ = Refusal::none;
  Poster poster_;
};

}  // namespace

std::unique_ptr<BrokerEnv> make_redis_broker_env() { return std::make_unique<RedisBrokerEnv>(); }

}  // namespace e2e::faults
