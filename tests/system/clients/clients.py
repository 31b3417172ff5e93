"""The client programs: installed once into build/clients, then run as processes that print what they receive."""

import dataclasses
import hashlib
import os
import shutil
import subprocess
import threading

from loopback import ROOT

SOURCES = os.path.join(ROOT, "tests", "system", "clients")
BUILD = os.path.join(ROOT, "build", "clients")


@dataclasses.dataclass
class Kit:
    """How a folder of client programs is installed."""

    folder: str
    tools: tuple  # programs that the machine must have
    commands: tuple


KITS = {
    kit.folder: kit
    for kit in (
        Kit("rust", ("cargo",), ("cargo build --quiet --locked",)),
        Kit("node", ("node", "npm"), ("npm ci --no-audit --no-fund --loglevel=error",)),
        Kit("python", ("python3",), ("python3 -m venv venv", "venv/bin/pip install -q -r requirements.txt")),
        Kit("go", ("go",), ("go build -o client .",)),
        Kit("java", ("mvn", "java"), ("mvn -q -B package dependency:copy-dependencies",)),
    )
}
# Name of the client, as its users know it: its kit, and its command in the kit's folder.
CLIENTS = {
    "reqwest-eventsource": ("rust", ["target/debug/reqwest"]),
    "launchdarkly-rust": ("rust", ["target/debug/launchdarkly"]),
    "npm-eventsource": ("node", ["node", "client.js"]),
    "launchdarkly-python": ("python", ["venv/bin/python", "client.py"]),
    "r3labs-go": ("go", ["./client"]),
    "okhttp-eventsource": ("java", ["java", "-XX:TieredStopAtLevel=1", "-Xmx128m", "-cp", "target/classes:target/dependency/*",
                                    "Client"]),
}


def install(name):
    """Why the kit can't be used here; empty when it is ready. The same sources are installed once."""
    kit, folder = KITS[name], os.path.join(BUILD, name)
    for tool in kit.tools:
        if not shutil.which(tool):
            return tool + " is not installed"
    stamp, state = os.path.join(folder, "stamp"), source_hash(name)
    if os.path.exists(stamp) and open(stamp).read() == state:
        return ""
    shutil.copytree(os.path.join(SOURCES, name), folder, dirs_exist_ok=True)
    for command in kit.commands:
        done = subprocess.run(command.split(), cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            return "`%s` exits with %d: %s" % (command, done.returncode, (done.stdout + done.stderr)[-400:])
    with open(stamp, "w") as file:
        file.write(state)
    return ""


def source_hash(name):
    digest = hashlib.sha256(os.path.join(BUILD, name).encode())  # a virtual environment can't be moved
    for folder, _, files in sorted(os.walk(os.path.join(SOURCES, name))):
        for file in sorted(files):
            with open(os.path.join(folder, file), "rb") as source:
                digest.update(source.read())
    return digest.hexdigest()


class Client:
    """One running client program; `events` grows by (name, id, data) as it prints them."""

    def __init__(self, name, url):
        kit, command = CLIENTS[name]
        self.name, self.events = name, []
        self.process = subprocess.Popen(command + [url], cwd=os.path.join(BUILD, kit), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            self.events.append(tuple(line.rstrip("\n").split("\t")))

    def connections(self):
        return sum(name == "stream-open" for name, *_ in self.events)

    def records(self):
        return [int(data) for name, _, data in self.events if not name.startswith("stream-")]

    def close(self):
        self.process.kill()
        self.process.wait()
        self.thread.join()
