#include "tests/integration/ops/harness/operated.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <stdexcept>

namespace e2e {

namespace fs = std::filesystem;

Operated::Operated(Config initial, Options options)
    : config(std::move(initial)),
      secrets(options.secrets),
      options_(std::move(options)),
      path_(options_.way == Way::swap ? map_.file("sidestream.yaml")
                                      : folder_.file("sidestream.yaml")) {
  write();
  std::vector<std::string> command{sidestream_binary(), "--config", path_};
  if (!options_.inotify) command.insert(command.begin(), WITHOUT_INOTIFY);
  process_ = std::make_unique<Process>(std::move(command));
  const auto line = process_->line(
      [](const std::string& text) {
        return text.find("\"message\":\"listening\"") != std::string::npos;
      },
      15s * patience);
  if (!line) throw std::runtime_error("it does not come up: " + process_->output());
  const auto fields = boost::json::parse(*line).as_object();
  streams_ = Address::parse(std::string(fields.at("streams").as_string()));
  admin_ = Address::parse(std::string(fields.at("admin").as_string()));
}

void Operated::write(const std::string& text) {
  switch (options_.way) {
    case Way::swap: {
      auto files = secrets;
      files["sidestream.yaml"] = text;
      map_.put(files);
      break;
    }
    case Way::rename:
      fs::rename(folder_.write("sidestream.yaml.new", text), path_);
      break;
    case Way::rewrite:
      folder_.write("sidestream.yaml", text);
      break;
  }
}

void Operated::remove() { fs::remove(path_); }

void Operated::touch() { fs::last_write_time(path_, fs::file_time_type::clock::now()); }

void Operated::apply() { apply(true); }

void Operated::apply_unasked() { apply(false); }

void Operated::apply(bool ask) {
  const auto before = reloads("ok");
  write();
  if (ask) process_->signal(SIGHUP);
  EXPECT_TRUE(eventually([&] { return reloads("ok") > before; }, promised, 5ms))
      << "not in use in time; it said:\n"
      << process_->output();
}

boost::json::object Operated::state() const {
  const auto ready = get(admin_, "/readyz");
  EXPECT_EQ(ready.status, 200) << "trouble with a file is no reason to take no streams";
  return boost::json::parse(ready.body).as_object().at("config").as_object();
}

bool Operated::fails(Clock::duration within) {
  return eventually([&] { return status() == "failed"; }, within, 10ms);
}

}  // namespace e2e
