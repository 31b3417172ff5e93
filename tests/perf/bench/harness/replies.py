"""Open replies on Redis, each a log of its own: from XADD to the client's socket, and what one takes of memory. Logs that have ended:
what a 204 costs."""

import collections
import random
import re
import selectors
import time

from harness import machine, redis, wrk
from harness.load import Load
from harness.scrape import Streams
from harness.servers import Sidestream

PIECE = re.compile(rb"piece (\d+)\n")


class Replies(Sidestream):
    """Questions and replies as docs/replies.md has them. Option: redis (its port)."""

    def command(self):
        self.admin_port = machine.free_port()
        self.path = "/chat/shared/reply"
        config = self.write("sidestream.yaml", """
server:
  listen: "127.0.0.1:%d"
  admin: "127.0.0.1:%d"
  threads: %d
  max_connections: 100000
connectors: { cache: { redis: { url: "redis://127.0.0.1:%d" } } }
topics:
  prompts: { from: cache, stream: prompts }
  chat:
    path: /chat/{session}/{request}
    from: cache
    stream: "chat:{session}:{request}"
    end: { event: [done, failed, cancelled] }
    ask: { to: prompts }
    max_logs: 100000
  job: { from: cache, path: "/jobs/{id}", stream: "job:{id}", end: { event: [done, failed] } }
""" % (self.port, self.admin_port, self.threads, self.options["redis"]))
        return [machine.SIDESTREAM, "--config", config]


def request_of(number):
    """An id as long as those of questions."""
    return "q%025d" % number


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


class Pieces:
    """Appends pieces to replies chosen at random, at a pace, and times each until its reader has it."""

    def __init__(self, client, streams, rate):
        self.client, self.streams, self.rate = client, streams, rate
        self.sent, self.taken_ms = {}, {}
        self.kept = collections.defaultdict(bytes)  # of a line that is not whole yet
        self.rng = random.Random(1)

    def append(self, number):
        reply = self.rng.randrange(len(self.streams.sockets))
        self.sent[number] = time.monotonic()
        self.client.send("XADD", "chat:s:" + request_of(reply), "*", "event", "word", "data", "piece %d" % number)
        self.client.read_reply()

    def take(self, key):
        now = time.monotonic()
        read = key.fileobj.recv(65536)
        if not read:
            raise RuntimeError("a reply was cut")
        text = self.kept[key.fd] + read
        for found in PIECE.finditer(text):
            number = int(found[1])
            if number in self.taken_ms:
                raise RuntimeError("piece %d came twice" % number)
            self.taken_ms[number] = (now - self.sent[number]) * 1000
        self.kept[key.fd] = text[text.rfind(b"\n") + 1:]

    def run(self, count):
        """The milliseconds of each piece."""
        with selectors.DefaultSelector() as selector:
            for connection in self.streams.sockets:
                selector.register(connection, selectors.EVENT_READ)
            begun = time.monotonic()
            deadline = begun + count / self.rate + 10
            while len(self.taken_ms) < count:
                now = time.monotonic()
                if len(self.sent) < count and now >= begun + len(self.sent) / self.rate:
                    self.append(len(self.sent))
                due = begun + len(self.sent) / self.rate if len(self.sent) < count else deadline
                for key, _ in selector.select(max(0, due - time.monotonic())):
                    self.take(key)
                if now > deadline:
                    raise RuntimeError("%d of %d pieces were lost" % (count - len(self.taken_ms), count))
        return list(self.taken_ms.values())


def idle_bytes(kind, client, subscribers):
    """Of a subscriber of one log that is open already."""
    client.call("XADD", "chat:shared:reply", "*", "event", "word", "data", "first")
    with kind(redis=client.port) as server, Load(server, 20):
        before = server.memory()
        with Load(server, subscribers):
            return (server.memory() - before) / subscribers


def replies_of(kind, replies, rate, seconds):
    with redis.server() as client:
        idle = idle_bytes(kind, client, replies)
        for number in range(replies):
            client.call("XADD", "chat:s:" + request_of(number), "*", "event", "word", "data", "first")
        with kind(redis=client.port) as server, Load(server, 20):
            before = server.memory()
            with Streams(server.port, ["/chat/s/" + request_of(number) for number in range(replies)]) as streams:
                opened = (server.memory() - before) / replies
                time.sleep(2)
                client.call("CONFIG", "RESETSTAT")
                cpu, redis_cpu = server.cpu(), client.cpu_seconds()
                taken = Pieces(client, streams, rate).run(rate * seconds)
                calls = client.calls()
                return {"p50_ms": percentile(taken, 0.5), "p99_ms": percentile(taken, 0.99), "max_ms": max(taken),
                        "bytes": (server.memory() - before) / replies, "opened_bytes": opened, "idle_bytes": idle,
                        "cpu_share": (server.cpu() - cpu) / seconds, "xreads_per_second": calls.get("xread", 0) / seconds,
                        "redis_cpu_share": (client.cpu_seconds() - redis_cpu) / seconds}


def replies(run):
    """Each reply has a piece when it is opened, as one under way."""
    replies, rate = 1000 if run.quick else 10000, 50
    run.alternate("replies", {"replies": replies, "pieces_per_second": rate}, [Replies],
                  lambda kind: replies_of(kind, min(replies, run.open_files_max - 1000), rate, 5 if run.quick else 20))


ENDED_LOGS = 100
END_ID = "1700000000000-0"


def ended_of(kind, seconds):
    """The first requests of each log find out that it has ended, and count as the others. Reads are those of records; XREAD waits
    for new ones, of all logs together."""
    with redis.server() as client, kind(redis=client.port) as server:
        for number in range(ENDED_LOGS):
            client.call("XADD", "job:%d" % number, END_ID, "event", "done", "data", "all")
        client.call("CONFIG", "RESETSTAT")
        cpu = server.cpu()
        process = wrk.start_script("ended.lua", server, seconds, wrk.CONNECTIONS, [str(ENDED_LOGS), END_ID])
        report = wrk.finish(server, process)
        used, calls = server.cpu() - cpu, client.calls()
    reads = sum(calls.get(name, 0) for name in ("xrange", "xrevrange"))
    return {"per_cpu_second": report["requests"] / used, "per_second": report["per_second"], "p99_ms": report["p99_ms"],
            "reads_per_log": reads / ENDED_LOGS, **{name: count for name, count in calls.items() if name[0] in "xe"}}


def ended(run):
    run.alternate("ended", {"logs": ENDED_LOGS, "connections": wrk.CONNECTIONS}, [Replies],
                  lambda kind: ended_of(kind, 3 if run.quick else 20))
