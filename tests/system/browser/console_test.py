"""The console as a user sees it."""

import json

from case import ConsoleCase


class ConsoleTest(ConsoleCase):
    def test_shows_topics_and_health(self):
        sidecar = self.sidecar()
        self.console(sidecar)
        names = self.browser.js(
            "return [...document.querySelectorAll('.topic')].map(t => t.dataset.name)"
        )
        self.assertEqual(names, ["numbers", "small", "silent", "job", "rooms"])
        self.wait(lambda: "Ready" in self.browser.text("#health"), "health")
        self.assertIn("local · embedded", self.browser.text("#health"))
        self.assertEqual(self.browser.text("#title"), "numbers")
        self.assertEqual(self.browser.console_errors(), [])

    def test_cuts_no_state_off(self):
        self.console(self.sidecar())
        for width in 1440, 1200, 390:
            self.browser.size(width, 900)
            for state in "Disconnected", "Reconnecting", "Catching up":
                with self.subTest(width=width, state=state):
                    missing = self.browser.js(
                        "const text = document.querySelector('#state .cut'); text.textContent = '%s';"
                        "return text.scrollWidth - text.clientWidth" % state
                    )
                    self.assertLessEqual(missing, 0)

    def test_loads_everything_from_the_sidecar(self):
        sidecar = self.sidecar()
        self.console(sidecar)
        loaded = self.browser.js("return performance.getEntriesByType('resource').map(r => r.name)")
        self.assertTrue(loaded)
        self.assertEqual([url for url in loaded if not url.startswith(sidecar.console + "/")], [])

    def test_distinguishes_replayed_live_and_control_events(self):
        sidecar = self.sidecar()
        for n in range(5):
            sidecar.publish("/events/numbers", json.dumps({"n": n}))
        self.console(sidecar)
        self.open_stream("numbers", "tail", "3")
        sidecar.publish("/events/numbers", "later", event="shout")
        self.until_rows(1, "live")
        self.assertEqual(
            [(kind, event) for kind, event, _, _ in self.rows()],
            [("note", "open"), ("control", "stream-open"), ("control", "stream-catch-up")]
            + [("replayed", "message")] * 3
            + [("control", "stream-live"), ("live", "shout")],
        )
        self.assertEqual(
            [row[2] for row in self.rows("replayed")], ['{"n": 2}', '{"n": 3}', '{"n": 4}']
        )
        self.wait(lambda: self.browser.text("#messages") == "4", "the count of messages")
        self.assertEqual(self.browser.text("#caught"), "3")
        self.assertEqual(self.last_id(), self.rows("live")[-1][3])

    def test_starts_at_the_earliest_since_and_after_an_id(self):
        sidecar = self.sidecar()
        ids = [sidecar.publish("/events/numbers", str(n)) for n in range(4)]
        self.console(sidecar)
        for start, value, expected in (
            ("earliest", None, ids),
            ("since", "10m", ids),
            ("id", ids[1], ids[2:]),
        ):
            with self.subTest(start=start):
                self.open_stream("numbers", start, value)
                self.until_rows(len(expected), "replayed")
                self.assertEqual(self.ids(), expected)
                self.browser.click("#disconnect")
                self.browser.click("#clear")

    def test_publishes_and_shows_the_id(self):
        sidecar = self.sidecar()
        self.console(sidecar)
        self.open_stream("numbers")
        self.browser.type("#publish-event", "greeting")
        self.browser.type("#publish-data", '{"text": "Grüße ☕"}')
        self.browser.click("#publish-send")
        _, event, data, event_id = self.until_rows(1, "live")[0]
        self.assertEqual((event, data), ("greeting", '{"text": "Grüße ☕"}'))
        self.wait(lambda: self.browser.text("#answer") == "201 · id " + event_id, "the answer")

    def test_shows_why_publishing_was_refused(self):
        sidecar = self.sidecar()
        self.console(sidecar)
        self.choose("small")
        self.browser.js("document.querySelector('#publish-data').value = 'x'.repeat(5000)")
        self.browser.click("#publish-send")
        self.wait(lambda: self.browser.text("#answer").startswith("413 · "), "413")
        self.assertGreater(len(self.browser.text("#answer")), len("413 · "))

    def test_shows_why_a_stream_was_refused(self):
        sidecar = self.sidecar()
        self.console(sidecar)
        self.choose("numbers")
        self.browser.choose("#start", "tail")
        self.browser.type("#start-text", "many")
        self.browser.click("#open")
        self.until_state("refused")
        self.assertRegex(self.browser.text("#state-more"), "^400 tail: ")
        self.browser.type("#start-text", "1")
        self.browser.click("#open")
        self.until_state("live")

    def test_data_is_never_markup(self):
        sidecar = self.sidecar()
        self.console(sidecar)
        self.open_stream("numbers")
        nasty = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
        sidecar.publish("/events/numbers", nasty, event="a<b>")
        self.assertEqual(self.until_rows(1, "live")[0][1:3], ["a<b>", nasty])
        self.browser.click(".row[data-kind=live]")
        self.assertIn(nasty, self.browser.text(".row pre"))
        self.assertEqual(
            self.browser.js(
                "return [document.querySelectorAll('#rows img, #rows script').length,"
                " window.hacked ?? null]"
            ),
            [0, None],
        )

    def test_a_template_opens_with_its_parameter(self):
        sidecar = self.sidecar()
        sidecar.publish("/rooms/blue", "hello blue")
        sidecar.publish("/rooms/red", "hello red")
        self.console(sidecar)
        self.choose("rooms")
        self.assertTrue(self.browser.js("return document.querySelector('#open').disabled"))
        self.browser.type("#parameters input", "blue")
        self.browser.choose("#start", "earliest")
        self.browser.click("#open")
        self.assertEqual(self.until_rows(1, "replayed")[0][2], "hello blue")

    def test_several_topics_in_one_stream(self):
        sidecar = self.sidecar()
        self.console(sidecar)
        self.choose("numbers")
        self.browser.click(".topic[data-name=small] .add")
        self.browser.click("#open")
        self.until_state("live")
        sidecar.publish("/events/numbers", "one")
        sidecar.publish("/events/small", "two")
        self.until_rows(2, "live")
        self.assertEqual(sorted(row[2] for row in self.rows("live")), ["one", "two"])

    def test_filters_pauses_and_clears(self):
        sidecar = self.sidecar()
        self.console(sidecar)
        self.open_stream("numbers")
        for word in ("apple", "pear", "apple pie"):
            sidecar.publish("/events/numbers", word)
        self.until_rows(3, "live")
        self.browser.type("#filter", "apple")
        self.wait(lambda: [r[2] for r in self.rows()] == ["apple", "apple pie"], "the filter")
        self.browser.keys("#filter", "\ue003" * 5)  # backspaces
        self.until_rows(3, "live")
        self.browser.click("#kind-live")
        self.wait(lambda: not self.rows("live"), "live events to be hidden")
        self.browser.click("#kind-live")
        self.browser.click("#pause")
        sidecar.publish("/events/numbers", "while paused")
        self.wait(
            lambda: self.browser.text("#newer").startswith("1 new"), "the count of new events"
        )
        self.assertEqual(len(self.rows("live")), 3)
        self.browser.click("#newer")
        self.until_rows(4, "live")
        self.browser.click("#clear")
        self.wait(lambda: self.rows() == [], "an empty log")

    def test_works_by_keyboard_alone(self):
        sidecar = self.sidecar()
        sidecar.publish(
            "/events/numbers", '{"big": 12345678901234567890, "list": [1, {"a": null}]}'
        )
        self.console(sidecar)
        self.browser.keys(".topic[data-name=numbers] > button", "\ue007")
        self.browser.choose("#start", "earliest")
        self.browser.keys("#open", "\ue007")
        self.until_rows(1, "replayed")
        self.browser.keys("#rows", "\ue011")  # Home
        for _ in range(3):
            self.browser.keys(".row:focus", "\ue015")  # down
        self.browser.keys(".row:focus", "\ue007")
        shown = self.browser.text(".row pre")
        self.assertIn(
            '"big": 12345678901234567890,\n  "list": [\n    1,\n    {\n      "a": null\n', shown
        )
