"""The console's chat page with the quickstart's worker: answers survive cuts and reloads, stop, and are the same in two tabs."""

import json
import os
import re
import select
import signal
import socket
import threading

from case import BrowserCase, ConsoleCase
from loopback import ROOT, free_port
from processes import Process
from tokens import SECRET, make_token

TURNS = """return [...document.querySelectorAll('article')].map(t => ({
  question: t.children[0].textContent, answer: t.children[1].textContent,
  state: t.dataset.state, note: t.children[2].textContent}))"""
# Remembers each length of the newest answer that was shown.
WATCH = """window.lengths = new Set();
new MutationObserver(() => lengths.add([...document.querySelectorAll('.answer')].at(-1)?.textContent.length))
  .observe(document.querySelector('#turns'), {subtree: true, childList: true, characterData: true})"""


class Cable:
    """Forwards connections to a port until cut(); restored by mend()."""

    def __init__(self, target):
        self.target, self.open, self.lost = target, True, []
        self.listener = socket.create_server(("127.0.0.1", free_port()))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            if self.open:
                self.lost.append(client)
                threading.Thread(target=self.carry, args=(client,), daemon=True).start()
            else:
                client.close()

    def carry(self, client):
        try:
            with client, socket.create_connection(("127.0.0.1", self.target)) as server:
                while True:
                    for ready in select.select([client, server], [], [])[0]:
                        piece = ready.recv(65536)
                        if not piece:
                            return
                        (server if ready is client else client).sendall(piece)
        except (OSError, ValueError):
            pass  # cut

    def cut(self):
        self.open = False
        for client in self.lost:
            try:
                client.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.lost.clear()

    def mend(self):
        self.open = True

    def close(self):
        self.cut()
        self.listener.close()


class Chat:
    """The quickstart's sidecar and worker, and what the chat page shows. A mixin of test cases."""

    def serve(self, config, environment=None):
        self.server = self.sidecar(config=config, environment=environment)
        self.cable = Cable(self.server.admin)
        self.addCleanup(self.cable.close)
        self.addCleanup(self.browser.js, "localStorage.clear(); sessionStorage.clear()")

    def chat(self, word_seconds="0.05", worker=True):
        self.serve(os.path.join(ROOT, "demo/embedded.yaml"))
        self.word_seconds = word_seconds
        if worker:
            self.start_worker()
        self.open_page()

    def start_worker(self):
        command = [os.path.join(ROOT, "demo/answers.py"), "--url", self.server.url]
        self.worker = Process("worker", command, self.server.folder, {"WORD_SECONDS": self.word_seconds})
        self.addCleanup(self.worker.kill)

    def open_page(self, query=""):
        self.browser.open("http://127.0.0.1:%d/examples/chat.html%s" % (self.cable.port, query))
        self.wait(lambda: self.browser.text("#where"), "the page")

    def ask(self, question):
        self.browser.type("#prompt", question)
        self.browser.click("#send")

    def turn(self):
        """The newest question with its answer."""
        return (self.browser.js(TURNS) or [{"state": "none", "answer": "", "note": ""}])[-1]

    def until_state(self, state, seconds=20):
        try:
            self.wait(lambda: self.turn()["state"] == state, "state " + state, seconds)
        except AssertionError as error:
            raise AssertionError("%s: %s" % (error, self.turn())) from None
        return self.turn()

    def until_words(self, least):
        self.wait(lambda: len(self.turn()["answer"].split()) >= least, "%d words" % least)
        return self.turn()["answer"]

    def records(self):
        """Event and data of each record of the newest answer."""
        location = self.browser.js(
            "return JSON.parse(localStorage.getItem(Object.keys(localStorage)"
            ".filter(k => k.startsWith('chat ') && localStorage.getItem(k).startsWith('{')).sort().at(-1))).location"
        )
        answer = json.loads(self.server.request("GET", location + "?from=earliest&poll=0s")[2])
        return [(e["event"], e["data"]) for e in answer["events"] if not e["event"].startswith("stream-")]

    def until_whole(self):
        """The answer ends, and the page shows exactly what the worker wrote: once each, in order."""
        turn = self.until_state("done", 60)  # each word is synced to the disk
        self.assertEqual(turn["note"], "")
        self.each_word_once(turn)
        return turn

    def each_word_once(self, turn):
        records = self.records()
        self.assertEqual(turn["answer"], "".join(data for event, data in records if event == "word"))
        text = turn["answer"].replace(turn["question"], "QUESTION")
        self.assertTrue(text.startswith("You asked: QUESTION \n\nI am "), text)
        self.assertEqual(len(re.findall("and I can only tell how I am", text)), 1)
        self.assertTrue(text.endswith("my answer will be different. "), text)

    def questions(self):
        """How often each question was asked."""
        answer = json.loads(self.server.request("GET", "/events/prompts?from=earliest&poll=0s")[2])
        return [json.loads(e["data"])["value"] for e in answer["events"] if e["event"] == "ask"]


