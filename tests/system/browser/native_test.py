"""A page of another origin with the browser's own EventSource."""

import http.server
import threading

from case import BrowserCase
from sidecar import Numbers

PAGE = b"""<!doctype html><meta charset=utf-8><title>native</title>
<link rel=icon href="data:,"><script>
var got = [], control = [], opened = 0, errors = 0;
function read(url) {
  const stream = new EventSource(url);
  stream.onopen = () => { opened++; };
  stream.onerror = () => { errors++; };
  stream.onmessage = (e) => { got.push(e.lastEventId); };
  for (const name of ["stream-open", "stream-gap", "stream-reset", "stream-end", "stream-shutdown"])
    stream.addEventListener(name, (e) => { control.push([name, JSON.parse(e.data)]); });
  return stream;
}
</script>"""
# One stream for all tabs of an origin, whatever the browser's limit of connections.
WORKER = b"""const ports = [];
const stream = new EventSource(new URL(location).searchParams.get("url"));
stream.onmessage = (e) => { for (const port of ports) port.postMessage(e.lastEventId); };
stream.addEventListener("stream-open", () => {
  self.open = true;
  for (const port of ports) port.postMessage("open");
});
onconnect = (e) => { ports.push(e.ports[0]); if (self.open) e.ports[0].postMessage("open"); };"""
TAB = """window.heard = [];
window.worker = new SharedWorker("/worker.js?url=" + encodeURIComponent(arguments[0]));
worker.port.onmessage = (e) => heard.push(e.data);"""


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        worker = self.path.startswith("/worker.js")
        body = WORKER if worker else PAGE
        self.send_header(
            "Content-Type", "text/javascript" if worker else "text/html; charset=utf-8"
        )
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class NativeEventSourceTest(BrowserCase):
    def setUp(self):
        super().setUp()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.browser.open("http://127.0.0.1:%d/" % server.server_port)

    def read(self, sidecar, path="/events/numbers"):
        self.browser.js("window.stream = read(arguments[0])", sidecar.url + path)

    def got(self):
        return self.browser.js("return got")

    def control(self, name):
        return [data for event, data in self.browser.js("return control") if event == name]

    def until_got(self, count):
        self.wait(lambda: len(self.got()) >= count, "%d events" % count)

    def all_once(self, numbers):
        acknowledged = numbers.stop()
        self.wait(lambda: self.got()[-1:] == acknowledged[-1:], "the last event")
        self.each_once(self.got(), acknowledged)

    def test_resumes_after_kills(self):
        sidecar = self.sidecar()
        self.read(sidecar)
        self.wait(lambda: self.control("stream-open"), "the first block")
        numbers = Numbers(sidecar)
        self.addCleanup(numbers.stop)
        for kills in (1, 2):
            self.until_got(10 * kills)
            errors = self.browser.js("return errors")
            sidecar.kill()
            self.wait(lambda: self.browser.js("return errors") > errors, "the page to notice")
            sidecar.start()
            self.wait(
                lambda: len(self.control("stream-open")) == kills + 1, "the stream to be back"
            )
        self.assertEqual(
            [o["start"] for o in self.control("stream-open")], ["live", "resume", "resume"]
        )
        self.all_once(numbers)
        self.assertEqual(self.control("stream-gap") + self.control("stream-reset"), [])

    def test_a_drop_before_the_first_record_loses_nothing(self):
        sidecar = self.sidecar()
        self.read(sidecar)
        self.wait(lambda: self.control("stream-open"), "the first block")
        sidecar.kill()
        sidecar.start()
        first = sidecar.publish("/events/numbers", "while the browser waits to reconnect")
        self.wait(lambda: self.got() == [first], "the event")

    def test_two_tabs_share_one_stream_through_a_worker(self):
        sidecar = self.sidecar()
        address = self.browser.js("return location.href")
        first = self.browser.window()
        self.browser.js(TAB, sidecar.url + "/events/numbers")
        second = self.browser.new_window()
        self.addCleanup(self.browser.close_window, second, first)
        self.browser.open(address)
        self.browser.js(TAB, sidecar.url + "/events/numbers")
        self.wait(lambda: self.browser.js("return heard.includes('open')"), "the stream")
        last = sidecar.publish("/events/numbers", "to all tabs")
        for tab in (second, first):
            self.browser.switch_to(tab)
            self.wait(lambda: self.browser.js("return heard.at(-1)") == last, "the event")
        self.assertEqual(sidecar.topics()["numbers"]["subscribers"], 1)

    def test_survives_a_drain(self):
        sidecar = self.sidecar()
        self.read(sidecar)
        self.wait(lambda: self.control("stream-open"), "the first block")
        numbers = Numbers(sidecar)
        self.addCleanup(numbers.stop)
        self.until_got(10)
        self.assertEqual(sidecar.drain(), 0)
        self.wait(lambda: self.control("stream-shutdown"), "stream-shutdown")
        # Again where the browser was back before the process had gone.
        self.assertEqual({end["reason"] for end in self.control("stream-shutdown")}, {"drain"})
        sidecar.start()
        self.wait(lambda: len(self.control("stream-open")) == 2, "the stream to be back")
        self.all_once(numbers)

    def test_stops_for_good_when_the_log_has_ended(self):
        sidecar = self.sidecar()
        self.read(sidecar, "/events/job")
        self.wait(lambda: self.control("stream-open"), "the first block")
        first = sidecar.publish("/events/job", "one")
        sidecar.publish("/events/job", "the last", "done")
        self.wait(lambda: self.control("stream-end") == [{"reason": "end"}], "stream-end")
        # It reconnects with the end record's id, is answered 204, and gives up.
        self.wait(lambda: self.browser.js("return stream.readyState") == 2, "the browser to stop")
        self.assertEqual(self.got(), [first])
        self.assertEqual(len(self.control("stream-open")), 1)
        self.assertIn(
            'sidestream_ended_starts_total{topic="job"} 1',
            sidecar.request("GET", "/metrics", port=sidecar.admin)[2].decode(),
        )

    def test_survives_being_refused_at_max_connections(self):
        sidecar = self.sidecar(max_connections=1)
        self.browser.js("window.first = read(arguments[0])", sidecar.url + "/events/numbers")
        self.wait(lambda: self.control("stream-open"), "the first stream")
        self.read(sidecar)
        # Refused again and again: each refusal is a 200 that ends, so `opened` counts on.
        self.wait(
            lambda: self.browser.js("return opened") >= 4,
            "three refusals that the browser survives",
        )
        self.assertNotEqual(self.browser.js("return stream.readyState"), 2)
        self.assertEqual(len(self.control("stream-open")), 1)
        self.assertEqual(self.browser.js("return first.readyState"), 1)  # no open stream is evicted
        self.browser.js("first.close()")
        self.wait(lambda: len(self.control("stream-open")) == 2, "the second stream to be let in")
        last = sidecar.publish("/events/numbers", "welcome")
        self.wait(lambda: self.got() == [last], "an event on it")
