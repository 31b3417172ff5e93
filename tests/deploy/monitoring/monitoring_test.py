"""Alert rules, dashboard and runbook: complete, tested, and in agreement with what a live /metrics says."""

import shutil

import alert_checks
import dashboard_checks
import files
import live_checks
import pytest
import runbook_checks
from stage import Stage

MISSING = [name for name in ("promtool", "prometheus", "redis-server") if not shutil.which(name)]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=", ".join(MISSING) + " not installed")


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    stage = Stage(str(tmp_path_factory.mktemp("stage")))
    try:
        stage.open()
        yield stage
    finally:
        stage.close()


@pytest.fixture(scope="module")
def alerts(stage, results):
    """The alerts as Prometheus has read them, after all checks of the live processes."""
    return live_checks.check(stage, results)


def test_rules(results):
    results.test("promtool, rules", files.run("promtool", "check", "rules", "--lint=all", "--lint-fatal", files.ALERTS))
    for path in files.rule_tests():
        results.test("promtool, " + path[len(files.ROOT) + 1:], files.run("promtool", "test", "rules", path))


def test_dashboard(results):
    dashboard_checks.check(results)


def test_alerts(alerts, results):
    alert_checks.check(alerts, results)


def test_runbook(alerts, results):
    runbook_checks.check([alert.name for alert in alerts], results)
