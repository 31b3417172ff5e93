"""A browser for tests: Debian's chromium through chromedriver's W3C API, no libraries."""

import atexit
import base64
import http.client
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-crash-reporter",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
]


def missing():
    """Why no browser can be driven here; empty when one can."""
    for name in ("chromium", "chromedriver"):
        if not shutil.which(name):
            return name + " is not installed (apt-get install chromium chromium-driver)"
    return ""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class WebDriverError(Exception):
    pass


class Browser:
    """One chromium with an empty profile. Owns its chromedriver; close() ends both."""

    def __init__(self, width=1440, height=900, dark=False):
        self.port = free_port()
        self.profile = tempfile.mkdtemp(prefix="sidestream-browser-")
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=%d" % self.port],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.session = None
        atexit.register(self.close)  # an interrupted run leaves nothing behind
        try:
            self.wait(lambda: self.call("GET", "/status").get("ready"), 20, "chromedriver to start")
            arguments = FLAGS + [
                "--user-data-dir=" + self.profile,
                "--window-size=%d,%d" % (width, height),
            ]
            answer = self.call(
                "POST",
                "/session",
                {
                    "capabilities": {
                        "alwaysMatch": {
                            "browserName": "chrome",
                            "goog:loggingPrefs": {"browser": "ALL"},
                            "goog:chromeOptions": {"args": arguments},
                        }
                    }
                },
                timeout=60,
            )
            self.session = "/session/" + answer["sessionId"]
            self.size(width, height, dark)
        except BaseException:
            self.close()
            raise

    def call(self, method, path, body=None, timeout=30):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(
                method,
                path,
                None if method != "POST" else json.dumps(body or {}),
                {"Content-Type": "application/json"},
            )
            value = json.loads(connection.getresponse().read())["value"]
        except OSError:
            if path == "/status":
                return {}
            raise
        finally:
            connection.close()
        if isinstance(value, dict) and "error" in value:
            raise WebDriverError(
                "%s: %s" % (value["error"], value.get("message", "").splitlines()[0])
            )
        return value

    def devtools(self, command, **parameters):
        return self.call(
            "POST", self.session + "/goog/cdp/execute", {"cmd": command, "params": parameters}
        )

    def size(self, width, height, dark=False):
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        self.devtools(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}],
        )

    def open(self, url):
        self.call("POST", self.session + "/url", {"url": url})

    def window(self):
        return self.call("GET", self.session + "/window")

    def new_window(self):
        """Opens a tab and goes to it; its handle."""
        handle = self.call("POST", self.session + "/window/new", {"type": "tab"})["handle"]
        self.switch_to(handle)
        return handle

    def switch_to(self, handle):
        self.call("POST", self.session + "/window", {"handle": handle})

    def close_window(self, handle, then):
        self.switch_to(handle)
        self.call("DELETE", self.session + "/window")
        self.switch_to(then)

    def reload(self):
        self.call("POST", self.session + "/refresh")

    def js(self, script, *arguments):
        """Runs `script` as the body of a function with `arguments`; what it returns, JSON-like."""
        return self.call(
            "POST", self.session + "/execute/sync", {"script": script, "args": list(arguments)}
        )

    def element(self, selector):
        found = self.call(
            "POST", self.session + "/element", {"using": "css selector", "value": selector}
        )
        return self.session + "/element/" + next(iter(found.values()))

    def click(self, selector):
        self.call("POST", self.element(selector) + "/click")

    def type(self, selector, text):
        """Replaces what stands in a field, by keys as a person would."""
        element = self.element(selector)
        self.call("POST", element + "/clear")
        self.call("POST", element + "/value", {"text": text})

    def keys(self, selector, text):
        self.call("POST", self.element(selector) + "/value", {"text": text})

    def choose(self, selector, value):
        self.js(
            "const s = document.querySelector(arguments[0]); s.value = arguments[1];"
            "s.dispatchEvent(new Event('change', {bubbles: true}))",
            selector,
            value,
        )

    def text(self, selector):
        return self.js("return document.querySelector(arguments[0])?.textContent ?? null", selector)

    def console_errors(self):
        """Errors that pages wrote to the browser's console since the last call, as texts."""
        log = self.call("POST", self.session + "/se/log", {"type": "browser"})
        return [entry["message"] for entry in log if entry["level"] == "SEVERE"]

    def screenshot(self, path):
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("GET", self.session + "/screenshot")))

    @staticmethod
    def wait(condition, seconds, what):
        """The first truthy result of `condition`; AssertionError after so many seconds."""
        deadline = time.monotonic() + seconds
        while True:
            result = condition()
            if result:
                return result
            if time.monotonic() > deadline:
                raise AssertionError("waited %s s in vain for %s" % (seconds, what))
            time.sleep(0.05)

    def close(self):
        atexit.unregister(self.close)
        try:
            if self.session:
                self.call("DELETE", self.session)
        except (OSError, http.client.HTTPException, WebDriverError, ValueError):
            pass
        finally:
            self.driver.terminate()
            try:
                self.driver.wait(5)
            except subprocess.TimeoutExpired:
                self.driver.kill()
                self.driver.wait()
            shutil.rmtree(self.profile, ignore_errors=True)
