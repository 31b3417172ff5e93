"""The admin port with many open logs: how long /metrics and /topics take, and what streams notice of it."""

import http.client
import selectors
import socket
import threading
import time

from harness.load import Load, must_be_right
from harness.servers import Sidestream

PAGES = ("/metrics", "/topics")
OPENING_MOST = 200  # at a time, as the load generator


class Streams:
    """One stream of each path, open while this object lives."""

    def __init__(self, port, paths):
        self.sockets = []
        with selectors.DefaultSelector() as selector:
            deadline = time.monotonic() + 60
            while len(self.sockets) < len(paths) or selector.get_map():
                while len(self.sockets) < len(paths) and len(selector.get_map()) < OPENING_MOST:
                    self.sockets.append(self.connect(port, paths[len(self.sockets)]))
                    selector.register(self.sockets[-1], selectors.EVENT_READ, bytearray())
                self.take_blocks(selector)
                if time.monotonic() > deadline:
                    raise RuntimeError("%d of %d streams did not open" % (len(selector.get_map()), len(paths)))

    @staticmethod
    def connect(port, path):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(b"GET %s HTTP/1.1\r\nHost: bench\r\n\r\n" % path.encode())
        return connection

    @staticmethod
    def take_blocks(selector):
        """Those that have their first block are open."""
        for key, _ in selector.select(1):
            key.data.extend(key.fileobj.recv(4096))
            if b"stream-open" in key.data:
                selector.unregister(key.fileobj)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self.sockets:
            connection.close()


class Scrapes(threading.Thread):
    """Reads both pages ten times a second until stop()."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port = port
        self.seconds = {page: [] for page in PAGES}
        self.stopped = threading.Event()

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while not self.stopped.wait(0.1):
            for page in PAGES:
                began = time.monotonic()
                connection.request("GET", page)
                response = connection.getresponse()
                response.read()
                if response.status != 200:
                    raise RuntimeError("%s: %d" % (page, response.status))
                self.seconds[page].append(time.monotonic() - began)

    def stop(self):
        self.stopped.set()
        self.join()


def scrape_of(kind, logs, seconds):
    rooms = ["/rooms/%d" % number for number in range(logs)]
    with kind(threads=1) as server, Streams(server.port, rooms), Load(server, 100) as load:
        plan = dict(rate=100, events=int(100 * seconds))
        load.publish(events=20, rate=100)
        quiet = load.publish(**plan)
        must_be_right(server, quiet)
        scrapes = Scrapes(server.admin_port)
        scrapes.start()
        scraped = load.publish(**plan)
        scrapes.stop()
        must_be_right(server, scraped)
        figures = {page[1:] + "_max_ms": max(scrapes.seconds[page]) * 1000 for page in PAGES}
        return {**figures, "p99_ms": scraped["p99_ms"], "p99_ms_without": quiet["p99_ms"]}


def scrape(run):
    logs = 1000 if run.quick else min(10000, run.open_files_max - 1000)
    run.alternate("scrape", {"logs": logs}, [Sidestream], lambda kind: scrape_of(kind, logs, 2 if run.quick else 5))
