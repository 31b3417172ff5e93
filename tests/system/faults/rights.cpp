#include "tests/system/faults/rights.hpp"

#include <algorithm>
#include <ctime>

namespace e2e::faults {
namespace {

constexpr auto revoked_within = 1000ms;
constexpr auto slack = 1000ms * patience;  // of a busy machine
constexpr auto early = 300ms;
// Of this thread: what it reads later may have been sent in time.
constexpr auto prompt = 250ms;

std::string ms_text(Clock::duration time) {
  return std::to_string(std::chrono::duration_cast<Milliseconds>(time).count()) + " ms";
}

std::string rfc3339(std::time_t time) {
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&time));
  return text;
}

bool says(std::string_view data, const std::string& reason) {
  return data.find("\"reason\":\"" + reason + "\"") != std::string_view::npos;
}

}  // namespace

Rights::Rights(int person, std::uint64_t seed, Context context)
    : person_(person), context_(context), random_(seed) {}

// Times are of the sidecar's clock, as if its issuer had the same one.
void Rights::sign(int session, std::int64_t ahead) {
  const auto wall = std::chrono::duration_cast<Milliseconds>(
                        std::chrono::system_clock::now().time_since_epoch()) +
                    std::chrono::seconds(ahead);
  const std::int64_t iat = wall.count() / 1000;
  token_.session = session;
  token_.ahead = ahead;
  token_.exp = iat + 2 + static_cast<std::int64_t>(random_() % 3);
  token_.ends =
      Clock::now() + std::chrono::seconds(token_.exp) - wall + std::chrono::seconds(People::leeway);
  token_.text = context_.people.keys().sign(
      R"({"iss":"faults","aud":"sidestream","sub":")" + name_of_person(person_) + R"(","sid":")" +
      session_name(person_, session) + R"(","iat":)" + std::to_string(iat) + R"(,"exp":)" +
      std::to_string(token_.exp) + "}");
}

// Who is revoked comes with the old token until she signs in again.
Headers Rights::connect(std::size_t sidecar) {
  sidecar_ = sidecar;
  open_ = ended_ = false;
  reads_ = true;
  looked_ = Clock::now();
  leave_at_ = Clock::time_point::max();
  const std::int64_t ahead = ahead_of(sidecar);
  const auto session = context_.people.sign_in(person_);
  const bool fits = token_.session >= 0 && token_.ahead == ahead;
  const bool lasts = Clock::now() < token_.ends - People::leeway - early;
  if (session && (!fits || !lasts || *session != token_.session))
    sign(*session, ahead);
  else if (!session && !fits)
    sign(std::max(token_.session, 0), ahead);
  return {{"Authorization", "Bearer " + token_.text}};
}

void Rights::look(bool reads) {
  looked_ = Clock::now();
  reads_ = reads_ && reads;
}

std::string Rights::take(std::string_view event, std::string_view data) {
  if (event.empty()) return check_right("a record");
  if (event == "stream-shutdown") return shut_down(data);
  if (event == "stream-open") {
    open_ = true;
    return check_right("a stream");
  }
  if (event != "stream-auth-expiring") return {};
  // Half of them wait to be told that it has ended.
  if (random_() % 2 == 0) leave_at_ = Clock::now() + Milliseconds(random_() % 3000);
  if (data.find(rfc3339(token_.exp)) == std::string_view::npos)
    return "expires_at is not that of the token: " + std::string(data);
  return {};
}

std::string Rights::check_right(std::string_view what) const {
  const auto now = Clock::now();
  if (!reads_ || now > looked_ + prompt) return {};
  const Clock::time_point thawed{Clock::duration(context_.thawed[sidecar_].load())};
  if (!clock_jumped() && now > std::max(token_.ends, thawed) + slack)
    return std::string(what) + " came " + ms_text(now - token_.ends) + " after the token's end";
  const auto gone =
      context_.people.gone_since(person_, token_.session, context_.journal.generation());
  if (gone && now > std::max(*gone, thawed) + revoked_within + slack)
    return std::string(what) + " came " + ms_text(now - *gone) + " after the revocation";
  return {};
}

std::string Rights::shut_down(std::string_view data) {
  const auto now = Clock::now();
  ended_ = says(data, "expired") || says(data, "revoked") || says(data, "auth_unavailable");
  if (says(data, "expired") && !clock_jumped() && now < token_.ends - early)
    return "expired " + ms_text(token_.ends - now) + " before the end";
  if (says(data, "revoked") && !context_.people.may_be_gone(person_, token_.session))
    return "revoked, but nobody has";
  return {};
}

std::string Rights::refused(const Head& head, std::string_view rest) {
  const bool may_be = Clock::now() > token_.ends - early || clock_jumped() ||
                      context_.people.may_be_gone(person_, token_.session);
  if (head.status == 401 && may_be) return {};
  return "a token of session " + std::to_string(token_.session) + " that lasts for " +
         ms_text(token_.ends - Clock::now()) + " is refused: " + head.raw + std::string(rest);
}

}  // namespace e2e::faults
