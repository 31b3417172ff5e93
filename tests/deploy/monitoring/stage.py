"""Sidestream between a Redis, an app and a Prometheus that scrapes it and evaluates the rules, all on loopback."""

import http.server
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request

import files
from loopback import BINARY, free_ports, request, wait_for as wait_for_condition
from processes import Process

CONFIGURATION = """
server:
  listen: "127.0.0.1:%(streams)d"
  admin: "127.0.0.1:%(admin)d"
  admin_tls: { certificate: tls.crt, key: tls.key }
  max_connections: 6
  drain: 60s
  upstream: { url: "http://127.0.0.1:%(app)d", access_log: 0 }
access:
  tokens: [ { issuer: stage, audience: sidestream, keys: "http://127.0.0.1:%(app)d/jwks.json" } ]
  forward: { url: "http://127.0.0.1:%(app)d/auth", cache: 0s, claims: { sub: x-user } }
  revocations: { from: local, stream: revoked }
connectors:
  local: { embedded: {} }
  cache: { redis: { url: "redis://127.0.0.1:%(redis)d" } }
topics:
  orders: { from: local, read: anyone, publish: anyone }
  alerts: { from: cache, stream: alerts, read: anyone, publish: anyone, max_event: 1KiB }
  wrong: { from: cache, stream: wrong, read: anyone }
  chat: { path: "/chat/{session}", from: local, stream: "chat:{session}", read: anyone, publish: anyone }
  mine: { from: local, read: signed_in, publish: signed_in }
"""
SCRAPING = """
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [rules.yaml]
scrape_configs:
  - job_name: sidestream
    scheme: https
    tls_config: { ca_file: tls.crt }
    static_configs: [{ targets: ["127.0.0.1:%(admin)d"] }]
"""


def wait_for(what, condition, seconds=20):
    return wait_for_condition(condition, what, seconds)


# The public key of RFC 7515, appendix A.3.
KEYS = b"""{"keys": [{"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
 "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"""


class App(http.server.BaseHTTPRequestHandler):
    """Everybody is alice to /auth."""

    def do_GET(self):
        body = KEYS if self.path == "/jwks.json" else b"ok"
        self.send_response(200)
        self.send_header("X-User", "alice")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Stage:
    def __init__(self, folder):
        self.folder, self.processes, self.sockets = folder, {}, []
        names = ("streams", "admin", "app", "redis", "prometheus")
        self.ports = dict(zip(names, free_ports(len(names))))
        self.configuration = os.path.join(folder, "sidestream.yaml")
        self.write("sidestream.yaml", CONFIGURATION % self.ports)
        self.write("prometheus.yml", SCRAPING % self.ports)
        self.make_certificate()
        self.write("rules.yaml", re.sub(r"\bfor: \d+[mh]\b", "for: 1s", files.read(files.ALERTS)))

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w") as file:
            file.write(text)

    def make_certificate(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "30", "-subj", "/CN=sidestream", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", "tls.key", "-out", "tls.crt"], cwd=self.folder, check=True, capture_output=True)
        self.trust = ssl.create_default_context(cafile=os.path.join(self.folder, "tls.crt"))

    def start(self, name, *command):
        self.processes[name] = Process(name, command, self.folder)

    def log(self, name):
        return files.read(self.processes[name].log_path)

    def open(self):
        port = self.ports
        self.app = http.server.ThreadingHTTPServer(("127.0.0.1", port["app"]), App)
        threading.Thread(target=self.app.serve_forever, daemon=True).start()
        self.start("redis", "redis-server", "--port", str(port["redis"]), "--bind", "127.0.0.1", "--save", "")
        self.start("sidestream", BINARY, "--config", self.configuration)
        self.start("prometheus", "prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                   "--log.level=warn", "--web.listen-address=127.0.0.1:%d" % port["prometheus"])
        wait_for("all connectors", lambda: '"up":false' not in self.get("/readyz"))
        wait_for("two scrapes", lambda: self.query("count_over_time(sidestream_build_info[1m]) > 1"))

    def close(self):
        for s in self.sockets:
            s.close()
        for process in self.processes.values():
            process.kill()
        self.app.shutdown()
        self.app.server_close()

    def stop(self, name, how=signal.SIGKILL):
        self.processes[name].process.send_signal(how)
        self.processes[name].process.wait(30)

    # ---- traffic ----

    def get(self, path, port="admin"):
        url = "%s://127.0.0.1:%d%s" % ("https" if port == "admin" else "http", self.ports[port], path)
        with urllib.request.urlopen(url, timeout=10, context=self.trust) as answer:
            return answer.read().decode()

    def request(self, method, path, body=None, headers=None):
        return request(self.ports["streams"], method, path, body, headers)[0]

    def subscribe(self, path):
        """Opens a stream that stays open until close()."""
        s = socket.create_connection(("127.0.0.1", self.ports["streams"]), 10)
        s.sendall(("GET %s HTTP/1.1\r\nHost: sidestream\r\n\r\n" % path).encode())
        assert b"200 OK" in s.recv(65536)
        self.sockets.append(s)
        return s

    def redis(self, *words):
        with socket.create_connection(("127.0.0.1", self.ports["redis"]), 10) as s:
            s.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words))
            assert not s.recv(100).startswith(b"-")

    # ---- Prometheus ----

    def ask(self, what, **parameters):
        return json.loads(self.get("/api/v1/%s?%s" % (what, urllib.parse.urlencode(parameters)), "prometheus"))["data"]

    def query(self, expr):
        """The samples of an expression; None if Prometheus rejects it."""
        try:
            return self.ask("query", query=expr)["result"]
        except urllib.error.HTTPError:
            return None

    def rules(self):
        return [rule for group in self.ask("rules")["groups"] for rule in group["rules"]]

    def firing(self):
        """{name: alert} of those that fire."""
        return {alert["labels"]["alertname"]: alert for alert in self.ask("alerts")["alerts"]
                if alert["state"] == "firing"}
