"""Instructions of each scenario against the recorded figures: a guard against slow decay on a machine of any load."""

import count
import pytest

TOLERANCE = 0.05
RECORDED = count.recorded()["instructions"]


@pytest.fixture(scope="module")
def comparable():
    if reason := count.why_not():
        pytest.skip(reason)


@pytest.mark.parametrize("scenario", RECORDED)
def test(comparable, scenario):
    found, wanted = count.count(scenario), RECORDED[scenario]
    change = found / wanted - 1
    print("%s: %.1f instructions, recorded %.1f (%+.1f %%)" % (scenario, found, wanted, 100 * change))
    assert abs(change) <= TOLERANCE, \
        "%.1f instructions, recorded %.1f; if that is intended: tests/perf/instructions/run --record" % (found, wanted)
