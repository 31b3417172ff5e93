#pragma once
// URLs of services that Sidestream asks: key servers, the app's forward check. Pure.
//
// Thread: any. Errors: sentences that never contain the text.

#include <cstdint>
#include <string>
#include <string_view>

namespace sidestream {

// Where http:// without TLS is allowed.
enum class PlainHttp : std::uint8_t { on_loopback, anywhere };

// Empty: good.
std::string check_service_url(std::string_view text, PlainHttp plain);

// A name as HTTP has them for headers and cookies (RFC 9110, 5.6.2).
bool is_http_token(std::string_view text);

}  // namespace sidestream