class ChatTest(Chat, BrowserCase):
    def test_an_answer_appears_piece_by_piece(self):
        self.chat()
        self.browser.js(WATCH)
        self.ask("How are you?")
        self.until_words(3)
        self.assertTrue(self.browser.js("return document.querySelector('#send').hidden"))
        self.until_whole()
        self.assertGreater(self.browser.js("return lengths.size"), 20)
        self.ask("And now?")
        self.until_whole()
        self.assertEqual(self.questions(), ["How are you?", "And now?"])
        self.assertEqual(self.browser.console_errors(), [])

    def write_on(self, on):
        """Stops and continues the worker."""
        self.worker.process.send_signal(signal.SIGCONT if on else signal.SIGSTOP)

    def test_reads_on_in_mid_sentence_after_a_cut(self):
        self.chat(word_seconds="0.2")
        self.ask("Are you there?")
        for words in (5, 30):
            before = self.until_words(words)
            self.write_on(False)
            self.cable.cut()
            self.assertRegex(self.until_state("lost")["note"], "^(The connection was lost|Sidestream can't be reached); reading on in [0-9]+ s$")
            self.assertTrue(self.turn()["answer"].startswith(before))
            self.write_on(True)
            self.wait(lambda: len(self.records()) > words + 5, "words that the page doesn't see")
            self.write_on(False)
            self.cable.mend()
            missed = "".join(word for _, word in self.records())
            self.wait(lambda: self.turn()["answer"] == missed, "the page to read on")
            self.write_on(True)
        self.until_whole()
        self.assertEqual(self.questions(), ["Are you there?"])

    def test_reads_on_after_a_restart_of_the_server(self):
        self.chat(word_seconds="0.2")
        self.ask("Will you be back?")
        self.until_words(5)
        self.server.kill()
        self.until_state("lost")
        self.server.start()
        self.until_whole()

    def test_reads_on_after_a_reload(self):
        self.chat()
        self.ask("Who are you?")
        before = self.until_words(10)
        self.browser.reload()
        self.wait(lambda: self.turn()["answer"], "the text from before")
        self.assertTrue(self.turn()["answer"].startswith(before))
        self.until_whole()
        self.browser.reload()
        self.wait(lambda: self.turn()["state"] == "done", "the answer that has ended")
        self.each_word_once(self.turn())
        self.assertEqual(self.questions(), ["Who are you?"])

    def test_a_worker_that_starts_again_answers_nothing_twice(self):
        self.chat()
        self.ask("First?")
        self.until_whole()
        self.ask("Second?")
        self.until_words(10)
        self.worker.kill()
        self.start_worker()
        self.until_whole()
        self.assertEqual([event for event, _ in self.records()].count("done"), 1)

    def test_stop_ends_the_answer(self):
        self.chat(word_seconds="0.2")
        self.ask("Tell me everything")
        self.until_words(5)
        self.browser.click("#stop")
        self.assertEqual(self.until_state("cancelled")["note"], "Stopped")
        records = self.records()
        self.assertEqual(records[-1][0], "cancelled")
        self.assertEqual(self.turn()["answer"], "".join(data for event, data in records if event == "word"))
        self.browser.reload()
        self.assertEqual(self.until_state("cancelled")["note"], "Stopped")

    def test_two_tabs_are_in_step(self):
        self.chat(word_seconds="0.2")
        first = self.browser.window()
        self.ask("Do both see me?")
        self.until_words(5)
        second = self.browser.new_window()
        self.addCleanup(self.browser.close_window, second, first)
        self.open_page()  # without the hash: the conversation that is open
        self.until_words(10)
        self.assertTrue(self.turn()["answer"].startswith("You asked: Do both see me?"))
        whole = self.until_whole()
        self.ask("And from here?")  # by the second tab
        self.until_words(5)
        self.browser.switch_to(first)
        self.wait(lambda: len(self.browser.js(TURNS)) == 2, "the question of the other tab")
        self.assertEqual(self.browser.js(TURNS)[0], whole)
        self.until_words(8)
        self.browser.click("#stop")
        stopped = self.until_state("cancelled")
        self.browser.switch_to(second)
        self.assertEqual(self.until_state("cancelled"), stopped)
        self.assertEqual(self.questions(), ["Do both see me?", "And from here?"])

    def test_asks_again_with_the_same_key_until_it_is_taken(self):
        self.chat()
        self.cable.cut()
        self.ask("Once?")
        self.assertIn("can't be reached; asking again with the same key", self.until_state("lost")["note"])
        self.cable.mend()
        self.until_words(3)
        self.until_whole()
        self.assertEqual(self.questions(), ["Once?"])

    def test_a_reload_before_the_answer_of_the_post_asks_once(self):
        self.chat(worker=False)
        self.ask("Only once?")
        self.until_state("waiting")
        # As if the answer of the POST had been lost with the page.
        self.browser.js(
            "const key = Object.keys(localStorage).filter(k => k.startsWith('chat /')).sort().at(-1);"
            "localStorage.setItem(key, JSON.stringify({...JSON.parse(localStorage.getItem(key)), location: ''}))"
        )
        self.browser.reload()
        self.until_state("waiting")
        self.start_worker()
        self.until_whole()
        self.assertEqual(self.questions(), ["Only once?"])


