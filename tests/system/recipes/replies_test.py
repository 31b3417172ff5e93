"""The recipes of docs/replies.md: their pages in Chromium, and what their workers and jobs write on a real Redis."""

import contextlib
import os
import shutil
import subprocess
import sys

import pytest
import redis_client
from app import App
from loopback import ROOT, wait_for
from page import REPLIES
from processes import Process

HTML = """<!doctype html><meta charset="utf-8"><title>Recipe</title>
<p id="output"></p><progress id="bar" max="100"></progress>
<a id="download" hidden>download</a><button id="cancel">cancel</button>
<script>
%s
</script>"""
WORKER = os.path.join(ROOT, "demo", "workers", "worker.py")


def shell(running, heading, number, **environment):
    """Runs a block with commands on the Redis of the recipe."""
    if not shutil.which("redis-cli"):
        pytest.skip("redis-cli is not installed")
    text = REPLIES.block(heading, "sh", number).replace("redis-cli ", "redis-cli -e -u %s " % running.url)
    done = subprocess.run(["bash", "-ec", text], env={**os.environ, **environment}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


class Site:
    """A recipe with the app behind it, which serves each `js` block of it as a page: /0, /1."""

    def __init__(self, run, heading, paths=None):
        self.heading = heading
        scripts = REPLIES.blocks(heading, "js")
        pages = {"/%d" % number: self.page(script) for number, script in enumerate(scripts)}
        self.app = App({**pages, **(paths or {})})
        upstream = 'upstream: { url: "http://127.0.0.1:%d" }, listen: ' % self.app.port
        auth = "127.0.0.1:%d/auth" % self.app.port
        self.running = run(heading, lambda text: text.replace("listen: ", upstream, 1).replace("127.0.0.1:8000/auth", auth),
                           REPLIES)

    @staticmethod
    def page(script):
        return lambda _: (200, {"Content-Type": "text/html"}, HTML % script)

    def open(self, browser, number=0):
        browser.open(self.url + "/%d" % number)

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.running.listen

    def restart(self, meanwhile):
        """Breaks all streams, and lets something happen while there is no Sidestream."""
        self.running.sidestream.process.kill()
        meanwhile()
        self.running.sidestream.__exit__()
        self.running.sidestream.__enter__()

    def newest(self, stream, field):
        """That field of the newest entry."""
        text = subprocess.run(["redis-cli", "-u", self.running.url, "XREVRANGE", stream, "+", "-", "COUNT", "1"],
                              capture_output=True, text=True, check=True).stdout.splitlines()
        return text[text.index(field) + 1]


@pytest.fixture
def site(run):
    """site(heading, paths) starts it."""
    with contextlib.ExitStack() as stack:

        def start(heading, paths=None):
            site = Site(run, heading, paths)
            stack.callback(site.app.__exit__)
            return site

        yield start


def until(browser, script, wanted):
    """Waits for what a script of the page gives."""
    with contextlib.suppress(TimeoutError):
        wait_for(lambda: browser.js("return " + script) == wanted, script, 10)
    found = browser.js("return " + script)
    assert found == wanted, "%s is %r, not %r" % (script, found, wanted)


OUTPUT, BAR, LINK = "output.textContent", "bar.value", "download.hidden ? null : download.getAttribute('href')"


def test_ai_chat(site, browser, tmp_path):
    """Reloaded in mid-answer, the page shows the answer from its first word to its last."""
    pytest.importorskip("redis", reason="python3-redis is not installed")
    chat = site("AI chat")
    worker = Process("worker", [sys.executable, WORKER], str(tmp_path),
                     {"REDIS_URL": chat.running.url, "WORD_SECONDS": "0.1"})
    try:
        chat.open(browser)
        browser.js("return ask('how are you')")
        wait_for(lambda: browser.js("return output.textContent.length") > 20, "the first words")
        shown = browser.js("return output.textContent")
        browser.reload()
        wait_for(lambda: "different." in browser.text("#output"), "the whole answer: " + worker.log())
        text = browser.text("#output")
        assert text.startswith(shown) and text.startswith("You asked: how are you - ") and text.count("different.") == 1
        browser.js("return ask('a longer one')")
        wait_for(lambda: "a longer one" in browser.text("#output"), "the second answer")
        browser.click("#cancel")
        wait_for(lambda: redis_client.command(chat.running.url, "XLEN", "prompts") == b":3\r\n", "the cancel")
        browser.js("return sessionStorage.clear()")
    finally:
        worker.kill()


def test_job_progress(site, browser):
    jobs = site("Job progress")
    jobs.open(browser)
    shell(jobs.running, jobs.heading, 0)
    until(browser, BAR, 40)
    browser.reload()
    until(browser, BAR, 40)
    jobs.restart(lambda: redis_client.append(jobs.running.url, "job:42", event="progress", data='{"percent": 70}'))
    until(browser, BAR, 70)
    shell(jobs.running, jobs.heading, 1)
    until(browser, OUTPUT, "done")
    browser.reload()
    until(browser, OUTPUT, "done")
    until(browser, "job.readyState", 2)
    assert redis_client.command(jobs.running.url, "TTL", "job:42") in (b":86400\r\n", b":86399\r\n", b":86398\r\n")


def test_export_with_a_download(site, browser):
    exports = site("Export with a download", {"/files/orders.csv": lambda _: (200, {"Content-Type": "text/csv"}, "1,2")})
    exports.open(browser)
    for _ in range(2):  # a double click
        browser.js("return start({ year: 2026 })")
    assert redis_client.command(exports.running.url, "XLEN", "exports") == b":1\r\n"
    assert exports.newest("exports", "data") == '{"year":2026}'
    reply = exports.newest("exports", "reply_to")
    shell(exports.running, exports.heading, 0, REPLY=reply)
    until(browser, BAR, 40)
    browser.reload()
    until(browser, BAR, 40)
    exports.restart(lambda: shell(exports.running, exports.heading, 1, REPLY=reply))
    until(browser, LINK, "/files/orders.csv")
    browser.reload()
    until(browser, LINK, "/files/orders.csv")
    assert browser.js("return fetch(download.href).then(answer => answer.text())") == "1,2"


def auth(headers):
    """The login of the app: its cookie is the name of the person."""
    user = (headers["Cookie"] or "").removeprefix("user=")
    role = "approver" if user == "bob" else "clerk"
    return (204, {"X-User": user, "X-Role": role}, "") if user else (401, {}, "who are you?")


def sign_in(browser, approvals, user, number):
    browser.open(approvals.url + "/0")
    browser.js("localStorage.clear(); document.cookie = 'user=%s; path=/'" % user)
    approvals.open(browser, number)


def post(browser, path):
    return browser.js("return fetch('%s', { method: 'POST', body: 'x' }).then(answer => answer.status)" % path)


FORMS = "[...document.querySelectorAll('form b')].map(b => b.textContent)"


def test_approval_that_waits_for_a_person(site, browser, another_browser):
    approvals = site("Approval that waits for a person", {"/auth": auth})
    alice, bob = browser, another_browser
    sign_in(alice, approvals, "alice", 0)
    sign_in(bob, approvals, "bob", 1)
    for text, decision in (("a new laptop", "approved"), ("a yacht", "rejected")):
        alice.js("return ask('%s')" % text)
        until(alice, OUTPUT, "waiting")
        until(bob, FORMS, [text])
        bob.reload()
        until(bob, FORMS, [text])
        alice.open("about:blank")  # she does not wait
        bob.click("button[value=%s]" % decision)
        until(bob, FORMS, [])
        approvals.open(alice)
        until(alice, OUTPUT, decision + ": by bob")
    bob.reload()
    alice.js("return ask('a pencil')")
    until(bob, FORMS, ["a pencil"])  # those with a decision stay away
    location = alice.js("return localStorage.approval")
    decision = location.replace("approvals", "decisions") + "?event=approved"
    answers = [post(alice, location + "?event=approved"), post(alice, decision), post(bob, "/approvals/alice"),
               bob.js("return fetch('%s').then(answer => answer.status)" % location)]
    assert answers == [404, 403, 403, 403]  # the app gets what no topic serves
    log = approvals.newest("requests", "reply_to")
    assert redis_client.command(approvals.running.url, "XLEN", log) == b":0\r\n"
