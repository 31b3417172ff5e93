"""Starts the program given as arguments, posts a record, and reads it from a stream. Exit status 0 if it came."""

import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support", "python"))

from loopback import request  # noqa: E402
from sse import Stream  # noqa: E402

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
                address = "http://" + listening(server)
                with Stream(address, "/events/hello") as stream:
                    stream.wait_for("stream-open")
                    status, body = request(address, "POST", "/events/hello", "from afar")
                    assert status == 201, body
                    stream.wait_for_data("from afar")
            finally:
                server.terminate()
        if server.returncode:
            raise SystemExit("it ended with %d" % server.returncode)


main(sys.argv[1:])
