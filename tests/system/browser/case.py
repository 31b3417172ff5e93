"""What all browser tests share: one browser for the run, a fresh sidecar for each test."""

import os
import unittest

import browser as chromium
from sidecar import Sidestream

SCREENSHOTS = os.environ.get("SIDESTREAM_SCREENSHOTS")
browser = None  # one for all tests: started by the first, closed by conftest.py


def shared_browser():
    global browser
    if browser is None:
        browser = chromium.Browser()
    return browser


def close_shared_browser():
    global browser
    if browser is not None:
        browser.close()
        browser = None


@unittest.skipIf(chromium.missing(), chromium.missing())
class BrowserCase(unittest.TestCase):
    def setUp(self):
        self.browser = shared_browser()
        self.browser.size(1440, 900)
        self.browser.open("about:blank")
        self.browser.console_errors()  # those of the test before
        self.addCleanup(self.browser.open, "about:blank")

    def sidecar(self, **options):
        sidecar = Sidestream(**options)
        self.addCleanup(sidecar.close)
        return sidecar

    def wait(self, condition, what, seconds=15):
        return self.browser.wait(condition, seconds, what)

    def screenshot(self, name):
        if SCREENSHOTS:
            self.browser.screenshot(os.path.join(SCREENSHOTS, name + ".png"))

    def each_once(self, ids, acknowledged):
        """Ids of the embedded log: consecutive, each once, the last acknowledged one too."""
        numbers = [int(i) for i in ids]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))))
        self.assertGreaterEqual(numbers[-1], int(acknowledged[-1]))


class ConsoleCase(BrowserCase):
    """Opens the console and knows its parts."""

    def console(self, sidecar):
        self.browser.open(sidecar.console + "/")
        self.until_topics()

    def until_topics(self):
        self.wait(
            lambda: self.browser.js("return document.querySelectorAll('.topic').length"), "topics"
        )

    def choose(self, topic):
        self.browser.click(".topic[data-name=%s] > button" % topic)

    def open_stream(self, topic, start="live", value=None):
        self.choose(topic)
        self.browser.choose("#start", start)
        if value is not None:
            self.browser.type("#start-text", value)
        self.browser.click("#open")
        self.until_state("live")

    def state(self):
        return self.browser.js("return document.querySelector('#stream').dataset.state")

    def until_state(self, state, seconds=15):
        self.wait(lambda: self.state() == state, "state " + state, seconds)

    def rows(self, *kinds):
        """[kind, event, data, id] of the rows that are shown."""
        rows = self.browser.js(
            "return [...document.querySelectorAll('.row')].map("
            "  r => [r.dataset.kind, r.dataset.event,"
            "  r.querySelector('.data').textContent, r.querySelector('.eid').textContent])"
        )
        return [row for row in rows if not kinds or row[0] in kinds]

    def ids(self):
        return [row[3] for row in self.rows("live", "replayed")]

    def until_rows(self, count, *kinds):
        return self.wait(
            lambda: len(self.rows(*kinds)) >= count and self.rows(*kinds), "%d rows" % count
        )

    def last_id(self):
        return self.browser.text("#last-id")
