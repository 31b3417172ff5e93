"""The five pages to copy, fed with real readings as in the quickstart; the look of the console."""

import atexit
import http.client
import json
import os
import signal
import subprocess
import sys
import time

from case import BrowserCase, ConsoleCase
from loopback import ROOT

FOLDER = os.path.join(ROOT, "sidecar/http/console")
PAGES = {  # page -> what it shows when it works, as JavaScript
    "clock": "/^\\d\\d:\\d\\d:\\d\\d$/.test(document.querySelector('#time').textContent)",
    "notifications": "document.querySelectorAll('#list li').length > 0",
    "system": "/^[\\d.]+ %$/.test(document.querySelector('#gauges b').textContent)"
    " && document.querySelector('path').getAttribute('d').includes('L')",
    "logs": "document.querySelectorAll('#log div').length > 0",
    "progress": "document.querySelector('#title').textContent.startsWith('Job ')"
    " && /^[\\d.]+ %$/.test(document.querySelector('#percent').textContent)",
}


class Fed:
    """The quickstart's sidecar and its feed. A mixin of test cases."""

    def fed(self):
        sidecar = self.sidecar(config=os.path.join(ROOT, "demo/embedded.yaml"))
        log = os.path.join(sidecar.folder, "feed.log")
        with open(log, "wb") as file:
            feed = subprocess.Popen(
                [
                    sys.executable,
                    os.path.join(ROOT, "demo/feed.py"),
                    "--url",
                    sidecar.url,
                    "--admin",
                    sidecar.console,
                    "--log",
                    sidecar.process.log_path,
                    "--log",
                    log,
                    "--folder",
                    os.path.join(ROOT, "sidecar"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )
        self.addCleanup(feed.wait)
        self.addCleanup(feed.kill)
        atexit.register(feed.kill)  # an interrupted run leaves nothing behind
        return sidecar, feed


class PagesTest(Fed, BrowserCase):
    def test_are_served_as_in_the_source(self):
        sidecar = self.sidecar()
        for path in ["/"] + ["/examples/%s.html" % page for page in [*PAGES, "chat"]]:
            status, content_type, body = sidecar.request("GET", path, port=sidecar.admin)
            self.assertEqual((status, content_type), (200, "text/html; charset=utf-8"), path)
            with open(FOLDER + (path if path != "/" else "/index.html"), "rb") as file:
                self.assertTrue(
                    body == file.read(), path + " differs: is the binary of these sources?"
                )

    def test_are_not_on_the_public_port(self):
        sidecar = self.sidecar()
        for path in ("/", "/examples/clock.html", "/topics", "/readyz"):
            self.assertEqual(sidecar.request("GET", path)[0], 404, path)

    def test_show_real_readings(self):
        sidecar, _ = self.fed()
        for page, condition in PAGES.items():
            with self.subTest(page=page):
                self.browser.size(800, 560)
                self.browser.open("%s/examples/%s.html" % (sidecar.console, page))
                self.wait(
                    lambda: self.browser.js("return " + condition), page + " to show something"
                )
                self.assertEqual(self.browser.text("#state"), "live")
                self.screenshot("page-" + page)
                self.browser.size(360, 740)
                self.assertLessEqual(
                    self.browser.js("return document.documentElement.scrollWidth"), 360
                )
                self.assertEqual(self.browser.console_errors(), [])

    def test_the_feed_survives_a_restart_and_ends_within_a_second(self):
        sidecar, feed = self.fed()
        self.browser.open(sidecar.console + "/examples/clock.html")
        self.wait(lambda: self.browser.js("return " + PAGES["clock"]), "the clock")
        sidecar.kill()
        self.wait(lambda: "reconnecting" in self.browser.text("#state"), "the page to notice")
        sidecar.start()
        self.wait(lambda: self.browser.text("#state") == "live", "the page to be back")
        before = self.browser.text("#time")
        self.wait(lambda: self.browser.text("#time") != before, "the clock to go on")
        feed.send_signal(signal.SIGTERM)
        began = time.monotonic()
        self.assertEqual(feed.wait(5), 0)
        self.assertLess(time.monotonic() - began, 1)


class LookTest(Fed, ConsoleCase):
    def look(self, sidecar, topic, width, height, dark):
        self.browser.size(width, height, dark)
        self.console(sidecar)
        if self.state() != "closed":  # the stream of the look before goes on
            self.browser.click("#disconnect")
            self.browser.click("#clear")
        self.open_stream(topic, "tail", "8")
        if topic == "notifications":  # a quiet machine has nothing to tell
            for done in ("Backup done", "Report is ready"):
                note = {"title": done, "text": "in 3.2 s", "time": "12:00:00"}
                sidecar.publish("/events/notifications", json.dumps(note), "success")
        self.until_rows(2, "live")

    def test_light_dark_and_phone(self):
        sidecar, _ = self.fed()
        sidecar.until_published("/events/progress", 8)
        self.look(sidecar, "notifications", 1440, 900, dark=False)
        self.screenshot("console-light")
        self.look(sidecar, "system", 1440, 900, dark=True)
        self.browser.js("[...document.querySelectorAll('.row[data-kind=live]')].at(-1).click()")
        self.screenshot("console-dark")
        self.look(sidecar, "progress", 360, 740, dark=False)
        self.assertLessEqual(self.browser.js("return document.documentElement.scrollWidth"), 360)
        self.screenshot("console-phone")
        self.browser.js("document.querySelector('#log').scrollIntoView()")
        self.screenshot("console-phone-log")
        self.assertEqual(self.browser.console_errors(), [])


class LoadTest(ConsoleCase):
    COUNT = 5000

    def fill(self, sidecar, count, per_second=None):
        connection = http.client.HTTPConnection("127.0.0.1", sidecar.port, timeout=10)
        began = time.monotonic()
        for n in range(count):
            if per_second:
                time.sleep(max(0, began + n / per_second - time.monotonic()))
            connection.request(
                "POST", "/events/numbers", '{"n": %d, "text": "%s"}' % (n, "x" * 100)
            )
            answer = connection.getresponse()
            answer.read()
            self.assertEqual(answer.status, 201)
        connection.close()

    def busy_seconds(self):
        """CPU time of the page's scripts, styles and layout ; painting depends on the machine."""
        metrics = self.browser.devtools("Performance.getMetrics")["metrics"]
        ours = ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration")
        return sum(metric["value"] for metric in metrics if metric["name"] in ours)

    def test_a_thousand_events_a_second_stay_smooth_and_bounded(self):
        sidecar = self.sidecar()
        self.console(sidecar)
        self.open_stream("numbers")
        self.browser.devtools("Performance.enable", timeDomain="threadTicks")
        before = self.busy_seconds()
        self.fill(sidecar, self.COUNT, per_second=1000)
        self.wait(lambda: self.browser.text("#messages") == "5,000", "all events")
        self.wait(lambda: len(self.ids()) == 500, "the newest rows")
        busy = self.busy_seconds() - before
        self.browser.devtools("Performance.disable")
        print("  console: %.1f s of work for %d events at 1,000/s" % (busy, self.COUNT))
        self.assertEqual(self.browser.js("return document.querySelectorAll('.row').length"), 500)
        self.assertLess(busy, 2.5)

    def test_a_replay_of_thousands_is_counted_and_bounded(self):
        sidecar = self.sidecar()
        self.fill(sidecar, self.COUNT)
        self.console(sidecar)
        self.open_stream("numbers", "earliest")
        self.wait(lambda: self.browser.text("#caught") == "5,000", "all events to be caught up")
        # The figures may be shown a frame before the rows.
        count = "return document.querySelectorAll('.row').length"
        self.wait(lambda: self.browser.js(count) >= 500, "the rows to be drawn")
        self.assertEqual(self.browser.js(count), 500)