class ChatRefusalTest(Chat, BrowserCase):
    # status, headers, state, words
    REFUSALS = [
        (401, "", "refused", "You are not signed in"),
        (403, "", "refused", "You are not allowed to do this"),
        (413, "", "refused", "Refused: The question is too long"),
        (422, "", "refused", "The key of this question was used for another one"),
        (400, "", "refused", "Refused: the reason"),
        (429, "Retry-After: 7", "lost", "Too many questions; asking again with the same key in 7 s"),
        (503, "Retry-After: 1", "lost", "The question was not taken, because the broker can't be reached; asking"),
        (504, "", "lost", "It is unknown whether the question has arrived; asking again with the same key in"),
    ]

    def answer_with(self, status, header):
        """The page's next fetch gets this, and then those of the server. Keys of questions go to window.keys."""
        self.browser.js(
            "window.keys = []; const real = window.fetch; let left = 1;"
            "window.fetch = (url, options) => { keys.push(options.headers['Idempotency-Key']);"
            "  return left-- > 0 ? Promise.resolve(new Response('{\"error\": \"the reason\"}', {status: arguments[0],"
            "  headers: arguments[1] ? [arguments[1].split(': ')] : []})) : real(url, options) }",
            status,
            header,
        )

    def test_says_why_in_plain_words(self):
        self.chat(worker=False)
        for status, header, state, words in self.REFUSALS:
            with self.subTest(status=status):
                self.browser.js("location.hash = 'refusal%d'" % status)
                self.wait(lambda: self.browser.text("#where") == "/chat/refusal%d" % status, "the new conversation")
                self.answer_with(status, header)
                self.ask("May I?")
                turn = self.until_state(state)
                self.assertIn(words, turn["note"])
                self.screenshot("chat-%d" % status)
                if status in (401, 403):
                    self.browser.click("#sign-in button")
                if status in (401, 403, 504):
                    self.until_state("waiting")
                    keys = self.browser.js("return keys.slice(0, 2)")
                    self.assertEqual(len(set(keys)), 1)
                    self.assertEqual(len(keys), 2)

    def test_signs_in_with_a_token(self):
        config = os.path.join(os.path.dirname(os.path.abspath(__file__)), "access.yaml")
        self.serve(config, {"TOKEN_SECRET": SECRET})
        self.open_page()
        self.assertIn("add ?user=… to the address", self.browser.text("#empty"))
        self.open_page("?user=alice")
        self.ask("Is it me?")
        for token, words in (("", "not signed in"), (make_token("bob"), "not allowed"), (make_token("alice", 4), "")):
            if token:
                self.browser.type("#token", token)
                self.browser.click("#sign-in button")
            if words:
                self.wait(lambda: words in self.turn()["note"], words)
        self.until_state("waiting")
        self.until_state("refused")  # the token has expired
        self.assertIn("not signed in", self.turn()["note"])
        self.browser.type("#token", make_token("alice"))
        self.browser.click("#sign-in button")
        self.until_state("waiting")
        self.assertEqual(self.questions(), ["Is it me?"])
        self.browser.click("#new")
        self.wait(lambda: not self.browser.js(TURNS), "a new chat")

    def test_a_question_that_is_too_long_comes_back(self):
        self.chat(worker=False)
        self.browser.js("document.querySelector('#prompt').value = 'x'.repeat(1024 * 1024 + 1)")
        self.browser.click("#send")
        self.assertIn("The question is too long", self.until_state("refused")["note"])
        self.assertEqual(self.browser.js("return document.querySelector('#prompt').value.length"), 1024 * 1024 + 1)

    def test_no_link_leads_to_another_path(self):
        self.chat(worker=False)
        self.open_page("#../../drain")
        self.assertRegex(self.browser.text("#where"), "^/chat/[0-9a-f]{32}$")


