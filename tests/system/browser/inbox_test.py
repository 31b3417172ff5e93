"""The page of `./quickstart inbox`: signed-in people, each with an inbox from one log."""

import json
import os
import signal
import sys

import browser as chromium
from case import BrowserCase
from loopback import LOCAL, ROOT, free_port
from processes import Process, responds

DEMO = os.path.join(ROOT, "demo")


class InboxCase(BrowserCase):
    """An app that signs people in, Sidestream in front of it, and a window for each person."""

    def demo(self, **environment):
        port = free_port()
        self.server = self.sidecar(
            config=os.path.join(DEMO, "inbox.yaml"), environment={"SIDESTREAM_APP_PORT": str(port)}
        )
        self.app = Process(
            "app",
            [sys.executable, os.path.join(DEMO, "inbox", "app.py")],
            self.server.folder,
            {**self.server.environment, **environment},
        )
        self.addCleanup(self.app.kill)
        self.app.wait_until(lambda: responds(port, "/healthz"))

    def another_browser(self):
        window = chromium.Browser()
        self.addCleanup(window.close)
        return window

    def sign_in(self, window, user):
        window.open(self.server.url + "/")
        self.wait(lambda: window.js("return !document.querySelector('#sign-in').hidden"), "a form")
        window.type("#sign-in [name=user]", user)
        window.click("#sign-in button")
        self.until_live(window)

    def until_live(self, window, seconds=25):
        self.wait(lambda: self.state(window) == "live", "a live stream", seconds)

    def state(self, window):
        return window.js("return document.querySelector('#state').dataset.state")

    def banner(self, window):
        return window.js(
            "const b = document.querySelector('#banner'); return b.hidden ? '' : b.textContent"
        )

    def send(self, window, to, text):
        window.type("#send [name=to]", to)
        window.type("#send [name=text]", text)
        window.click("#send button")
        self.wait(lambda: window.js("return !document.querySelector('#send').text.value"), "sent")

    def shown(self, window):
        """The texts in the order of the log."""
        return window.js(
            "return [...document.querySelectorAll('#list p')].map(p => p.textContent).reverse()"
        )

    def until_shown(self, window, texts):
        self.wait(lambda: len(self.shown(window)) >= len(texts), "%s" % texts)
        self.assertEqual(self.shown(window), texts)

    def until_signed_out(self, window, text):
        self.wait(lambda: text in self.banner(window), text)
        self.assertTrue(window.js("return document.querySelector('#inbox').hidden"))

    def streams(self):
        return self.server.topics()["inbox"]["subscribers"]


