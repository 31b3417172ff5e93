"""One Redis and one browser for all tests, and a stage for each."""

import browser as chromium
import pytest
from processes import Redis, redis_program
from stage import Stage, install


@pytest.fixture(scope="session")
def redis():
    if not redis_program():
        pytest.skip("redis-server is not installed")
    server = Redis()
    yield server
    server.close()


@pytest.fixture(scope="session")
def installed():
    missing = chromium.missing() or install()
    if missing:
        pytest.skip(missing)


@pytest.fixture(scope="session")
def window(installed):
    window = chromium.Browser()
    yield window
    window.close()


@pytest.fixture
def run(installed, redis, tmp_path):
    """run(word_seconds) starts a Sidestream with one worker."""
    stages = []

    def start(word_seconds=0.05):
        stage = Stage(redis.new_url(), str(tmp_path), word_seconds)
        stages.append(stage)
        stage.start()
        stage.start_worker()
        return stage

    yield start
    for stage in stages:
        stage.close()
