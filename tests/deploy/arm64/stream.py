"""Starts the program given as arguments, posts a record, and reads it from a stream. Exit status 0 if it came."""

import http.client
import json
import subprocess
import sys
import tempfile

CONFIGURATION = """
server: { listen: "127.0.0.1:0", admin: "127.0.0.1:0" }
connectors:
  local: { embedded: {} }
topics:
  hello: { from: local, publish: true }
"""


def listening(server):
    for line in server.stderr:
        print(line, end="")
        said = json.loads(line)
        if said["message"] == "listening":
            return said["streams"]
    raise SystemExit("it ended")


def main(command):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(CONFIGURATION)
        file.flush()
        with subprocess.Popen([*command, "--config", file.name], stderr=subprocess.PIPE, text=True) as server:
            try:
                address = listening(server)
                stream = http.client.HTTPConnection(address, timeout=30)
                stream.request("GET", "/events/hello")
                lines = stream.getresponse()
                post = http.client.HTTPConnection(address, timeout=30)
                post.request("POST", "/events/hello", "from afar")
                if post.getresponse().status != 201:
                    raise SystemExit("POST was refused")
                if b"data: from afar\n" not in iter(lines.readline, b""):
                    raise SystemExit("the stream ended without the record")
            finally:
                server.terminate()
        if server.returncode:
            raise SystemExit("it ended with %d" % server.returncode)


main(sys.argv[1:])
