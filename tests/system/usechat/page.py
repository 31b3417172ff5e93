"""The page of demo/usechat as its reader sees it."""

import re

WHOLE = r"You asked: %s - I am \S+, and my load is \S+ \S+ \S+\. Ask again, and it will be different\. "


class Page:
    def __init__(self, window):
        self.window = window

    def open(self, url):
        self.window.open("about:blank")  # the next one differs in its fragment only
        self.window.open(url)
        self.until_status("ready")
        self.window.console_errors()  # those of the test before

    def wait(self, condition, what, seconds=20):
        return self.window.wait(condition, seconds, "%s; it shows %s" % (what, self.messages()))

    def status(self):
        return self.window.js("return document.querySelector('main')?.dataset.status")

    def until_status(self, status, seconds=30):
        self.wait(lambda: self.status() == status, "status " + status, seconds)

    def messages(self):
        """[who, text] in order."""
        return self.window.js("return [...document.querySelectorAll('.user, .assistant')].map(p => [p.className, p.textContent])")

    def ask(self, question):
        self.window.type("[name=question]", question)
        self.window.click("#ask")

    def words(self):
        """Of the last answer."""
        who, text = (self.messages() or [["", ""]])[-1]
        return text.split() if who == "assistant" else []

    def until_words(self, count):
        """Returns what it shows in mid-answer."""
        self.wait(lambda: len(self.words()) >= count, "%d words" % count)
        assert "different." not in self.words(), "the answer was whole before it could be cut"
        return self.words()

    def expect(self, *questions):
        """Each question and its whole answer, once and in order."""
        self.wait(lambda: len(self.messages()) >= 2 * len(questions) and "different." in self.words(), "the whole answer", 40)
        self.until_status("ready")
        shown = self.messages()
        assert [who for who, _ in shown] == ["user", "assistant"] * len(questions), shown
        for question, (_, asked), (_, answer) in zip(questions, shown[::2], shown[1::2]):
            assert asked == question and re.fullmatch(WHOLE % re.escape(question), answer), shown

    def resumed(self):
        """Statuses of the requests for the current answer since the page was loaded."""
        return self.window.js("return performance.getEntriesByType('resource')"
                              ".filter(r => r.name.endsWith('/stream')).map(r => r.responseStatus)")
