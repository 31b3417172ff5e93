#pragma once
// Ids of questions (`ask:`): 26 characters of [a-z2-7], which are 128 bits in base32 (RFC 4648).
//
// Thread: any. Errors: throws std::runtime_error if OpenSSL fails.

#include <string>
#include <string_view>

namespace sidestream {

// Nobody can guess it.
std::string random_question_id();

// Of a question with an Idempotency-Key: always the same for the same person, path and key. An
// empty secret is replaced by one of the process.
std::string question_id(std::string_view secret, std::string_view subject, std::string_view path,
                        std::string_view key);

bool is_question_id(std::string_view text);

// One that no question has, for what depends on the other parameters only.
inline std::string any_question_id() { return std::string(26, 'a'); }

// By which two bodies are told apart.
std::string body_digest(std::string_view body);

}  // namespace sidestream
