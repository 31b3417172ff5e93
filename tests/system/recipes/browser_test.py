"""The scripts of docs/access.md for pages, in Node: they come back with fresh tokens and lose nothing."""

import json
import os
import subprocess
import threading
import time

import clients
import pytest
import redis_client
from app import App
from loopback import ROOT, request, wait_for
from page import ACCESS
from tokens import make_token

HEADING = "In the browser"
clients.BUILD = os.path.join(ROOT, "build", "recipes")  # the suite of the clients may run at the same time
# What a page has: an origin, a cookie, and functions of its own.
PRELUDE = """
import { EventSource as Npm } from 'eventsource'
const at = url => new URL(url, process.env.ORIGIN)
const withCookie = (url, init) => globalThis.fetch(url, { ...init, headers: { ...init.headers, Cookie: 'session=of-alice' } })
class EventSource extends Npm { constructor(url, init) { super(at(url), { fetch: withCookie, ...init }) } }
const fetch = (url, init) => globalThis.fetch(at(url), init)
const token = async () => (await fetch('/token')).text()
const show = data => console.log(data)
const login = () => console.log('login')
Object.defineProperty(globalThis, 'location', { set: path => console.log(`to ${path}`) })
"""


class Page:
    """A script of the page in Node; `lines` is what it shows."""

    def __init__(self, script, origin):
        trouble = clients.install("node")
        if trouble:
            pytest.skip(trouble)
        path = os.path.join(clients.BUILD, "node", "page-%d.mjs" % os.getpid())
        with open(path, "w") as file:
            imported = "import { EventSource } from 'eventsource'"
            file.write(PRELUDE + "\n".join(line for line in script.splitlines() if not line.startswith(imported)))
        self.lines = []
        self.process = subprocess.Popen(["node", path], env={**os.environ, "ORIGIN": origin}, text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line.strip())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def ticket(_):
    """It is refused after two seconds: its life of 5 s and the leeway of 30 s began earlier."""
    now = int(time.time())
    text = make_token("alice", issuer="shop", iat=now - 33, exp=now - 28)
    return 200, {"Content-Type": "application/json"}, '{"ticket": "%s"}' % text


def start(run, app, heading=HEADING, change=lambda text: text):
    upstream = 'upstream: { url: "http://127.0.0.1:%d" }, listen: ' % app.port
    return run(heading, lambda text: change(text).replace("listen: ", upstream, 1))


def origin(running):
    return "http://127.0.0.1:%d" % running.listen


def write_over_a_restart(running, shown, pause=0, before=True):
    """What the page shows: everything, once, in order. `before`: whether it has seen a record when Sidestream ends."""
    wanted = ["first"] * before + ["meanwhile", "last"]
    if before:
        redis_client.append(running.url, "shop.orders", data="first")
        wait_for(lambda: shown.lines, "the first record")
    time.sleep(pause)
    running.sidestream.process.kill()
    redis_client.append(running.url, "shop.orders", data="meanwhile")
    with running.start() as again:
        wait_for(lambda: "meanwhile" in shown.lines, "what was written meanwhile")
        redis_client.append(running.url, "shop.orders", data="last")
        wait_for(lambda: "last" in shown.lines, "the last record")
        again.process.kill()  # a drain would wait for the page
    assert shown.lines == wanted, shown.lines


def subscribers(running):
    topics = json.loads(request(running.admin, "GET", "/topics")[1])["topics"]
    return topics[0]["subscribers"]


def test_a_cookie_is_renewed_until_the_session_ends(run):
    ended = threading.Event()

    def auth(_):
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 20))
        body = json.dumps({"sub": "alice", "expires_at": until})
        return (401, {}, "") if ended.is_set() else (200, {"Content-Type": "application/json"}, body)

    def change(text):
        text = text.replace("127.0.0.1:8000", "127.0.0.1:%d" % app.port)
        return text.replace("    pass: [cookie]", "    cache: 100ms\n    recheck: 1s\n    pass: [cookie]")

    with App({"/auth": auth, "/session/renew": lambda _: (204, {}, "")}) as app:
        running = start(run, app, "The session cookie of your app", change)
        with Page(ACCESS.block(HEADING, "js", 0), origin(running)) as shown:
            wait_for(lambda: app.asked["/session/renew"], "the renewal")
            assert not shown.lines, shown.lines
            ended.set()
            wait_for(lambda: shown.lines, "the way to the login")
            assert shown.lines == ["to /login"], shown.lines


def test_a_token_is_fresh_at_each_reconnect(run):
    tokens = lambda _: (200, {}, make_token("alice", issuer="shop"))
    with App({"/token": tokens}) as app:
        running = start(run, app)
        with Page(ACCESS.block(HEADING, "js", 1), origin(running)) as shown:
            wait_for(lambda: subscribers(running), "the stream")
            write_over_a_restart(running, shown)
        assert app.asked["/token"] >= 2


def test_a_token_that_is_refused_leads_to_the_login(run):
    with App({"/token": lambda _: (200, {}, make_token("alice", issuer="shop", secret="f" * 32))}) as app:
        running = start(run, app)
        with Page(ACCESS.block(HEADING, "js", 1), origin(running)) as shown:
            wait_for(lambda: shown.lines == ["login"], "the login")


@pytest.mark.parametrize("before", (True, False), ids=("after a record", "before the first record"))
def test_a_new_ticket_goes_on_after_the_last_id(run, before):
    with App({"/ticket": ticket}) as app:
        running = start(run, app)
        with Page(ACCESS.block(HEADING, "js", 2), origin(running)) as shown:
            wait_for(lambda: subscribers(running), "the stream")
            write_over_a_restart(running, shown, 3, before)
        assert app.asked["/ticket"] >= 2
