#pragma once
// `access:` of the configuration, and the rules and filters of topics, as plain structs.
// docs: config/sidestream.yaml, docs/access.md.
//
// Thread: built at start-up, immutable afterwards.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sidecar/settings/network.hpp"
#include "sidecar/settings/value_pattern.hpp"

namespace sidestream {

// One issuer of JSON Web Tokens.
struct IssuerSettings {
  std::string issuer;                  // equals `iss`
  std::vector<std::string> audiences;  // one of them is in `aud`
  // A key set by URL, or the content of a file with a key set or PEM keys; one of these and
  // `secret` is set.
  std::string keys_url;
  std::string keys_text;
  std::string secret;                   // of HS256, HS384 and HS512
  std::vector<std::string> algorithms;  // empty: those that fit the keys
  std::chrono::milliseconds leeway{30000};
  std::string ca;  // PEM file of the authority of the key server; empty: the system's

  friend bool operator==(const IssuerSettings&, const IssuerSettings&) = default;
};

// Where a request carries its token.
struct TokenSource {
  enum class Kind : std::uint8_t { header, cookie, query };
  Kind kind = Kind::header;
  std::string name = "authorization";  // of a header: in lower case

  friend bool operator==(const TokenSource&, const TokenSource&) = default;
};

// The app that is asked, as by nginx auth_request.
struct ForwardSettings {
  std::string url;
  std::vector<std::string> pass{"cookie", "authorization"};  // request headers, in lower case
  std::map<std::string, std::string> claims;                 // claim -> header of the answer
  std::chrono::milliseconds timeout{2000};
  std::chrono::milliseconds cache{30000};    // 0: the app is asked for each request
  std::chrono::milliseconds recheck{60000};  // 0: never

  friend bool operator==(const ForwardSettings&, const ForwardSettings&) = default;
};

// The log of revocations.
struct RevocationSettings {
  std::string from;  // name of the connector
  std::string log;

  friend bool operator==(const RevocationSettings&, const RevocationSettings&) = default;
};

enum class LogSubject : std::uint8_t { full, hashed, none };

struct AccessSettings {
  std::vector<IssuerSettings> tokens;
  std::vector<TokenSource> token_from{TokenSource{}};
  std::chrono::milliseconds ticket_lifetime{60000};
  std::chrono::milliseconds stream_lifetime{3'600'000};  // of a stream that a ticket has opened
  std::optional<ForwardSettings> forward;
  std::string subject = "sub";  // the claim that names the person
  std::optional<RevocationSettings> revocations;
  LogSubject log_subject = LogSubject::full;

  friend bool operator==(const AccessSettings&, const AccessSettings&) = default;
};

struct ClaimCondition {
  std::string claim;                 // a name, or a JSON Pointer that begins with `/`
  std::vector<ValuePattern> values;  // one of them is the claim's, or in it

  friend bool operator==(const ClaimCondition&, const ClaimCondition&) = default;
};

// Holds when all of its conditions hold. Not empty.
struct Rule {
  std::vector<ClaimCondition> claims;
  std::vector<Network> peers;  // empty: any peer

  friend bool operator==(const Rule&, const Rule&) = default;
};

// Who may read or publish. YAML: anyone, signed_in, none, a rule, or a list of rules.
struct Rules {
  enum class Kind : std::uint8_t { anyone, signed_in, none, rules };
  Kind kind = Kind::anyone;
  std::vector<Rule> rules;  // of kind `rules`: one of them suffices

  friend bool operator==(const Rules&, const Rules&) = default;
};

// A part of a record that filters compare.
struct FieldName {
  enum class Kind : std::uint8_t { key, event, header, json };
  Kind kind = Kind::key;
  std::string name;  // of a header (Redis: of a field); of json: the JSON Pointer

  friend auto operator<=>(const FieldName&, const FieldName&) = default;
};

struct FieldCondition {
  FieldName field;
  std::vector<ValuePattern> values;  // the field's value is one of them

  friend bool operator==(const FieldCondition&, const FieldCondition&) = default;
};

// A query parameter by which readers narrow their stream.
struct FilterParameter {
  std::string parameter;
  FieldName field;

  friend bool operator==(const FilterParameter&, const FilterParameter&) = default;
};

}  // namespace sidestream
