"""Many readers of one stream outside of the cluster, who come again with Last-Event-ID as a browser does, to any
pod that the Service's EndpointSlices call ready.

The records are the numbers 0, 1, 2, ...: so each reader knows what comes next.
"""

import asyncio
import collections
import random
import threading
import time

import api
import events

PORT = 8080
LOOK = 0.2      # seconds between two looks at the EndpointSlices
PATIENCE = 30   # seconds that a reader waits for the head of an answer


def addresses(namespace, service):
    """Of the ready pods of a Service."""
    slices = api.get("/apis/discovery.k8s.io/v1/namespaces/%s/endpointslices"
                     "?labelSelector=kubernetes.io/service-name%%3D%s" % (namespace, service))["items"]
    return sorted(address for one in slices for endpoint in one["endpoints"] or ()
                  if endpoint["conditions"].get("ready") for address in endpoint["addresses"])


class Reader:
    """What one client has seen over all its connections."""

    def __init__(self):
        self.last_id, self.last = "", None
        self.retry = 3.0   # seconds, until the stream says otherwise
        self.connected = ""
        self.faults = []   # what must not be


class Crowd:
    def __init__(self, namespace, service, path, count):
        self.namespace, self.service, self.path = namespace, service, path
        self.readers = [Reader() for _ in range(count)]
        self.opened = []                      # when each connection got its first event
        self.ends = collections.Counter()     # how connections ended
        self.refused = collections.Counter()  # connections that came to nothing
        self.addresses = addresses(namespace, service)
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=asyncio.run, args=(self.run(),), daemon=True)
        self.thread.start()

    async def run(self):
        tasks = [asyncio.create_task(self.read(reader)) for reader in self.readers]
        while not self.stopping.is_set():
            self.addresses = await asyncio.to_thread(addresses, self.namespace, self.service)
            await asyncio.sleep(LOOK)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def read(self, reader):
        await asyncio.sleep(random.random() * 2)  # not all at once
        while True:
            try:
                self.ends[await self.connection(reader)] += 1
            except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError) as trouble:
                self.refused[type(trouble).__name__] += 1
            reader.connected = ""
            await asyncio.sleep(reader.retry)

    async def connection(self, reader):
        """How it ended."""
        while not self.addresses:
            await asyncio.sleep(0.05)
        address = random.choice(self.addresses)
        stream, writer = await asyncio.wait_for(asyncio.open_connection(address, PORT), PATIENCE)
        try:
            last_id = "Last-Event-ID: %s\r\n" % reader.last_id if reader.last_id else ""
            writer.write(("GET %s HTTP/1.1\r\nHost: test\r\n%s\r\n" % (self.path, last_id)).encode())
            head = await asyncio.wait_for(stream.readuntil(b"\r\n\r\n"), PATIENCE)
            if b" 200 " not in head.split(b"\r\n")[0] or b"text/event-stream" not in head:
                reader.faults.append("answer %r" % head)  # a browser would never come again
                return "answer"
            reader.connected = address
            return await self.events(reader, stream)
        finally:
            writer.close()

    async def events(self, reader, stream):
        parser, end, fresh = events.Parser(reader.last_id), "cut", True
        while piece := await stream.read(65536):
            for event in parser.feed(piece):
                if fresh:
                    self.opened.append(time.monotonic())
                    fresh = False
                if event.retry:
                    reader.retry = event.retry / 1000
                if event.name == "message":
                    number = int(event.data)
                    if reader.last is not None and number != reader.last + 1:
                        reader.faults.append("%d after %d" % (number, reader.last))
                    reader.last = number
                elif event.name == "stream-shutdown":
                    end = event.data
                elif event.name in ("stream-gap", "stream-reset"):
                    reader.faults.append("%s %s" % (event.name, event.data))
            reader.last_id = parser.id
            if parser.ended:
                break
        return end

    def spread(self):
        """How many are connected to each pod."""
        return dict(collections.Counter(reader.connected for reader in self.readers if reader.connected))

    def wait_connected(self, seconds=60):
        count = len(self.readers)
        api.wait(lambda: "all %d readers: %s, refused: %s" % (count, self.spread(), dict(self.refused)),
                 lambda: all(reader.connected and reader.last is not None for reader in self.readers), seconds)

    def wait_for(self, number, seconds=60):
        """Until each has seen it; then what each has seen is judged."""
        def missing():
            return [reader.last for reader in self.readers if reader.last is None or reader.last < number]
        api.wait(lambda: "%d: %d readers are behind, at %s; ends: %s, refused: %s" % (
            number, len(missing()), missing()[:5], dict(self.ends), dict(self.refused)),
            lambda: not missing(), seconds)
        faults = [fault for reader in self.readers for fault in reader.faults]
        assert not faults, "%d faults: %s" % (len(faults), faults[:5])

    def opened_since(self, moment):
        """How many connections, and the most in any second."""
        times = sorted(one for one in self.opened if one >= moment)
        peak, first = 0, 0
        for last, one in enumerate(times):
            while times[first] <= one - 1:
                first += 1
            peak = max(peak, last - first + 1)
        return len(times), peak

    def stop(self):
        self.stopping.set()
        self.thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
