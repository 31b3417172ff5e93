"""Runs what the modules of this folder check: each yields its tests as (name, function that yields problems)."""

import pytest
import suites


@pytest.mark.parametrize("check", [pytest.param(check, id=name) for name, check in suites.tests()])
def test(check):
    problems = list(check())
    assert not problems, "\n  ".join(problems)[:8000]
