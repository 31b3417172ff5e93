"""Commands to a Redis, one connection each."""

import socket
import urllib.parse


def packed(words):
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        data = word.encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
    return b"".join(parts)


def command(url, *words):
    """The first line of the reply to it."""
    parts = urllib.parse.urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), 5) as connection:
        connection.sendall(packed(["SELECT", parts.path[1:]]) + packed(words))
        replies = connection.makefile("rb")
        assert replies.readline() == b"+OK\r\n"
        reply = replies.readline()
        assert not reply.startswith(b"-"), reply
        return reply


def append(url, stream, **fields):
    command(url, "XADD", stream, "*", *(word for pair in fields.items() for word in pair))
