"""Brings the apps and their dependencies into build/backends, once for each state of their sources."""

import hashlib
import os
import shutil
import subprocess

from loopback import LOCAL, ROOT

APPS = os.path.join(ROOT, "tests", "system", "backends", "apps")
BUILD = os.path.join(ROOT, "build", "backends")


class Missing(Exception):
    """This machine can't install it."""


class Broken(Exception):
    """The tools are there, but our source does not build."""


class App:
    """One app of one framework, once it is installed. `variant`: before, after, or access, which is the app of `after`
    behind a Sidestream that asks it who a reader is."""

    tools = ()
    sockets = True  # whether its server can listen on a Unix socket

    def __init__(self, variant):
        self.variant = variant
        self.name = "%s %s" % (self.framework, variant)
        folder = "before" if variant == "before" else "after"
        self.source = os.path.join(APPS, self.framework, folder)
        self.folder = os.path.join(BUILD, self.framework, folder)

    def config(self):
        """Of the Sidestream in front of it."""
        own = os.path.join(self.source, "access.yaml" if self.variant == "access" else "sidestream.yaml")
        return own if os.path.exists(own) else os.path.join(APPS, "before.yaml")

    def configured(self, text):
        with open(self.config()) as file:
            return text in file.read()

    def needs_redis(self):
        return self.configured("${REDIS_URL}")

    def posts_to_sidestream(self):
        return self.configured("publish: true")

    def install(self):
        """Returns whether there was anything to do."""
        for tool in self.tools:
            if not shutil.which(tool):
                raise Missing("%s is not installed" % tool)
        stamp, state = os.path.join(self.folder, "stamp"), self.state()
        if os.path.exists(stamp) and open(stamp).read() == state:
            return False
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.source, self.folder)
        self.fetch()
        with open(stamp, "w") as file:
            file.write(state)
        return True

    def state(self):
        found = hashlib.sha256(self.folder.encode())  # a virtual environment can't be moved
        for name in sorted(os.listdir(self.source)):
            with open(os.path.join(self.source, name), "rb") as file:
                found.update(b"%s\0%s\0" % (name.encode(), file.read()))
        return found.hexdigest()

    def run(self, *command, trouble=Missing):
        log = os.path.join(self.folder, "install.log")
        with open(log, "a") as out:
            done = subprocess.run(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        if done.returncode:
            with open(log, errors="replace") as file:
                text = file.read()
            raise self.kind_of(text, trouble)("`%s` exits with %d: %s" % (
                " ".join(command[:3]), done.returncode, " / ".join(text.strip().splitlines()[-3:])[-400:]))

    def kind_of(self, text, trouble):
        return trouble


class FastApi(App):
    framework = "fastapi"
    tools = ("python3",)

    def fetch(self):
        self.run("python3", "-m", "venv", "venv")
        self.run("venv/bin/pip", "--disable-pip-version-check", "install", "-q", "-r", "requirements.txt")

    def command(self, port, socket):
        where = ["--uds", socket] if socket else ["--host", LOCAL, "--port", str(port)]
        return ["venv/bin/python", "-m", "uvicorn", "app:app", "--log-level", "warning", *where], {}


class Express(App):
    framework = "express"
    tools = ("node", "npm")

    def fetch(self):
        self.run("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")

    def command(self, port, socket):
        return ["node", "app.js"], {"SOCKET": socket} if socket else {"PORT": str(port)}


class Gin(App):
    framework = "gin"
    tools = ("go",)

    def fetch(self):
        self.run("go", "mod", "download")
        self.run("go", "build", "-o", "app", ".", trouble=Broken)

    def command(self, port, socket):
        where = {"SOCKET": socket} if socket else {"PORT": str(port)}
        return ["./app"], {"GIN_MODE": "release", **where}


class Spring(App):
    framework = "spring"
    tools = ("javac", "mvn")
    sockets = False

    def fetch(self):
        self.run("mvn", "-q", "-B", "package")

    def kind_of(self, text, trouble):
        return Broken if "COMPILATION ERROR" in text else trouble

    def command(self, port, socket):
        options = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"]
        return ["java", *options, "-jar", "target/app.jar", "--server.address=" + LOCAL, "--server.port=%d" % port,
                "--spring.main.banner-mode=off", "--spring.main.lazy-initialization=true"], {}


FRAMEWORKS = (Spring, FastApi, Express, Gin)  # the slowest first
