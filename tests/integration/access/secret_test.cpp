// No output shows a token, a cookie, a ticket or a password, in any form: neither the log at its most
// talkative, nor a page of the admin port, nor an answer to a client.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/access/harness/busy_run.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Secrets, AreFoundInEveryForm) {
  const std::string text = "s3cret/of+many=characters";
  Secrets secrets;
  secrets.add("it", text);
  for (const std::string& form :
       {text, text.substr(0, 23), text.substr(2), hex_of(text), percent_encoded(text),
        base64_of(text), base64_of("u:" + text), base64_of("a:" + text + ":b")})
    EXPECT_FALSE(secrets.found_in("x=" + form + "; y").empty()) << form;
  EXPECT_THAT(secrets.found_in("s3cret of many characters"), IsEmpty());
}

TEST(Secrets, OfATokenAreItsParts) {
  Secrets secrets;
  const std::string token = make_token(R"("sub":"alice")");
  secrets.add_token("alice", token);
  const auto first = token.find('.'), second = token.rfind('.');
  EXPECT_THAT(secrets.found_in(token.substr(0, first)), IsEmpty());
  EXPECT_FALSE(secrets.found_in(token.substr(first + 1, 30)).empty());
  EXPECT_FALSE(secrets.found_in(token.substr(second + 1)).empty());
}

TEST(Secrets, AreInNoOutputOfABusyRun) {
  BusyRun run;
  run.use_good_credentials();
  run.use_refused_credentials();
  run.break_requests();
  run.use_the_app();
  run.revoke();
  run.cure_the_broker();
  run.lose_the_app();
  run.reload_bad_file();
  const std::string output = run.output();
  for (const std::string& found : run.secrets().found_in(output)) ADD_FAILURE() << found;
  // What happened.
  for (const char* text :
       {"WRONGPASS", "server available again", "message of librdkafka", "key server unavailable",
        "the app can't be asked about requests", "a record of the log of revocations is not one",
        "reload failed", "\"subject\":\"bob\"", "\"reason\":\"expired\"", "\"reason\":\"revoked\"",
        "\"cause\":\"closed\"", "invalid_token", "HTTP/1.1 400", "HTTP/1.1 401", "HTTP/1.1 403",
        "HTTP/1.1 431", "HTTP/1.1 502", "HTTP/1.1 503"})
    EXPECT_THAT(output, HasSubstr(text));
}

}  // namespace
}  // namespace e2e