class InboxTest(InboxCase):
    def test_two_people_see_only_their_own(self):
        self.demo()
        alice, bob = self.browser, self.another_browser()
        self.addCleanup(alice.devtools, "Network.clearBrowserCookies")
        self.sign_in(alice, "alice")
        self.sign_in(bob, "bob")
        self.send(bob, "alice", "Lunch at one?")
        self.send(alice, "bob", "Yes, see you there")
        self.send(bob, "alice", "I bring cake")
        self.until_shown(alice, ["Lunch at one?", "I bring cake"])
        self.until_shown(bob, ["Yes, see you there"])
        self.assertEqual(alice.text("#count"), "2")
        self.screenshot("inbox-alice")
        alice.click("#bell")
        self.assertTrue(alice.js("return document.querySelector('#count').hidden"))

        self.server.kill()
        self.wait(lambda: self.state(alice) == "waiting", "the page to notice")
        self.server.start()
        self.until_live(alice)
        self.until_live(bob)
        for to in ("bob", "alice", "bob"):
            self.send(bob, to, "again, " + to)
        self.until_shown(alice, ["Lunch at one?", "I bring cake", "again, alice"])
        self.until_shown(bob, ["Yes, see you there", "again, bob", "again, bob"])
        self.assertEqual(alice.text("#count"), "1")
        alice.size(360, 740, dark=True)
        self.screenshot("inbox-phone")
        self.assertLessEqual(alice.js("return document.documentElement.scrollWidth"), 360)

    def test_replays_only_her_own(self):
        """After a reload, and after a reconnect with records that were written meanwhile."""
        self.demo()
        alice = self.browser
        self.addCleanup(alice.devtools, "Network.clearBrowserCookies")
        self.sign_in(alice, "alice")
        for to in ("bob", "alice", "bob"):
            self.send(alice, to, "for " + to)
        self.until_shown(alice, ["for alice"])
        alice.reload()
        self.until_live(alice)
        self.until_shown(alice, ["for alice"])
        self.assertEqual(self.server.request("GET", "/users/bob/inbox")[0], 401)

    def test_sign_out_everywhere_ends_all_tabs_within_a_second(self):
        self.demo()
        alice, elsewhere, bob = self.browser, self.another_browser(), self.another_browser()
        self.addCleanup(alice.devtools, "Network.clearBrowserCookies")
        self.sign_in(bob, "bob")
        self.sign_in(elsewhere, "alice")
        self.sign_in(alice, "alice")
        first = alice.window()
        second = alice.new_window()
        self.addCleanup(alice.close_window, second, first)
        alice.open(self.server.url + "/")  # the tabs share the cookie
        self.until_live(alice)
        self.assertEqual(self.streams(), 4)
        for tab in (first, second):
            alice.switch_to(tab)
            alice.js(
                "new MutationObserver(() => window.endedAt ??= Date.now())"
                ".observe(document.querySelector('#banner'), {attributes: true})"
            )
        clicked = elsewhere.js(
            "document.querySelector('#everywhere').click(); return Date.now()"
        )
        self.until_signed_out(elsewhere, "You have been signed out.")
        for tab in (first, second):
            alice.switch_to(tab)
            self.until_signed_out(alice, "You have been signed out.")
            took = alice.js("return endedAt") - clicked
            print("  signed out after %d ms" % took)
            self.assertLess(took, 1000)
        self.screenshot("inbox-signed-out")
        alice.reload()
        self.wait(lambda: alice.js("return !document.querySelector('#sign-in').hidden"), "a form")
        self.assertEqual(self.state(bob), "live")
        self.assertEqual(self.streams(), 1)

    def test_sign_out_ends_this_session_alone(self):
        self.demo()
        alice, elsewhere = self.browser, self.another_browser()
        self.addCleanup(alice.devtools, "Network.clearBrowserCookies")
        self.sign_in(elsewhere, "alice")
        self.sign_in(alice, "alice")
        alice.click("#out")
        self.until_signed_out(alice, "You have been signed out.")
        self.send(elsewhere, "alice", "still here")
        self.until_shown(elsewhere, ["still here"])

    def test_renews_the_session_without_a_gap(self):
        """The page has renewed it several times before its first end, and no stream ends."""
        self.demo(SESSION_SECONDS="6")
        alice = self.browser
        self.addCleanup(alice.devtools, "Network.clearBrowserCookies")
        self.sign_in(alice, "alice")
        alice.js(
            "window.ends = []; stream.addEventListener('stream-shutdown', e => ends.push(e.data))"
        )
        sent = []
        for number in range(18):  # 9 s
            self.send(alice, "alice", "number %d" % number)
            sent.append("number %d" % number)
            alice.driver.execute_async_script("setTimeout(arguments[0], 500)")
        self.until_shown(alice, sent)
        self.assertEqual(alice.js("return ends"), [])
        self.assertEqual(self.state(alice), "live")

    def test_says_that_the_session_has_ended(self):
        self.demo(SESSION_SECONDS="3")
        alice = self.browser
        self.addCleanup(alice.devtools, "Network.clearBrowserCookies")
        # As if the app refused the renewal.
        alice.devtools("Network.enable")
        alice.devtools("Network.setBlockedURLs", urls=["*/session/renew"])
        self.addCleanup(alice.devtools, "Network.setBlockedURLs", urls=[])
        self.sign_in(alice, "alice")
        self.until_signed_out(alice, "Your session has ended.")

    def test_returns_by_itself_when_the_app_does(self):
        self.demo()
        alice = self.browser
        self.addCleanup(alice.devtools, "Network.clearBrowserCookies")
        self.sign_in(alice, "alice")
        os.kill(self.app.process.pid, signal.SIGSTOP)
        self.addCleanup(os.kill, self.app.process.pid, signal.SIGCONT)
        self.wait(lambda: "does not answer" in self.banner(alice), "the page to say it", 25)
        self.screenshot("inbox-auth-unavailable")
        record = json.dumps({"from": "bob", "text": "meanwhile", "time": 0})
        self.server.publish("/users/alice/inbox?key=alice", record, "notification")
        os.kill(self.app.process.pid, signal.SIGCONT)
        self.until_live(alice, 40)
        self.until_shown(alice, ["meanwhile"])
        self.assertEqual(self.banner(alice), "")
