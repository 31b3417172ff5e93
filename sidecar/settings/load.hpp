#pragma once
// Reads a configuration file. The only user of YAML.
//
// Errors: all problems of the file at once, each one line `file:line:col: path.of.key: what is
// wrong`, with a near match ("did you mean ...") or what to do, in the order of the file. Nothing
// is thrown. No line shows what an environment variable or a secret file contains.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/base/hidden_texts.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

struct Loaded {
  Settings settings;  // usable only where `errors` is empty
  std::vector<std::string> errors;
  // Every other file that was read or looked for. A change of one of them triggers a reload.
  std::vector<std::string> files;
  // What environment variables and secret files hold: no message may show it.
  Hidden hidden{};
};

// Gives an environment variable's value; a parameter so that tests need not change the environment.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
std::optional<std::string> process_environment(const std::string& name);

// Checks the properties of a Kafka connector with librdkafka. A problem with one property begins
// with "NAME: ". `written`: how the values that must not be shown are written in the file.
using CheckProperties =
    std::function<std::vector<std::string>(const std::map<std::string, std::string>& properties,
                                           const std::map<std::string, std::string>& written)>;

// What libraries that this layer does not use say of a value: what is wrong, and what to do. Empty:
// nothing is wrong. What has no check here is not checked.
struct Checks {
  CheckProperties kafka{};
  std::function<std::string(const IssuerSettings&)> keys{};           // keys_text, or secret
  std::function<std::string(const std::string& path)> authorities{};  // a PEM file
  // The text begins with the key that has the problem: "certificate: ".
  std::function<std::string(const TlsSettings&)> tls{};
};

// Thread: any. Reads `path` and the files that it names (relative ones from its folder).
Loaded load_settings(const std::string& path, const Environment& environment = process_environment,
                     const Checks& checks = {});

// The same with the file's text in hand; `path` is for messages and for the folder of secret files.
Loaded parse_settings(std::string_view text, const std::string& path,
                      const Environment& environment = process_environment,
                      const Checks& checks = {});

}  // namespace sidestream
