#include "tests/integration/proxy/corpus/answers.hpp"

namespace e2e {

using std::string_literals::operator""s;

const std::string poison = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";

namespace {

const std::string ok = "HTTP/1.1 200 OK\r\n";

std::string with_line(const std::string& line) {
  return ok + line + "\r\nContent-Length: 5\r\n\r\nhello";
}
std::string with_status(const std::string& line) {
  return line + "\r\nContent-Length: 5\r\n\r\nhello";
}
std::string with_chunks(const std::string& body) {
  return ok + "Transfer-Encoding: chunked\r\n\r\n" + body;
}

std::vector<OddAnswer> status_lines() {
  std::vector<OddAnswer> all;
  for (const auto& line :
       {"HTTP/1.1 20"s, "HTTP/1.1 2000"s, "HTTP/1.1 abc"s, "HTTP/1.1 +20 OK"s, "HTTP/1.1 099 X"s,
        "HTTP/1.1 000 X"s, "HTTP/1.1"s, "HTTP/2.0 200 OK"s, "ICY 200 OK"s, "http/1.1 200 OK"s,
        "200 OK"s, "HTTP/1.1200 OK"s, "HTTP/11 200 OK"s, "HTTP/1.1 2\0000 OK"s, "GET / HTTP/1.1"s,
        "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade"s}) {
    all.push_back({line, with_status(line)});
  }
  for (const auto& line :
       {"HTTP/1.1  200 OK"s, "HTTP/1.1\t200 OK"s, "HTTP/1.1 200 OK\rX: y"s, "HTTP/1.1 200 O\0K"s,
        "HTTP/1.1 200 \x01"s, "\r\nHTTP/1.1 200 OK"s, "HTTP/1.2 200 OK"s, "HTTP/1.1 200\tOK"s,
        "HTTP/1.1 200"s, "HTTP/1.1 200 \xff\xc3"s, "HTTP/1.1 200 OK\nX: y"s}) {
    all.push_back({line, with_status(line), {"hello"}});
  }
  return all;
}

std::vector<OddAnswer> header_lines() {
  return {
      {"no colon", with_line("nonsense")},
      {"no name", with_line(": b")},
      {"space in a name", with_line("X A: b")},
      {"NUL in a name", with_line("X\0A: b"s)},
      {"obs-text in a name", with_line("X\x80: b")},
      {"space before the colon", with_line("X-A : b"), {"hello"}},
      {"space before the colon of a coding",
       ok + "Transfer-Encoding : chunked\r\nContent-Length: 3\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
       {"hello"}},
      {"folded", with_line("X-A: b\r\n c"), {"hello"}},
      {"folded first line", ok + " X: y\r\nContent-Length: 5\r\n\r\nhello", {"hello"}},
      {"a coding in a fold", with_line("X-A: b\r\n Transfer-Encoding: chunked"), {"hello"}},
      {"CR in a value", with_line("X-A: b\rX-B: c"), {"hello"}},
      {"a header behind a CR", with_line("X-A: b\rSet-Cookie: c=d"), {"hello"}},
      {"LF in a value", with_line("X-A: b\nX-B: c"), {"hello"}},
      {"NUL in a value", with_line("X-A: b\0c"s), {"hello"}},
      {"control in a value", with_line("X-A: b\x01"), {"hello"}},
      {"LF only", "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", {"hello"}},
  };
}

}  // namespace

std::vector<OddAnswer> odd_heads() {
  auto all = status_lines();
  for (auto& answer : header_lines()) all.push_back(std::move(answer));
  return all;
}

std::vector<OddAnswer> odd_bodies() {
  std::vector<OddAnswer> all;
  for (const auto& value : {"+5"s, "-1"s, "0x5"s, "5 5"s, "5, 6"s, "5,"s, "x"s, ""s, "5\0"s,
                            "99999999999999999999"s, "18446744073709551621"s, "5;"s}) {
    all.push_back(
        {"Content-Length: " + value, ok + "Content-Length: " + value + "\r\n\r\nhello" + poison});
  }
  for (const auto* lines :
       {"Content-Length: 5\r\nContent-Length: 6", "Content-Length: 50\r\nContent-Length: 5",
        "Content-Length: 5\r\nContent-Length: +5"}) {
    all.push_back({lines, ok + lines + "\r\n\r\nhello" + poison});
  }
  for (const auto* lines :
       {"Content-Length: 5\r\nContent-Length: 5", "Content-Length: 5, 5", "Content-Length: 005"}) {
    all.push_back({lines, ok + lines + "\r\n\r\nhello", {"hello"}});
  }
  for (const auto& value :
       {"xchunked"s, "chunked, chunked"s, "gzip, chunked"s, "chunked, gzip"s, "identity"s,
        "\x0b"s + "chunked", "chunked\0"s, "chunked;q=1"s, "chun ked"s}) {
    all.push_back({"Transfer-Encoding: " + value,
                   ok + "Transfer-Encoding: " + value + "\r\n\r\n5\r\nhello\r\n0\r\n\r\n"});
  }
  for (const auto* lines :
       {"Content-Length: 3\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 3", "Transfer-Encoding: Chunked"}) {
    all.push_back({lines, ok + lines + "\r\n\r\n5\r\nhello\r\n0\r\n\r\n", {"hello"}});
  }
  all.push_back({"chunks of HTTP/1.0",
                 "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                 {"hello", "5\r\nhello\r\n0\r\n\r\n"},
                 "GET",
                 true});
  for (const auto& size : {"0x5"s, "+5"s, "-5"s, "5 5"s, "g"s, "5x"s, ""s, "10000000000000005"s,
                           "ffffffffffffffff"s, "5\0"s}) {
    all.push_back({"chunk size " + size, with_chunks(size + "\r\nhello\r\n0\r\n\r\n")});
  }
  for (const auto& [name, body] : std::vector<std::pair<std::string, std::string>>{
           {"a space behind a chunk's size", "5 \r\nhello\r\n0\r\n\r\n"},
           {"LF behind a chunk's size", "5\nhello\r\n0\r\n\r\n"},
           {"LF behind a chunk", "5\r\nhello\n0\r\n\r\n"},
           {"an LF in an extension", "5;a\nhello\r\n0\r\n\r\n"},
           {"an extension of 2 MiB",
            "5;" + std::string(2 * 1024 * 1024, 'e') + "\r\nhello\r\n0\r\n\r\n"},
           {"a CR in a trailer", "5\r\nhello\r\n0\r\nX-T: a\rb\r\n\r\n"},
           {"a folded trailer", "5\r\nhello\r\n0\r\nX-T: a\r\n b\r\n\r\n"},
           {"trailers of framing",
            "5\r\nhello\r\n0\r\nContent-Length: 50\r\nTransfer-Encoding: chunked\r\n\r\n"}}) {
    all.push_back({name, with_chunks(body), {"hello"}});
  }
  all.push_back({"no line's end behind a chunk", with_chunks("5\r\nhello0\r\n\r\n")});
  all.push_back({"a chunk longer than its size", with_chunks("5\r\nhello, world\r\n0\r\n\r\n")});
  all.push_back({"trailers of 2 MiB", with_chunks("5\r\nhello\r\n0\r\nX-T: " +
                                                  std::string(2 * 1024 * 1024, 't') + "\r\n\r\n")});
  all.push_back({"an interim answer with a body",
                 "HTTP/1.1 103 X\r\nContent-Length: 5\r\n\r\nhello" + with_line("X: y"),
                 {"hello"}});
  return all;
}

std::vector<OddAnswer> surplus_answers() {
  const std::string five = ok + "Content-Length: 5\r\n\r\nhello";
  const std::string none = ok + "Content-Length: 40\r\n\r\n";
  return {
      {"a second answer", five + poison, {"hello"}},
      {"bytes behind an answer", five + "surplus", {"hello"}},
      {"a line's end behind an answer", five + "\r\n", {"hello"}},
      {"half an answer behind one", five + "HTTP/1.1 200 OK\r\nContent-Le", {"hello"}},
      {"an interim answer behind one", five + "HTTP/1.1 103 X\r\n\r\n", {"hello"}},
      {"a second answer behind chunks", with_chunks("5\r\nhello\r\n0\r\n\r\n" + poison), {"hello"}},
      {"a length and chunks",
       ok + "Content-Length: 15\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" +
           poison,
       {"hello"}},
      {"204 with a body", "HTTP/1.1 204 No Content\r\nContent-Length: 45\r\n\r\n" + poison, {""}},
      {"204 with chunks",
       "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n2d\r\n" + poison +
           "\r\n0\r\n\r\n",
       {""}},
      {"204 with an answer behind", "HTTP/1.1 204 No Content\r\n\r\n" + poison, {""}},
      {"304 with a body", "HTTP/1.1 304 Not Modified\r\nContent-Length: 45\r\n\r\n" + poison, {""}},
      {"304 with chunks",
       "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n2d\r\n" + poison +
           "\r\n0\r\n\r\n",
       {""}},
      {"HEAD with a body", ok + "Content-Length: 45\r\n\r\n" + poison, {""}, "HEAD"},
      {"HEAD with chunks", with_chunks("2d\r\n" + poison + "\r\n0\r\n\r\n"), {""}, "HEAD"},
      {"a short length", ok + "Content-Length: 5\r\n\r\nhello, world" + poison, {"hello"}},
      {"a length of 0", ok + "Content-Length: 0\r\n\r\n" + poison, {""}},
      {"cut in its body", none + "hello", {}, "GET", true},
      {"cut in its head", "HTTP/1.1 200 OK\r\nContent-Le", {}, "GET", true},
      {"nothing", "", {}, "GET", true},
      {"interim ones and the end", "HTTP/1.1 103 X\r\n\r\nHTTP/1.1 103 X\r\n\r\n", {}, "GET", true},
  };
}

}  // namespace e2e
