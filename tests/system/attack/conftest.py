"""Starts the brokers once for all attacks, and marks the expected failures."""

import shutil

import pytest

import brokers
import processes
from expected_failures import EXPECTED_FAILURES, VARYING


@pytest.fixture(scope="session")
def redis():
    if not processes.redis_program():
        pytest.skip("redis-server is not installed")
    server = brokers.Redis()
    yield server
    server.close()


@pytest.fixture(scope="session")
def kafka():
    if not shutil.which("java"):
        pytest.skip("Java is not installed")
    server = brokers.Kafka()
    yield server
    server.close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    reasons = {**EXPECTED_FAILURES, **VARYING}
    unknown = set(reasons) - {item.name for item in items}
    if unknown:
        raise pytest.UsageError("expected_failures.py names unknown attacks: %s" % sorted(unknown))
    for item in items:
        if item.name in reasons:
            strict = item.name in EXPECTED_FAILURES
            item.add_marker(pytest.mark.xfail(strict=strict, reason=reasons[item.name], raises=AssertionError))