class ChatLinkTest(Chat, ConsoleCase):
    def test_the_console_links_to_it_where_a_topic_asks(self):
        self.console(self.sidecar())
        self.assertTrue(self.browser.js("return document.querySelector('#chat-page').hidden"))
        self.chat(worker=False)
        self.console(self.server)
        self.choose("clock")
        self.assertTrue(self.browser.js("return document.querySelector('#chat').hidden"))
        self.choose("chat")
        self.assertFalse(self.browser.js("return document.querySelector('#chat').hidden"))
        self.screenshot("console-chat")
        self.browser.click("#chat")
        self.wait(lambda: (self.browser.text("#where") or "").startswith("/chat/"), "the chat page")
        self.assertFalse(self.browser.js("return document.querySelector('#send').disabled"))

    def test_says_that_no_topic_asks(self):
        self.browser.open(self.sidecar().console + "/examples/chat.html")
        self.wait(lambda: "No topic" in self.browser.text("#empty"), "the sentence")
        self.assertTrue(self.browser.js("return document.querySelector('#send').disabled"))


class ChatLookTest(Chat, BrowserCase):
    def test_light_dark_and_phone(self):
        self.chat()
        self.screenshot("chat-empty")
        self.ask("How are you, and how much memory is free? A longer question wraps in its bubble and stays readable.")
        self.until_whole()
        self.ask("And now?")
        self.until_words(20)
        for name, width, height, dark in (
            ("chat-light", 1100, 800, False),
            ("chat-dark", 1100, 800, True),
            ("chat-phone", 360, 740, False),
            ("chat-phone-dark", 360, 740, True),
        ):
            self.browser.size(width, height, dark)
            self.assertLessEqual(self.browser.js("return document.documentElement.scrollWidth"), width)
            self.screenshot(name)
        self.assertEqual(self.browser.console_errors(), [])
