"""The Redis of all tests, and a recipe that runs."""

import contextlib

import page
import pytest
from loopback import free_ports
from processes import Redis, Sidestream, redis_program


@pytest.fixture(scope="session")
def redis():
    if not redis_program():
        pytest.skip("redis-server is not installed")
    server = Redis()
    yield server
    server.close()


class Running:
    """A recipe, and the Sidestream that runs it. `url`: its database."""

    def __init__(self, text, listen, admin, url):
        self.text, self.listen, self.admin, self.url = text, listen, admin, url

    def start(self):
        return Sidestream(self.text, self.admin)


@pytest.fixture
def run(redis, tmp_path):
    """run(heading, change, source) starts it; `change`: text of the recipe -> text; `source`: the page it is on."""
    with contextlib.ExitStack() as stack:

        def start(heading, change=lambda text: text, source=page.ACCESS):
            listen, admin = free_ports(2)
            text = source.configuration(heading, page.check_folder(str(tmp_path)), listen, admin)
            url = redis.new_url()
            running = Running(page.on_redis(change(text), url), listen, admin, url)
            running.sidestream = stack.enter_context(running.start())
            return running

        yield start


@pytest.fixture(scope="session")
def chromium():
    chromium = pytest.importorskip("browser", reason="selenium is not installed")
    if chromium.missing():
        pytest.skip(chromium.missing())
    window = chromium.Browser()
    yield window
    window.close()


@pytest.fixture
def browser(chromium):
    """The Chromium of all tests, on an empty page."""
    chromium.open("about:blank")
    chromium.console_errors()  # those of the test before
    yield chromium
    chromium.open("about:blank")


@pytest.fixture
def another_browser(browser):
    """Of another person."""
    window = type(browser)()
    yield window
    window.close()
