#include "sidecar/http/proxy/header_rules.hpp"

#include <algorithm>
#include <array>

#include "sidecar/base/blanks.hpp"

namespace sidestream {
namespace {

namespace http = boost::beast::http;

template <std::size_t n>
bool is_among(std::string_view name, const std::array<std::string_view, n>& names) {
  return std::any_of(names.begin(), names.end(),
                     [&](auto known) { return equals_ignoring_case(known, name); });
}

constexpr std::array<std::string_view, 9> hop_by_hop{
    "connection",        "keep-alive", "proxy-connection",   "te",
    "transfer-encoding", "upgrade",    "proxy-authenticate", "proxy-authorization",
    "http2-settings"};

// The same names as the parser's enumerators.
bool is_hop_by_hop(http::field name) {
  switch (name) {
    case http::field::connection:
    case http::field::keep_alive:
    case http::field::proxy_connection:
    case http::field::te:
    case http::field::transfer_encoding:
    case http::field::upgrade:
    case http::field::proxy_authenticate:
    case http::field::proxy_authorization:
    case http::field::http2_settings:
      return true;
    default:
      return false;
  }
}

// Fields that frame or route the message stay even if Connection lists them.
constexpr std::array<std::string_view, 3> always_kept{"host", "content-length", "via"};

constexpr std::array<std::string_view, 18> forbidden_trailers{
    "content-length", "host",         "expect",     "range",         "content-type",
    "authorization",  "cookie",       "set-cookie", "cache-control", "content-encoding",
    "content-range",  "max-forwards", "via",        "age",           "www-authenticate",
    "trailer",        "x-request-id", "traceparent"};

constexpr std::array<std::string_view, 7> client_fields{
    "forwarded",   "x-real-ip",      "true-client-ip", "cf-connecting-ip",
    "x-client-ip", "x-original-url", "x-rewrite-url"};

std::string with_hyphens(std::string_view name) {
  std::string text = to_lower(name);
  const auto is_separator = [](char c) { return c == '_' || c == '.'; };
  std::replace_if(text.begin(), text.end(), is_separator, '-');
  return text;
}

}  // namespace

std::vector<std::string_view> list_items(std::string_view value) {
  std::vector<std::string_view> items;
  while (!value.empty()) {
    const auto comma = value.find(',');
    const auto item = trim_blanks(value.substr(0, comma));
    value.remove_prefix(comma == std::string_view::npos ? value.size() : comma + 1);
    if (!item.empty()) items.push_back(item);
  }
  return items;
}

HopByHop::HopByHop(const http::fields& fields) {
  for (const auto& field : fields) {
    if (field.name() != http::field::connection) continue;
    for (const auto item : list_items({field.value().data(), field.value().size()})) {
      listed_.push_back(to_lower(item));
    }
  }
}

bool HopByHop::contains(const http::fields::value_type& field) const {
  if (is_hop_by_hop(field.name())) return true;
  if (listed_.empty()) return false;
  const std::string_view name(field.name_string().data(), field.name_string().size());
  return lists(name) && !is_among(name, always_kept);
}

bool HopByHop::lists(std::string_view token) const {
  return std::any_of(listed_.begin(), listed_.end(),
                     [&](const auto& listed) { return equals_ignoring_case(listed, token); });
}

bool is_client_field(std::string_view name) {
  const char first = name.empty() ? ' ' : to_lower(name.front());
  if (std::string_view("xftc").find(first) == std::string_view::npos) return false;
  const std::string known = with_hyphens(name);
  return known.starts_with("x-forwarded") || is_among(known, client_fields);
}

bool is_spoofed_name(std::string_view name) {
  if (name.find_first_of("_.") == std::string_view::npos) return false;
  const std::string known = with_hyphens(name);
  return known == "x-request-id" || is_client_field(known) || is_among(known, hop_by_hop) ||
         known == "content-length";
}

bool is_safe_trailer(std::string_view name) {
  return !is_among(name, hop_by_hop) && !is_among(name, forbidden_trailers) &&
         !is_client_field(name) && !is_spoofed_name(name);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  const std::size_t size = out.size();
  out.resize(size + name.size() + value.size() + 4);
  char* at = out.data() + size;
  at = std::copy(name.begin(), name.end(), at);
  *at++ = ':';
  *at++ = ' ';
  at = std::copy(value.begin(), value.end(), at);
  *at++ = '\r';
  *at = '\n';
}

}  // namespace sidestream
