#include "tests/system/faults/clients.hpp"

#include <unistd.h>

#include "tests/system/faults/client.hpp"

namespace e2e::faults {
namespace {

// The number after the last record that a client may read, where the next one is `next`.
std::int64_t due_before(std::int64_t next, int person) {
  while (next > 0 && person >= 0 && person_of(next - 1) != person) --next;
  return next;
}

}  // namespace

bool Clients::Share::holds(int client) const {
  std::uint32_t x = (static_cast<std::uint32_t>(client) + 1) * 2654435761u ^ (salt * 40503u);
  x ^= x >> 15;
  x *= 2246822519u;
  x ^= x >> 13;
  return static_cast<int>(x % 100) < percent;
}

Clients::Clients(Options options, const Journal& journal, const ProcessRuns& process_runs)
    : options_(std::move(options)) {
  const Client::Context context{loop_, options_.target, options_.sidecars, process_runs};
  for (int i = 0; i < options_.clients; ++i) {
    clients_.push_back(std::make_unique<Client>(i, options_.seed, journal, context));
  }
  for (int i = 0; i < options_.with_tokens; ++i) {
    Client::Context with_token = context;
    with_token.rights = rights_.emplace_back(options_.rights(i)).get();
    clients_.push_back(
        std::make_unique<Client>(options_.clients + i, options_.seed, journal, with_token));
  }
  loop_.start(
      [this] {
        tend();
        return true;
      },
      [this](const std::string& why) {
        set_laggards("the clients' thread failed: " + why);
        broken_ = true;
      });
}

Clients::~Clients() {
  stop();
  for (const int fd : abandoned_) ::close(fd);
}

void Clients::stop() { loop_.stop(); }

void Clients::tend() {
  for (auto& client : clients_) {
    client->on_time();
    if (!client->memory().history().broken.empty()) broken_ = true;
  }
}

void Clients::set_laggards(std::string text) {
  const std::lock_guard lock(mutex_);
  laggards_ = std::move(text);
}

void Clients::each(Share share, const std::function<void(Client&)>& action) {
  loop_.tell([this, share, action] {
    for (auto& client : clients_) {
      if (share.holds(client->index())) action(*client);
    }
  });
}

void Clients::cut(Share share) {
  each(share, [](Client& client) { client.cut(); });
}

void Clients::abandon(Share share) {
  each(share, [this](Client& client) {
    const int fd = client.abandon();
    if (fd >= 0) abandoned_.push_back(fd);
  });
}

void Clients::stall(Share share) {
  each(share, [](Client& client) { client.set_pace(Client::Pace::stalled); });
}

void Clients::slow_down(Share share) {
  each(share, [](Client& client) { client.set_pace(Client::Pace::slow); });
}

void Clients::read_all() {
  each({}, [](Client& client) { client.set_pace(Client::Pace::usual); });
}

bool Clients::all(const Wanted& wanted, Clock::duration within) {
  const auto asked = [&] {
    auto answer = std::make_shared<std::atomic<int>>(0);  // 1: yes, 2: no
    loop_.tell([this, answer, wanted] {
      std::string others;
      for (const auto& client : clients_) {
        if (wanted(*client)) continue;
        others += "  client " + std::to_string(client->index()) + " of sidecar " +
                  std::to_string(client->sidecar()) + ": " + client->memory().text() + "\n";
      }
      set_laggards(others);
      *answer = others.empty() ? 1 : 2;
    });
    eventually([&] { return *answer != 0; }, 30s, 1ms);
    return *answer == 1;
  };
  return eventually([&] { return broken_ || asked(); }, within, 10ms) && !broken_;
}

bool Clients::all_open(Clock::duration within) {
  return all([](const Client& client) { return client.memory().opened(); }, within);
}

bool Clients::all_in(int generation, Clock::duration within) {
  return all(
      [generation](const Client& client) { return client.memory().generation() == generation; },
      within);
}

bool Clients::all_without_tokens_in(int generation, Clock::duration within) {
  return all(
      [generation](const Client& client) {
        return client.has_token() || client.memory().generation() == generation;
      },
      within);
}

bool Clients::all_stand(int generation, int lanes, Offset offset, Clock::duration within) {
  return all(
      [=](const Client& client) {
        bool all = client.memory().generation() == generation;
        for (int lane = 0; lane < lanes; ++lane) {
          all = all && client.memory().position(lane) >= offset;
        }
        return all;
      },
      within);
}

bool Clients::all_have(int generation, const std::vector<std::int64_t>& next,
                       Clock::duration within) {
  return all(
      [generation, next](const Client& client) {
        bool all = client.memory().generation() == generation;
        for (std::size_t lane = 0; lane < next.size(); ++lane) {
          const auto due = due_before(next[lane], client.memory().history().person);
          all = all && client.memory().next(static_cast<int>(lane)) >= due;
        }
        return all;
      },
      within);
}

bool Clients::none_reads(int person, int session, Clock::duration within) {
  return all([=](const Client& client) { return !client.reads(person, session); }, within);
}

std::string Clients::laggards() const {
  const std::lock_guard lock(mutex_);
  return laggards_;
}

std::int64_t Clients::connects() const {
  std::int64_t sum = 0;
  for (const auto& client : clients_) sum += client->connects();
  return sum;
}

std::vector<History> Clients::histories() const {
  std::vector<History> all;
  for (const auto& client : clients_) all.push_back(client->memory().history());
  return all;
}

}  // namespace e2e::faults
