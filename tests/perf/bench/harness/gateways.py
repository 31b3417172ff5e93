"""What passes requests on to an app, and the app. Option `upstream`: the app's port. Each says who asks
(X-Forwarded-For, -Proto, -Host) and keeps its connections to the app; none writes a log."""

import shutil

from harness.servers import Server, Sidestream

ANSWER_BYTES = 1024


def nginx(config):
    return [shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"), "-c", config]


class App(Server):
    """Answers everything with a kilobyte, as fast as nginx can."""
    name = "app"

    def command(self):
        return nginx(self.write("nginx.conf", NGINX % (self.folder, self.folder, """
  server {
    listen 127.0.0.1:%d backlog=4096;
    location / { default_type text/plain; return 200 "%s"; }
  }""" % (self.port, "x" * ANSWER_BYTES))))


class Nginx(Server):
    name = "nginx"

    def command(self):
        return nginx(self.write("nginx.conf", NGINX % (self.folder, self.folder, """
  map $http_upgrade $connection_upgrade { default upgrade; "" ""; }
  upstream app { server 127.0.0.1:%d; keepalive 256; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:%d backlog=4096;
    location / {
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_read_timeout 1h;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $http_host;
    }
  }""" % (self.options["upstream"], self.port))))


NGINX = """
worker_processes 1;
daemon off;
user root;
pid %s/pid;
error_log %s/error.log;
worker_rlimit_nofile 20000;
events { worker_connections 10000; }
http {
  access_log off;
  keepalive_requests 100000000;
%s
}
"""


class Haproxy(Server):
    name = "haproxy"

    def command(self):
        return ["haproxy", "-db", "-f", self.write("haproxy.cfg", """
global
  nbthread 1
  maxconn 5000
defaults
  mode http
  option http-no-delay
  timeout connect 2s
  timeout client 1h
  timeout server 1h
  timeout tunnel 1h
frontend clients
  bind 127.0.0.1:%d backlog 4096
  http-request set-header X-Forwarded-For %%[src]
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Host %%[req.hdr(Host)]
  default_backend app
backend app
  http-reuse always
  server app 127.0.0.1:%d pool-max-conn 256
""" % (self.port, self.options["upstream"]))]


GATEWAYS = [Sidestream, Nginx, Haproxy]
