"""Upgraded connections (as WebSockets begin): clients that hold them, and the app at their other end."""

import selectors
import socket
import threading

REQUEST = (b"GET /socket HTTP/1.1\r\nHost: app\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
           b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
ANSWER = (b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
          b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
MESSAGE = b"\x82\x7e\x04\x00" + bytes(1024)


class App:
    """Upgrades every connection, then sends back what it gets."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.listener.getsockname()[1]
        self.selector = selectors.DefaultSelector()
        self.heads = {}  # of the connections that have not been upgraded yet
        self.ended = False
        self.thread = threading.Thread(target=self.work)

    def __enter__(self):
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended = True
        self.thread.join()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.selector.close()

    def work(self):
        while not self.ended:
            for key, _ in self.selector.select(0.1):
                if key.fileobj is self.listener:
                    client, _ = self.listener.accept()
                    self.heads[client] = b""
                    self.selector.register(client, selectors.EVENT_READ)
                else:
                    self.serve(key.fileobj)

    def serve(self, client):
        try:
            data = client.recv(65536)
            if data and client in self.heads:
                data = self.upgrade(client, data)
            elif not data:
                raise ConnectionError
            client.sendall(data)
        except OSError:
            self.selector.unregister(client)
            self.heads.pop(client, None)
            client.close()

    def upgrade(self, client, data):
        """What is to be sent: the answer, once the head is whole."""
        self.heads[client] += data
        if b"\r\n\r\n" not in self.heads[client]:
            return b""
        del self.heads[client]
        return ANSWER


class Tunnels:
    """So many, each of which has carried one message of a kilobyte both ways and is idle since."""

    def __init__(self, server, number):
        self.server, self.number, self.sockets = server, number, []

    def __enter__(self):
        for _ in range(self.number):
            self.sockets.append(self.open())
        return self

    def __exit__(self, *_):
        for client in self.sockets:
            client.close()

    def open(self):
        client = socket.create_connection(("127.0.0.1", self.server.port), 10)
        client.sendall(REQUEST)
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.receive(client, 4096)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise RuntimeError("%s does not upgrade: %s" % (self.server.name, head[:200]))
        client.sendall(MESSAGE)
        left = len(MESSAGE) - len(head.split(b"\r\n\r\n", 1)[1])
        while left > 0:
            left -= len(self.receive(client, left))
        return client

    def receive(self, client, most):
        data = client.recv(most)
        if not data:
            raise RuntimeError("%s closed a connection that was to be upgraded" % self.server.name)
        return data
