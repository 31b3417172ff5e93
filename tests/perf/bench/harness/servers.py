"""The servers that are compared. Each has an address and a path to read, and says how one publishes to it."""

import os
import shutil
import socket
import subprocess
import tempfile
import time

from harness import machine, proc

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PATH = "/events/bench"
ROOMS = '  rooms: { from: source, path: "/rooms/{room}", stream: "room:{room}" }\n'


class Server:
    """Option of each: core, the only one that it may use."""
    name = ""
    gathers = False  # can be told to gather events before a wake
    cipher = None  # of TLS 1.3 for its subscribers; None: plain HTTP

    def __init__(self, threads=1, **options):
        self.port = machine.free_port()
        self.publish_port = self.port
        self.threads = threads
        self.options = options
        self.path = PATH
        self.folder = tempfile.mkdtemp(prefix="sidestream-bench-")
        with open(os.path.join(self.folder, "log"), "wb") as log:
            self.process = subprocess.Popen(self.pinned(self.command()), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, cwd=self.folder, env={**os.environ, **self.environment()})
        self.await_port(self.publish_port)
        self.await_port(self.port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def await_port(self, port):
        deadline = time.monotonic() + 15
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            if self.process.poll() is not None or time.monotonic() > deadline:
                with open(os.path.join(self.folder, "log")) as log:
                    raise RuntimeError("%s does not come up: %s" % (self.name, log.read()[-2000:]))
            time.sleep(0.02)

    def environment(self):
        return {}

    def pinned(self, command):
        core = self.options.get("core")
        return command if core is None else ["taskset", "-c", str(core), *command]

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    @property
    def address(self):
        return "127.0.0.1:%d" % self.port

    def publish_options(self):
        return "--kind post --server 127.0.0.1:%d --path %s" % (self.publish_port, PATH)

    def cpu(self):
        return proc.cpu_seconds(self.process.pid)

    def memory(self):
        return proc.anonymous_bytes(self.process.pid)


class Sidestream(Server):
    """Options: flush, log, more (of the topic); kafka (bootstrap) and topic; upstream (the app's port);
    access (the text of the section), with publish (the topic's); server (more of that section)."""
    name = "sidestream"
    gathers = True

    def command(self):
        connector = "embedded: {}"
        topic = self.options.get("publish", "publish: true")
        if "kafka" in self.options:
            connector = 'kafka: { bootstrap.servers: "%s" }' % self.options["kafka"]
            topic = "topic: %s" % self.options["topic"]
        app = ""
        if "upstream" in self.options:
            app = ', upstream: { url: "http://127.0.0.1:%d", access_log: 0 }' % self.options["upstream"]
        self.admin_port = machine.free_port()
        config = self.write("sidestream.yaml", """
server: { listen: "127.0.0.1:%d", admin: "127.0.0.1:%d", threads: %d, max_connections: 100000%s%s }
connectors: { source: { %s } }
%s
topics:
  bench: { from: source, %s, flush: %s, log: %s%s }
%s""" % (self.port, self.admin_port, self.threads, app, self.options.get("server", ""), connector, self.options.get("access", ""), topic, self.options.get("flush", "auto"),
            self.options.get("log", "16MiB"), self.options.get("more", ""), "" if self.options.keys() & {"kafka", "access"} else ROOMS))
        return [machine.SIDESTREAM, "--config", config]


class Bare(Server):
    name = "bare"
    gathers = True  # the publisher does it

    def command(self):
        self.publish_port = machine.free_port()
        return [machine.BARE, str(self.port), str(self.publish_port), str(self.threads)]

    def publish_options(self):
        return "--kind block --server 127.0.0.1:%d" % self.publish_port


class Nchan(Server):
    """Option: listen (the rest of that line, and lines behind it)."""
    name = "nchan"

    def command(self):
        config = self.write("nginx.conf", """
load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
worker_processes %d;
daemon off;
user root;
pid %s/pid;
error_log %s/error.log;
events { worker_connections 100000; }
http {
  access_log off;
  keepalive_requests 100000000;
  nchan_shared_memory_size 512M;
  server {
    listen 127.0.0.1:%d backlog=4096%s;
    location = %s {
      nchan_pubsub http eventsource;
      nchan_channel_id bench;
      nchan_message_buffer_length 20000;
      nchan_subscriber_first_message newest;
    }
  }
}
""" % (self.threads, self.folder, self.folder, self.port, self.options.get("listen", ""), PATH))
        return [shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"), "-c", config]


class Node(Server):
    name = "node"

    def command(self):
        return ["node", os.path.join(HERE, "servers", "node.js"), str(self.port)]


class KafkaSse(Server):
    """Options: kafka (bootstrap) and topic."""
    name = "kafka-sse"

    def command(self):
        return ["node", os.path.join(HERE, "servers", "kafka_sse.js"), str(self.port), self.options["kafka"],
                self.options["topic"]]

    def environment(self):
        return {"NODE_PATH": machine.NODE_MODULES, "UV_THREADPOOL_SIZE": "128"}


FAN_OUT = [Bare, Sidestream, Nchan, Node]
