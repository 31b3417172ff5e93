#include "tests/integration/proxy/corpus/requests.hpp"

namespace e2e {

using std::string_literals::operator""s;

namespace {

const std::string post = "POST /a HTTP/1.1\r\nHost: a\r\n";

// A reader who takes the length to be five, or nothing, finds a request behind it.
std::string with_length(const std::string& lines) {
  return post + lines + "\r\n\r\nhello" + smuggled;
}

// One who goes by a length of five, or by none, finds a request behind it; by chunks there is none.
std::string with_coding(const std::string& lines) {
  return post + lines + "\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
}

// Framed as chunked only.
std::string with_chunks(const std::string& body) {
  return post + "Transfer-Encoding: chunked\r\n\r\n" + body;
}

const std::string hello = "POST /a\nhello";

std::vector<OddRequest> with_both() {
  const std::string inner = "0\r\n\r\n" + smuggled;
  const auto length = "Content-Length: " + std::to_string(inner.size());
  const std::string coding = "Transfer-Encoding: chunked";
  return {
      {"a length and chunks", post + length + "\r\n" + coding + "\r\n\r\n" + inner, {"POST /a\n"}},
      {"chunks and a length", post + coding + "\r\n" + length + "\r\n\r\n" + inner, {"POST /a\n"}},
      {"chunks and a short length", with_coding(coding + "\r\nContent-Length: 3"), {hello}},
      {"chunks and a length of 0", with_coding("Content-Length: 0\r\n" + coding), {hello}},
      {"chunks and an odd length", with_coding(coding + "\r\nContent-Length: x"), {hello}},
      {"an odd coding and a length",
       with_coding("Transfer-Encoding: xchunked\r\nContent-Length: 3")},
      {"a folded coding and a length",
       with_coding("Transfer-Encoding:\r\n chunked\r\nContent-Length: 3"),
       {hello}},
      {"a coding with a space before the colon and a length",
       with_coding("Transfer-Encoding : chunked\r\nContent-Length: 3")},
      {"chunks in HTTP/1.0",
       "POST /a HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nTransfer-Encoding: "
       "chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" +
           smuggled,
       {hello}},
      {"both in HTTP/1.0",
       "POST /a HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n" + coding + "\r\n" + length +
           "\r\n\r\n" + inner,
       {"POST /a\n", "POST /a\n" + inner}},
  };
}

}  // namespace

std::vector<OddRequest> odd_lengths() {
  std::vector<OddRequest> all;
  for (const auto& value : {"+5"s,
                            "-1"s,
                            "-0"s,
                            "0x5"s,
                            "5 5"s,
                            "5_0"s,
                            "5;"s,
                            "5.0"s,
                            ""s,
                            "x"s,
                            "5x"s,
                            "1e1"s,
                            "5\0"s,
                            "\0005"s,
                            "5\x0b"s,
                            "\x0b"s + "5",
                            "5 \x0c"s,
                            "\xd9\xa5"s,
                            "5, 6"s,
                            "5, "s,
                            ",5"s,
                            "5;6"s,
                            "99999999999999999999"s,
                            "18446744073709551621"s,
                            "4294967301x"s,
                            "9223372036854775808"s,
                            "\"5\""s}) {
    all.push_back({"Content-Length: " + value, with_length("Content-Length: " + value)});
  }
  const std::string twice = "Content-Length: 5\r\nContent-Length: ";
  all.push_back({"two lengths", with_length(twice + "6")});
  all.push_back(
      {"two lengths, the larger first", with_length("Content-Length: 41\r\nContent-Length: 5")});
  all.push_back({"a length and an odd one", with_length(twice + "+5")});
  all.push_back({"a length and an empty one", with_length(twice)});
  all.push_back({"a length and one with a space before the colon",
                 with_length("Content-Length: 5\r\nContent-Length : 6")});
  all.push_back({"a length with a CR before the colon", with_length("Content-Length\r: 5")});
  all.push_back({"a length with a NUL in its name", with_length("Content-Length\0: 5"s)});
  all.push_back({"a length split by a space", with_length("Content- Length: 5")});
  // These mean five to whoever takes them, and the request behind is one of its own: it is left
  // out.
  for (const auto* lines : {"Content-Length: 5\r\nContent-Length: 5", "Content-Length: 5, 5",
                            "Content-Length: 0005", "Content-Length:5", "Content-Length:\t5 \t",
                            "cOnTeNt-LeNgTh: 5", "Content-Length: 000000000000000000000005"}) {
    all.push_back({lines, post + lines + "\r\n\r\nhello", {hello}});
  }
  return all;
}

std::vector<OddRequest> odd_codings() {
  auto all = with_both();
  for (const auto& value : {"xchunked"s,         "chunkedx"s,         "chunked, chunked"s,
                            "gzip, chunked"s,    "chunked, gzip"s,    "gzip"s,
                            "identity"s,         "chunked;q=1"s,      "\"chunked\""s,
                            "chun ked"s,         "chunked\0"s,        "\0chunked"s,
                            "\x0b"s + "chunked", "chunked\x0b"s,      "chunked\x0c"s,
                            "chu\rnked"s,        "x, chunked"s,       ""s,
                            "\xa0"s + "chunked", "chunked identity"s, "(x) chunked"s,
                            "trailers"s}) {
    all.push_back({"Transfer-Encoding: " + value, with_coding("Transfer-Encoding: " + value)});
  }
  for (const auto* lines :
       {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip",
        "Transfer-Encoding: x\r\nTransfer-Encoding: chunked", "Transfer-Encoding : chunked",
        "Transfer-Encoding\t: chunked", "Transfer Encoding: chunked",
        "Transfer-Encoding\r: chunked", "Transfer-Encoding:\x01 chunked"}) {
    all.push_back({lines, with_coding(lines)});
  }
  for (const auto* lines :
       {"Transfer-Encoding: Chunked", "Transfer-Encoding:chunked", "Transfer-Encoding:\tchunked \t",
        "transfer-encoding: CHUNKED", "Transfer-Encoding: chunked,", "Transfer-Encoding: , chunked",
        "Transfer-Encoding:\r\n chunked"}) {
    all.push_back({lines, with_coding(lines), {hello}});
  }
  return all;
}

std::vector<OddRequest> odd_chunks() {
  std::vector<OddRequest> all;
  for (const auto& size : {"0x5"s, "+5"s, "-5"s, "-0"s, "5 5"s, "g"s, ""s, "5x"s, "5,"s, "5\0"s,
                           "\"5\""s, "10000000000000005"s, "fffffffffffffffff"s,
                           "8000000000000000"s, "5_0"s, "5\r5"s, "\x0b"s + "5"}) {
    all.push_back({"chunk size " + size, with_chunks(size + "\r\nhello\r\n0\r\n\r\n")});
  }
  const std::vector<std::pair<std::string, std::string>> lenient{
      {"a space behind the size", "5 \r\nhello\r\n0\r\n\r\n"},
      {"a tab behind the size", "5\t\r\nhello\r\n0\r\n\r\n"},
      {"a space before the size", " 5\r\nhello\r\n0\r\n\r\n"},
      {"LF behind the size", "5\nhello\r\n0\r\n\r\n"},
      {"LF behind the data", "5\r\nhello\n0\r\n\r\n"},
      {"LF at the end", "5\r\nhello\r\n0\n\n"},
      {"LF as the last blank line", "5\r\nhello\r\n0\r\n\n"},
      {"an extension", "5;a=b;c=\"d;e\"\r\nhello\r\n0;last\r\n\r\n"},
      {"an extension without a name", "5;\r\nhello\r\n0\r\n\r\n"},
      {"an LF in an extension", "5;a\nhello\r\n0\r\n\r\n"},
      {"a CR in an extension", "5;a\rb\r\nhello\r\n0\r\n\r\n"},
      {"a NUL in an extension", "5;a\0b\r\nhello\r\n0\r\n\r\n"s},
      {"an extension of 60 KiB", "5;" + std::string(60 * 1024, 'e') + "\r\nhello\r\n0\r\n\r\n"},
      {"an extension of 2 MiB",
       "5;" + std::string(2 * 1024 * 1024, 'e') + "\r\nhello\r\n0\r\n\r\n"},
      {"40 leading zeros", std::string(40, '0') + "5\r\nhello\r\n0\r\n\r\n"},
      {"a folded trailer", "5\r\nhello\r\n0\r\nX-T: a\r\n b\r\n\r\n"},
      {"a CR in a trailer", "5\r\nhello\r\n0\r\nX-T: a\rb\r\n\r\n"},
      {"a NUL in a trailer", "5\r\nhello\r\n0\r\nX-T: a\0b\r\n\r\n"s},
      {"an LF in a trailer", "5\r\nhello\r\n0\r\nX-T: a\nX-U: b\r\n\r\n"},
      {"trailers of framing",
       "5\r\nhello\r\n0\r\nContent-Length: 50\r\nTransfer-Encoding: chunked\r\nHost: b\r\n\r\n"}};
  for (const auto& [name, body] : lenient) all.push_back({name, with_chunks(body), {hello}});
  for (const auto& [name, body] : std::vector<std::pair<std::string, std::string>>{
           {"data longer than its size", "5\r\nhello, world\r\n0\r\n\r\n"},
           {"data shorter than its size", "9\r\nhello\r\n0\r\n\r\n" + smuggled},
           {"no line's end behind the data", "5\r\nhello0\r\n\r\n"},
           {"a CR behind the data", "5\r\nhello\r0\r\n\r\n"},
           {"other bytes behind the data", "5\r\nhelloXX0\r\n\r\n" + smuggled},
           {"a request in place of an end", "5\r\nhello\r\n" + smuggled},
           {"a trailer without a colon", "5\r\nhello\r\n0\r\n" + smuggled},
           {"a space before a trailer's colon", "5\r\nhello\r\n0\r\nX-T : a\r\n\r\n"},
           {"trailers of 2 MiB",
            "5\r\nhello\r\n0\r\nX-T: " + std::string(2 * 1024 * 1024, 't') + "\r\n\r\n"}}) {
    all.push_back({name, with_chunks(body)});
  }
  return all;
}

}  // namespace e2e
