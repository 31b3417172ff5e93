#include "tests/system/rollout/balancer.hpp"

#include <signal.h>
#include <unistd.h>

#include <stdexcept>

namespace e2e::rollout {
namespace {

std::string program(const std::string& kind) { return "/usr/sbin/" + kind; }

std::string nginx(const std::string& listen, const std::string& folder,
                  const std::vector<Backend>& backends) {
  std::string text = geteuid() == 0 ? "user root;\n" : "";
  text += "daemon off;\npid " + folder + "/pid;\nerror_log stderr error;\n" +
          "events { worker_connections 10000; multi_accept on; }\nhttp {\n  access_log off;\n";
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    text += std::string("  ") + kind + "_temp_path " + folder + "/" + kind + ";\n";
  }
  // A refused connection goes to the next replica. With max_fails a replica that has come back
  // would count as failed until a request to it ends, and a stream does not: three restarts in a
  // row leave "no live upstreams".
  text += "  upstream replicas {\n";
  for (const auto& backend : backends) {
    text += "    server " + backend.streams.text() + " max_fails=0;\n";
  }
  text += "  }\n  server {\n    listen " + listen + " backlog=4096;\n    location / {\n" +
          "      proxy_pass http://replicas;\n      proxy_http_version 1.1;\n" +
          "      proxy_set_header Connection \"\";\n      proxy_buffering off;\n" +
          "      proxy_read_timeout 1h;\n    }\n  }\n}\n";
  return text;
}

std::string haproxy(const std::string& listen, const std::vector<Backend>& backends) {
  std::string text =
      "global\n  maxconn 5000\ndefaults\n  mode http\n  option http-no-delay\n"
      "  option redispatch 1\n  timeout connect 2s\n  timeout client 1h\n  timeout server 1h\n"
      "frontend public\n  bind " +
      listen +
      "\n  default_backend replicas\n"
      "backend replicas\n  balance roundrobin\n  option httpchk GET /readyz\n"
      "  http-check expect status 200\n"
      "  default-server check inter 250ms fall 1 rise 1\n";
  int number = 0;
  for (const auto& backend : backends) {
    text += "  server r" + std::to_string(++number) + " " + backend.streams.text() + " port " +
            std::to_string(backend.admin.port) + "\n";
  }
  return text;
}

}  // namespace

bool Balancer::is_installed(const std::string& kind) {
  return access(program(kind).c_str(), X_OK) == 0;
}

Balancer::Balancer(const std::string& kind, const std::vector<Backend>& backends)
    : address_{"127.0.0.1", free_port()} {
  const auto folder = folder_.path().string();
  const bool is_nginx = kind == "nginx";
  const auto file =
      folder_.write("balancer.conf", is_nginx ? nginx(address_.text(), folder, backends)
                                              : haproxy(address_.text(), backends));
  process_ = std::make_unique<Process>(
      is_nginx ? std::vector<std::string>{program(kind), "-p", folder, "-c", file, "-e", "stderr"}
               : std::vector<std::string>{program(kind), "-db", "-f", file});
  if (!eventually([this] { return listens(address_); })) {
    throw std::runtime_error(kind + " does not come up: " + process_->output());
  }
}

// Killed, nginx would leave its workers behind.
Balancer::~Balancer() {
  process_->signal(SIGTERM);
  process_->exit_status(5s * patience);
}

}  // namespace e2e::rollout
