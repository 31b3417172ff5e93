"""`useChat` of the AI SDK, its transport unchanged, reads answers through Sidestream and resumes them."""

import signal

import pytest
from page import Page


@pytest.fixture
def page(window):
    return Page(window)


def test_an_answer_comes_word_by_word(run, page):
    page.open(run(0.15).chat("a"))
    page.ask("how are you")
    begun = page.until_words(2)
    assert page.status() == "streaming"
    page.expect("how are you")
    assert page.words()[:len(begun)] == begun
    assert page.window.console_errors() == []


def test_an_idle_chat_is_answered_204(run, page):
    stage = run()
    assert stage.current("never-asked") == (204, "")
    page.open(stage.chat("idle"))
    page.wait(lambda: page.resumed() == [204], "a 204")
    assert page.status() == "ready" and page.messages() == []
    page.ask("one")
    page.expect("one")
    page.window.reload()
    page.wait(lambda: page.resumed() == [204], "a 204 after the answer")
    page.expect("one")
    assert page.window.console_errors() == []


def test_an_answer_goes_on_after_a_reload(run, page):
    page.open(run(0.3).chat("reload"))
    page.ask("one two three")
    begun = page.until_words(4)
    page.window.reload()
    assert page.until_words(5)[:4] == begun[:4]
    page.expect("one two three")
    assert page.words()[:len(begun)] == begun
    assert page.resumed() == [200]


def test_an_answer_that_is_cut_goes_on_after_a_reload(run, page):
    stage = run(0.3)
    page.open(stage.chat("cut"))
    page.ask("one two three")
    begun = page.until_words(4)
    stage.sidestream.kill()
    page.until_status("error")  # and not "ready": the answer is not complete
    stage.start()
    page.window.reload()
    page.expect("one two three")
    assert page.words()[:len(begun)] == begun


def test_an_answer_goes_on_after_a_drain_without_a_reload(run, page):
    stage = run(0.4)
    page.open(stage.chat("drain"))
    page.ask("one two three")
    begun = page.until_words(4)
    stage.sidestream.process.send_signal(signal.SIGTERM)
    page.until_status("error")
    stage.sidestream.process.wait(10)
    stage.start()
    page.window.click("#resume")
    page.expect("one two three")
    assert page.words()[:len(begun)] == begun


def test_the_newest_question_of_a_chat_is_resumed(run, page):
    page.open(run(0.15).chat("several"))
    page.ask("first")
    page.expect("first")
    page.ask("second")
    page.until_words(3)
    page.window.reload()
    page.expect("first", "second")


def test_another_tab_shows_the_answer_too(run, page):
    stage = run(0.3)
    page.open(stage.chat("tabs"))
    page.ask("hello")
    page.until_words(3)
    first = page.window.window()
    second = page.window.new_window()
    try:
        page.window.open(stage.chat("tabs"))
        page.until_words(3)
        page.expect("hello")
    finally:
        page.window.close_window(second, first)
    page.expect("hello")


def test_chats_are_answered_apart(run, page):
    stage = run(0.1)
    page.open(stage.chat("one"))
    page.ask("of one")
    page.until_words(2)
    page.open(stage.chat("two"))
    page.wait(lambda: page.resumed() == [204], "a 204")
    assert page.messages() == []
    page.open(stage.chat("one"))
    page.expect("of one")


def test_an_answer_is_taken_over_from_a_worker_that_dies(run, page):
    stage = run(0.2)
    page.open(stage.chat("takeover"))
    page.ask("one two three")
    begun = page.until_words(4)
    stage.processes[-1].kill()
    stage.start_worker()
    page.expect("one two three")
    assert page.words()[:len(begun)] == begun


def test_stop_ends_the_answer_for_everybody(run, page):
    stage = run(0.3)
    stage.start_worker()  # one answers, the other reads the cancel
    page.open(stage.chat("stop"))
    page.ask("a long one")
    page.until_words(3)
    page.window.click("#stop")
    page.until_status("ready")
    page.wait(lambda: stage.current("stop")[0] == 204, "the end of the answer")
    page.window.reload()
    page.wait(lambda: page.resumed() == [204], "a 204")
    assert "different." not in page.words() and len(page.messages()) == 2
