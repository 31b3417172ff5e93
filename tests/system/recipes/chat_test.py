"""The tutorial's chat of docs/moving-over.md in Chromium, before and after it moves over."""

import os

import install
import pod
import pytest
import redis_client
from loopback import ROOT, wait_for
from processes import Process

SOURCES = os.path.join(ROOT, "tests", "system", "recipes", "chat")
MESSAGE = "how are you?"
REPLY = 'You said "%s". Each character of this reply is sent as soon as it is known.' % MESSAGE
# What the page shows: [milliseconds, text of the reply] after each change.
OBSERVE = """
window.seen = []
const element = document.querySelector('#reply')
new MutationObserver(() => seen.push([performance.now(), element.textContent])).observe(element, { childList: true })
window.states = []
const state = document.querySelector('#state')
new MutationObserver(() => states.push(state.textContent)).observe(state, { childList: true })
"""
LOSE_THE_FIRST_RESPONSE = """
window.posts = 0
const real = window.fetch
window.fetch = async (url, init) => {
  const response = await real(url, init)
  if (init.method === 'POST' && ++posts === 1) throw new TypeError('the response is lost')
  return response
}
"""


class Tutorial(install.Express):
    """`variant`: before or after."""

    def __init__(self, variant):
        self.variant, self.name = variant, "chat " + variant
        self.source = os.path.join(SOURCES, variant)
        self.folder = os.path.join(ROOT, "build", "recipes", "chat", variant)

    def fetch(self):
        self.run("npm", "install", "--no-audit", "--no-fund", "--loglevel=error")


class Chat:
    """The app in a pod, a worker if there is one, and the page in a window."""

    def __init__(self, app, url, browser):
        self.app, self.url, self.browser, self.workers = app, url, browser, []
        self.pod = pod.Pod(app, False, url)
        if app.variant == "after":
            self.start_worker()
        browser.open(self.pod.front + "/")
        browser.js(OBSERVE)

    def start_worker(self):
        name = "worker-%d" % len(self.workers)
        command = ["node", os.path.join(self.app.folder, "worker.js")]
        self.workers.append(Process(name, command, self.pod.folder, self.pod.environment))

    def send(self):
        self.browser.type("input", MESSAGE)
        self.browser.click("button")

    def reply(self):
        return self.browser.text("#reply")

    def wait_for_end(self):
        wait_for(lambda: self.browser.text("#state") == "done", "the end: %s%s" % (self.reply(), self.pod.logs()))

    def errors(self):
        """On the console, since the last call."""
        return [error for error in self.browser.console_errors() if "favicon" not in error]

    def close(self):
        self.browser.open("about:blank")
        for worker in self.workers:
            worker.kill()
        self.pod.close()


@pytest.fixture(params=("before", "after"))
def variant(request):
    return request.param


@pytest.fixture
def chat(variant, redis, browser):
    app = Tutorial(variant)
    try:
        app.install()
    except install.Missing as why:
        pytest.skip(str(why))
    chat = Chat(app, redis.new_url(), browser)
    yield chat
    chat.close()


def test_characters_arrive_one_by_one(chat):
    chat.send()
    chat.wait_for_end()
    seen = chat.browser.js("return seen")
    texts = [text for _, text in seen if text]
    assert texts[-1] == REPLY
    assert all(later.startswith(text) for text, later in zip(texts, texts[1:])), texts
    assert len(texts) > len(REPLY) / 2, "%d changes for %d characters" % (len(texts), len(REPLY))
    assert seen[-1][0] - seen[0][0] > 0.6 * 30 * len(REPLY), "the reply came at once"
    assert chat.browser.js("return states") == ["writing", "done"]
    assert chat.errors() == []


@pytest.mark.parametrize("variant", ["after"], indirect=True)
def test_a_cut_in_mid_message_resumes(chat):
    chat.send()
    wait_for(lambda: len(chat.reply()) > 10, "the first characters")
    chat.pod.kill_sidestream()
    shown = chat.reply()
    assert len(shown) < len(REPLY), "too late for a cut"
    chat.pod.start_sidestream()
    chat.wait_for_end()
    texts = [text for _, text in chat.browser.js("return seen")]
    assert chat.reply() == REPLY
    assert all(later.startswith(text) for text, later in zip(texts, texts[1:])), texts
    assert chat.browser.js("return states") == ["writing", "done"], "it read the reply from its start again"


@pytest.mark.parametrize("variant", ["before"], indirect=True)
def test_a_cut_in_mid_message_loses_the_rest(chat):
    """What the recipe is for."""
    chat.send()
    wait_for(lambda: len(chat.reply()) > 10, "the first characters")
    chat.pod.kill_sidestream()
    chat.pod.start_sidestream()
    wait_for(lambda: any("Uncaught" in error for error in chat.errors()), "the page to notice")
    assert chat.browser.text("#state") == "writing" and chat.reply() != REPLY


@pytest.mark.parametrize("variant", ["after"], indirect=True)
def test_a_question_whose_response_is_lost_is_asked_once(chat):
    """The page repeats the POST with the same key."""
    chat.browser.js(LOSE_THE_FIRST_RESPONSE)
    chat.send()
    chat.wait_for_end()
    assert chat.browser.js("return posts") == 2
    assert chat.reply() == REPLY
    assert redis_client.command(chat.url, "XLEN", "questions") == b":1\r\n"


@pytest.mark.parametrize("variant", ["after"], indirect=True)
def test_a_refusal_ends_the_attempts(chat):
    chat.browser.js("form.message.value = 'x'.repeat(2 ** 20)")  # max_event is 1 MiB
    chat.browser.click("button")
    wait_for(lambda: chat.browser.text("#state") == "refused: 413", "the refusal")
