#!/usr/bin/env python3
"""The app of `./quickstart inbox`: signs people in with a cookie, tells Sidestream who a reader is, and ends her
streams when she signs out. Standard library only; a real app asks for a password.

    GET  /          the page              POST /login             {"user": "alice"}
    GET  /me        who is signed in      POST /logout            this session
    GET  /auth      the same, for         POST /logout/everywhere all sessions of this person
                    Sidestream            POST /session/renew
                                          POST /notify            {"to": "bob", "text": "..."}
"""

import datetime
import http.cookies
import http.server
import json
import os
import secrets
import threading
import time
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = float(os.environ.get("SESSION_SECONDS", "120"))  # short, so that renewals can be seen
SIDESTREAM = "http://127.0.0.1:" + os.environ["SIDESTREAM_PORT"]
ADMIN = "http://127.0.0.1:" + os.environ["SIDESTREAM_ADMIN_PORT"]


class Sessions:
    """By their cookies. A file keeps them, so that a restart signs nobody out."""

    def __init__(self, path):
        self.path, self.lock = path, threading.Lock()
        self.all = {}
        if os.path.exists(path):
            with open(path) as file:
                self.all = json.load(file)

    def save(self):
        with open(self.path, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            json.dump(self.all, file)

    def begin(self, user):
        cookie = secrets.token_urlsafe()
        with self.lock:
            # `sid` names the session where the cookie must not be seen: in the log of revocations.
            self.all[cookie] = {"sub": user, "sid": secrets.token_hex(8), "until": time.time() + SECONDS}
            self.save()
        return cookie

    def find(self, cookie):
        session = self.all.get(cookie)
        return session if session and session["until"] > time.time() else None

    def renew(self, session):
        with self.lock:
            session["until"] = time.time() + SECONDS
            self.save()

    def end(self, name, value):
        """Those with sub=alice, or sid=..."""
        with self.lock:
            self.all = {cookie: one for cookie, one in self.all.items() if one[name] != value}
            self.save()


sessions = Sessions(os.path.join(os.environ["SIDESTREAM_DATA"], "sessions.json"))


def post(url, message):
    urllib.request.urlopen(urllib.request.Request(url, json.dumps(message).encode()), timeout=5).close()


class App(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/":
            with open(os.path.join(HERE, "index.html"), "rb") as page:
                return self.answer(200, page.read(), "text/html; charset=utf-8")
        if self.path == "/healthz":
            return self.answer(200)
        if self.path not in ("/me", "/auth"):
            return self.answer(404)
        session = self.session()
        if not session:
            return self.answer(401, {"error": "not signed in"})
        until = datetime.datetime.fromtimestamp(session["until"], datetime.timezone.utc)
        return self.answer(200, {"sub": session["sub"], "sid": session["sid"], "expires_at": until.isoformat()})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}")
        session = self.session()
        if self.path == "/login":
            cookie = "session=%s; Path=/; HttpOnly; SameSite=Lax" % sessions.begin(body["user"])
            return self.answer(200, {"sub": body["user"]}, cookie=cookie)
        if not session:
            return self.answer(401, {"error": "not signed in"})
        if self.path == "/session/renew":
            sessions.renew(session)
        elif self.path == "/logout":
            self.sign_out("sid", session["sid"])
        elif self.path == "/logout/everywhere":
            self.sign_out("sub", session["sub"])
        elif self.path == "/notify":
            to = urllib.parse.quote(body["to"], safe="")
            url = "%s/users/%s/inbox?event=notification&key=%s" % (SIDESTREAM, to, to)
            post(url, {"from": session["sub"], "text": body["text"], "time": time.time() * 1000})
        else:
            return self.answer(404)
        return self.answer(200)

    def sign_out(self, name, value):
        """First the sessions, then the streams: who reconnects at once must already be unknown."""
        sessions.end(name, value)
        post(ADMIN + "/access/revoke", {name: value})

    def session(self):
        cookie = http.cookies.SimpleCookie(self.headers.get("Cookie", "")).get("session")
        return cookie and sessions.find(cookie.value)

    def answer(self, status, body=None, kind="application/json", cookie=""):
        data = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    port = int(os.environ["SIDESTREAM_APP_PORT"])
    http.server.ThreadingHTTPServer(("127.0.0.1", port), App).serve_forever()
