"""The console where streams need a token: it sends one, and shows what becomes of it."""

import json
import os

from case import ConsoleCase
from loopback import request
from tokens import SECRET, base64url, make_token

CONFIG = os.path.join(os.path.dirname(os.path.abspath(__file__)), "access.yaml")


class ConsoleAccessTest(ConsoleCase):
    def setUp(self):
        super().setUp()
        self.server = self.sidecar(config=CONFIG, environment={"TOKEN_SECRET": SECRET})
        self.wait(self.decides, "the log of revocations to be read")
        self.console(self.server)
        self.choose("inbox")
        self.browser.type("#parameters input", "alice")

    def decides(self):
        headers = {"Authorization": "Bearer " + make_token("alice")}
        path = "/users/alice/inbox"
        return request(self.server.port, "HEAD", path, headers=headers)[0] == 200

    def open_as(self, token, sent_as="header"):
        self.browser.js("document.querySelector('#token').value = ''")
        if token:
            self.browser.type("#token", token)
        self.browser.choose("#sent-as", sent_as)
        self.browser.click("#open")

    def until_label(self, label, seconds=15):
        self.wait(lambda: self.browser.text("#state") == label, "label " + label, seconds)

    def more(self):
        return self.browser.text("#state-more")

    def publish(self, key):
        self.browser.type("#publish-key", key)
        self.browser.type("#publish-data", "for " + key)
        self.browser.click("#publish-send")

    def test_shows_who_is_not_signed_in(self):
        self.open_as("")
        self.until_label("Not signed in")
        self.assertEqual(self.state(), "refused")
        self.assertTrue(self.more().startswith("401 "), self.more())
        self.open_as(make_token("alice", secret="f" * 32))
        self.wait(lambda: "signature" in self.more(), "what is wrong with the token")
        self.assertEqual(self.browser.text("#state"), "Not signed in")
        self.screenshot("console-401")

    def test_shows_what_is_not_allowed(self):
        self.open_as(make_token("bob"))
        self.until_label("Not allowed")
        self.assertTrue(self.more().startswith("403 "), self.more())
        self.assertIn("Token of bob", self.browser.text("#person"))
        self.screenshot("console-403")

    def test_shows_whose_token_it_is_and_reads_her_records(self):
        self.open_as(make_token("alice", role="writer"))
        self.until_label("Live")
        person = "^Token of alice · issued by tests · for sidestream · expires in (9|10) min"
        self.assertRegex(self.browser.text("#person"), person)
        self.publish("bob")
        self.wait(lambda: self.browser.text("#answer").startswith("201 · "), "201")
        self.browser.js("document.querySelector('#answer').textContent = ''")
        self.publish("alice")
        self.wait(lambda: self.browser.text("#answer").startswith("201 · "), "201")
        self.until_rows(1, "live")
        self.assertEqual([row[2] for row in self.rows("live")], ["for alice"])
        self.screenshot("console-token")
        self.browser.js("document.querySelector('#token').value = ''")
        self.browser.type("#token", make_token("alice"))
        self.publish("alice")
        self.wait(lambda: self.browser.text("#answer").startswith("403 · "), "403")

    def test_sends_a_ticket_and_shows_it_nowhere(self):
        ticket = make_token("alice", 30)
        self.open_as(ticket, "ticket")
        self.until_label("Live")
        self.browser.click("#as-curl")
        self.assertNotIn(ticket, self.browser.js("return document.documentElement.outerHTML"))
        self.assertNotIn(ticket, self.browser.js("return JSON.stringify({...sessionStorage})"))
        self.assertNotIn(ticket, self.server.log())
        self.assertIn("?ticket=", self.browser.text("#code"))

    def test_shows_that_a_token_expires(self):
        self.open_as(make_token("alice", 4))
        self.until_rows(4, "note", "control")
        self.wait(lambda: "this stream expires in" in self.browser.text("#person"), "the warning")
        self.screenshot("console-expiring")
        self.until_label("Expired")
        self.wait(lambda: self.state() == "refused", "the refusal of the old token")
        self.assertEqual(self.browser.text("#state"), "Expired")
        self.assertIn("expired", self.more())
        self.wait(lambda: "expired" in self.browser.text("#person"), "the person's token to expire")
        self.open_as(make_token("alice"))  # a new one goes on
        self.until_label("Live")

    def test_shows_a_revocation(self):
        self.open_as(make_token("alice"))
        self.until_label("Live")
        body = json.dumps({"sub": "alice"})
        status, _, text = self.server.request("POST", "/access/revoke", body, self.server.admin)
        self.assertEqual(status, 201, text)
        self.wait(lambda: self.state() == "refused", "the refusal of the old token")
        self.assertEqual(self.browser.text("#state"), "Revoked")
        self.assertIn("revoked", self.more())
        ends = [row[2] for row in self.rows("control") if row[1] == "stream-shutdown"]
        self.assertEqual([json.loads(end)["reason"] for end in ends], ["revoked"])
        self.screenshot("console-revoked")

    def test_shows_that_it_cannot_be_decided(self):
        token = make_token("alice", issuer="away")
        header = base64url(json.dumps({"alg": "ES256", "kid": "1"}).encode())
        self.open_as(header + token[token.index(".") :])
        self.until_label("Undecided")
        self.assertEqual(self.state(), "waiting")
        self.assertRegex(self.more(), r"^again in \d")
        self.screenshot("console-undecided")

    def test_needs_no_token_where_anyone_may_read(self):
        self.choose("open")
        self.open_as("")
        self.until_label("Live")
        self.assertTrue(self.browser.js("return document.querySelector('#person').hidden"))
