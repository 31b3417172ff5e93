#include "sidecar/fetch/request.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace sidestream {
namespace {

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return (x | 0x20) == (y | 0x20); });
}

bool is_token(std::string_view text) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           others.find(c) != std::string_view::npos;
  });
}

bool is_header_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c == '\t' || (c >= 0x20 && c != 0x7F); });
}

bool is_target(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c > ' ' && c < 0x7F && c != '#'; });
}

// The client frames the message itself.
bool is_framing(std::string_view name) {
  constexpr std::array<std::string_view, 5> names{"Connection", "Content-Length", "Expect",
                                                  "Transfer-Encoding", "Upgrade"};
  return std::any_of(names.begin(), names.end(), [&](auto other) { return same(name, other); });
}

std::string base64(const std::string& text) {
  std::string encoded((text.size() + 2) / 3 * 4 + 1, '\0');
  const int size = ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  encoded.resize(static_cast<std::size_t>(size));
  return encoded;
}

std::string_view find(const FetchHeaders& headers, std::string_view name) {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const auto& header) { return same(header.first, name); });
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

void add(std::string& bytes, std::string_view name, std::string_view value) {
  bytes.append(name).append(": ").append(value).append("\r\n");
}

// The URL is shown without its secrets, header values not at all.
FetchError invalid(const FetchRequest& request, const std::string& why) {
  return FetchError(FetchErrc::invalid_request,
                    "invalid request for " + hide_secrets(request.url) + ": " + why);
}

void add_own_headers(std::string& bytes, const FetchRequest& request, const FetchUrl& url) {
  const auto missing = [&](std::string_view name) { return find(request.headers, name).empty(); };
  const std::string_view host = find(request.headers, "Host");  // first, as RFC 9110 7.2 asks
  add(bytes, "Host", host.empty() ? url.authority() : std::string(host));
  if (missing("User-Agent")) add(bytes, "User-Agent", "sidestream");
  if (!url.userinfo.empty() && missing("Authorization")) {
    add(bytes, "Authorization", "Basic " + base64(url.userinfo));
  }
  const bool may_have_body = request.method != "GET" && request.method != "HEAD";
  if (may_have_body || !request.body.empty()) {
    add(bytes, "Content-Length", std::to_string(request.body.size()));
  }
  if (!request.keep_alive) add(bytes, "Connection", "close");
}

}  // namespace

bool FetchRequest::is_idempotent() const {
  constexpr std::array<std::string_view, 5> methods{"GET", "HEAD", "OPTIONS", "PUT", "DELETE"};
  return std::find(methods.begin(), methods.end(), method) != methods.end();
}

std::string_view FetchResponse::header(std::string_view name) const { return find(headers, name); }

Fetched<std::string> encode_request(const FetchRequest& request, const FetchUrl& url) {
  if (!is_token(request.method)) return invalid(request, "the method is not an HTTP token");
  if (request.method == "CONNECT") return invalid(request, "CONNECT is not supported");
  const std::string& target = request.target.empty() ? url.target : request.target;
  if (!is_target(target)) return invalid(request, "the target has a space or control character");
  std::string bytes = request.method + " " + target + " HTTP/1.1\r\n";
  add_own_headers(bytes, request, url);
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name)) return invalid(request, "a header name is not an HTTP token");
    if (is_framing(name)) return invalid(request, name + " is set by the client itself");
    if (!is_header_value(value)) return invalid(request, name + " contains a control character");
    if (!value.empty() && !same(name, "Host")) add(bytes, name, value);
  }
  return bytes.append("\r\n").append(request.body);
}

}  // namespace sidestream
