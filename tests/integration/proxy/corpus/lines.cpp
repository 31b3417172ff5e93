#include "tests/integration/proxy/corpus/requests.hpp"

namespace e2e {

using std::string_literals::operator""s;

const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

namespace {

std::string with_line(const std::string& line) {
  return "GET /a HTTP/1.1\r\nHost: a\r\n" + line + "\r\n\r\n";
}

// The same with a body of five bytes, which hold no request.
std::string with_body(const std::string& line) {
  return "POST /a HTTP/1.1\r\nHost: a\r\n" + line + "\r\nContent-Length: 5\r\n\r\nhello";
}

std::vector<OddRequest> request_lines() {
  const std::string rest = "\r\nHost: a\r\n\r\n";
  return {
      {"no version", "GET /a" + rest},
      {"space after the version", "GET /a HTTP/1.1 " + rest, {"GET /a\n"}},
      {"two spaces", "GET  /a HTTP/1.1" + rest, {"GET /a\n"}},
      {"tab", "GET\t/a HTTP/1.1" + rest, {"GET /a\n"}},
      {"space first", " GET /a HTTP/1.1" + rest, {"GET /a\n"}},
      {"space in the target", "GET /a b HTTP/1.1" + rest},
      {"a request in the target", "GET /a HTTP/1.1\tHTTP/1.1" + rest},
      {"another version", "GET /a HTTP/2.0" + rest},
      {"version 0.9", "GET /a HTTP/0.9" + rest},
      {"version 1.2", "GET /a HTTP/1.2" + rest, {"GET /a\n"}},
      {"version 1.10", "GET /a HTTP/1.10" + rest},
      {"small letters", "GET /a http/1.1" + rest},
      {"no token", "G(T /a HTTP/1.1" + rest},
      {"no method", "/a HTTP/1.1" + rest},
      {"no path", "GET a HTTP/1.1" + rest},
      {"NUL in the target", "GET /a\0b HTTP/1.1"s + rest},
      {"control in the target", "GET /a\x01 HTTP/1.1" + rest},
      {"DEL in the target", "GET /a\x7f HTTP/1.1" + rest},
      {"vertical tab", "GET /a\x0bHTTP/1.1" + rest},
      {"CR in the target", "GET /a\rb HTTP/1.1" + rest},
      {"CR and a request", "GET /a HTTP/1.1\r" + smuggled},
      {"blank line first", "\r\nGET /a HTTP/1.1" + rest, {"GET /a\n"}},
      {"LF first", "\nGET /a HTTP/1.1" + rest, {"GET /a\n"}},
      {"LF only", "GET /a HTTP/1.1\nHost: a\n\n", {"GET /a\n"}},
      {"HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
  };
}

std::vector<OddRequest> header_lines() {
  return {
      {"space before the colon", with_line("X-A : b")},
      {"tab before the colon", with_line("X-A\t: b")},
      {"space in a name", with_line("X A: b")},
      {"no colon", with_line("nonsense")},
      {"no name", with_line(": b")},
      {"parenthesis in a name", with_line("X(A): b")},
      {"obs-text in a name", with_line("X\x80: b")},
      {"NUL in a name", with_line("X\0A: b"s)},
      {"NUL in a value", with_line("X-A: b\0c"s), {"GET /a\n"}},
      {"control in a value", with_line("X-A: b\x01"), {"GET /a\n"}},
      {"CR in a value", with_line("X-A: b\rX-B: c"), {"GET /a\n"}},
      {"CR at a value's end", with_line("X-A: b\r"), {"GET /a\n"}},
      {"CR before the colon", with_line("X-A\r: b")},
      {"LF in a value", with_line("X-A: b\nX-B: c"), {"GET /a\n"}},
      {"folded", with_line("X-A: b\r\n c"), {"GET /a\n"}},
      {"folded with a tab", with_line("X-A: b\r\n\tc"), {"GET /a\n"}},
      {"folded to nothing", with_line("X-A:\r\n \r\n b"), {"GET /a\n"}},
      {"folded length",
       "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n 5\r\n\r\nhello",
       {"POST /a\nhello"}},
      {"folded first line", "GET /a HTTP/1.1\r\n Host: b\r\nHost: a\r\n\r\n", {"GET /a\n"}},
      {"coding behind a CR", with_body("X-A: b\rTransfer-Encoding: chunked"), {"POST /a\nhello"}},
      {"coding behind a NUL", with_body("X-A: b\0Transfer-Encoding: chunked"s), {"POST /a\nhello"}},
      {"coding in a fold", with_body("X-A: b\r\n Transfer-Encoding: chunked"), {"POST /a\nhello"}},
      {"length behind an LF",
       "POST /a HTTP/1.1\r\nHost: a\r\nX-A: b\nContent-Length: 5\r\n\r\nhello",
       {"POST /a\nhello"}},
      {"head ends with LF LF",
       "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\n\nhello",
       {"POST /a\nhello"}},
      {"head ends with CR CR", "GET /a HTTP/1.1\r\nHost: a\r\r" + smuggled},
      {"head ends with LF CR", "GET /a HTTP/1.1\r\nHost: a\n\r" + smuggled},
      {"a body that looks like a request",
       "GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(smuggled.size()) +
           "\r\n\r\n" + smuggled,
       {"GET /a\n" + smuggled}},
      {"an upgrade with a body",
       "POST /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: "
       "websocket\r\nContent-Length: " +
           std::to_string(smuggled.size()) + "\r\n\r\n" + smuggled,
       {"POST /a\n" + smuggled}},
      {"an upgrade to h2c with a body",
       "POST /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
       "HTTP2-Settings: AAMAAABk\r\nContent-Length: " +
           std::to_string(smuggled.size()) + "\r\n\r\n" + smuggled,
       {"POST /a\n" + smuggled}},
      {"CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n" + smuggled},
  };
}

}  // namespace

std::vector<OddRequest> odd_lines() {
  auto all = request_lines();
  for (auto& request : header_lines()) all.push_back(std::move(request));
  return all;
}

std::vector<OddRequest> odd_hosts() {
  const std::vector<std::string> bad{"a b", "a\tb", "a, b",   "a/b", "u@a",
                                     "a?b", "a#b",  "a:port", "<a>", "a\\b"};
  std::vector<OddRequest> all{
      {"missing", "GET /a HTTP/1.1\r\nX: y\r\n\r\n"},
      {"doubled", "GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
      {"the same twice", "GET /a HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
      {"doubled in HTTP/1.0", "GET /a HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"},
      {"space before the colon", "GET /a HTTP/1.1\r\nHost : a\r\n\r\n"},
      {"doubled by a fold", "GET /a HTTP/1.1\r\nHost: a\r\n Host: b\r\n\r\n"},
  };
  for (const auto& host : bad)
    all.push_back({"Host: " + host, "GET /a HTTP/1.1\r\nHost: " + host + "\r\n\r\n"});
  return all;
}

}  // namespace e2e
