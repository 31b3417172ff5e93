"""Dropped connections, reloads, restarts: no event is lost or seen twice."""

from case import ConsoleCase
from sidecar import Numbers


class ConsoleResumeTest(ConsoleCase):
    def numbers(self, sidecar, **options):
        numbers = Numbers(sidecar, **options)
        self.addCleanup(numbers.stop)
        return numbers

    def until_all_seen(self, numbers):
        acknowledged = numbers.stop()
        self.wait(lambda: self.last_id() == acknowledged[-1], "the last event")
        return acknowledged

    def test_reconnecting_loses_nothing(self):
        sidecar = self.sidecar()
        self.console(sidecar)
        self.open_stream("numbers")
        numbers = self.numbers(sidecar)
        self.until_rows(5, "live")
        for _ in range(3):
            before = len(self.rows("control"))
            self.browser.click("#reconnect")
            self.until_rows(before + 1, "control")
            self.until_state("live")
        self.each_once_after(numbers)

    def each_once_after(self, numbers):
        acknowledged = self.until_all_seen(numbers)
        self.wait(lambda: self.ids()[-1:] == acknowledged[-1:], "the last row")
        self.each_once(self.ids(), acknowledged)

    def test_disconnected_and_reconnected_by_hand(self):
        sidecar = self.sidecar()
        self.console(sidecar)
        self.open_stream("numbers")
        first = sidecar.publish("/events/numbers", "before")
        self.wait(lambda: self.last_id() == first, "the first event")
        self.browser.click("#disconnect")
        self.until_state("closed")
        self.wait(
            lambda: sidecar.topics()["numbers"]["subscribers"] == 0, "the subscriber to be gone", 3
        )
        missed = sidecar.publish("/events/numbers", "meanwhile")
        self.browser.click("#reconnect")
        self.until_state("live")
        self.wait(lambda: self.last_id() == missed, "the missed event")
        self.assertEqual([row[2] for row in self.until_rows(1, "replayed")], ["meanwhile"])
        self.assertIn(
            "1 reconnect",
            self.wait(lambda: self.browser.text("#time-more"), "the reconnect's count"),
        )

    def test_an_open_stream_goes_on_after_a_reload(self):
        sidecar = self.sidecar()
        self.console(sidecar)
        self.open_stream("numbers")
        numbers = self.numbers(sidecar)
        self.until_rows(5, "live")
        before = self.ids()
        self.browser.reload()
        self.until_topics()
        self.until_state("live")
        self.until_rows(5, "live")
        acknowledged = self.until_all_seen(numbers)
        self.wait(lambda: self.ids()[-1:] == acknowledged[-1:], "the last row")
        after = self.ids()
        self.assertLessEqual(
            int(after[0]), int(before[-1]) + 40
        )  # it went on, it did not begin anew
        self.assertEqual(
            [int(i) for i in after], list(range(int(after[0]), int(acknowledged[-1]) + 1))
        )

    def test_a_closed_stream_offers_its_last_id_after_a_reload(self):
        sidecar = self.sidecar()
        self.console(sidecar)
        self.open_stream("numbers")
        last = sidecar.publish("/events/numbers", "before")
        self.wait(lambda: self.last_id() == last, "the event")
        self.browser.click("#disconnect")
        missed = sidecar.publish("/events/numbers", "meanwhile")
        self.browser.reload()
        self.until_topics()
        self.wait(lambda: self.last_id() == last, "the kept id")
        self.assertEqual(
            self.browser.js(
                "return [document.querySelector('#start').value,"
                "document.querySelector('#start-text').value]"
            ),
            ["id", last],
        )
        self.assertEqual(self.state(), "closed")
        self.browser.click("#open")
        self.wait(lambda: self.last_id() == missed, "the missed event")
        self.assertEqual([row[2] for row in self.until_rows(1, "replayed")], ["meanwhile"])
        self.assertIn("lastEventId=" + last, self.rows("note")[0][2])

    def test_kill_and_restart_lose_nothing(self):
        sidecar = self.sidecar()
        self.console(sidecar)
        self.open_stream("numbers")
        numbers = self.numbers(sidecar)
        for _ in range(2):
            before = len(self.ids())
            self.until_rows(before + 10, "live", "replayed")
            sidecar.kill()
            self.until_state("waiting")
            self.wait(
                lambda: "Unreachable" in self.browser.text("#health"), "the health to be told"
            )
            sidecar.start()
            self.until_state("live")
        self.screenshot("console-restarted")
        self.each_once_after(numbers)
        self.wait(lambda: "Ready" in self.browser.text("#health"), "health")

    def test_a_drain_and_restart_lose_nothing(self):
        sidecar = self.sidecar()
        self.console(sidecar)
        self.open_stream("numbers")
        numbers = self.numbers(sidecar)
        self.until_rows(10, "live")
        self.assertEqual(sidecar.drain(), 0)
        self.until_state("waiting")
        self.assertIn("stream-shutdown", [row[1] for row in self.rows("control")])
        sidecar.start()
        self.until_state("live")
        self.each_once_after(numbers)
