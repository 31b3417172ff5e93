"""What the tests of this folder share."""

import pytest


class Results:
    """Reports the checks inside one test: their names are known only once the processes run."""

    def __init__(self, lines):
        self.lines = lines

    def test(self, name, problems=()):
        """`problems`: nothing, a sentence, or a list of them."""
        problems = [problems] if isinstance(problems, str) else list(problems)
        self.lines.subtest(name, "; ".join(problem for problem in problems if problem))


@pytest.fixture(scope="session")
def results(request):
    return Results(request.config.pluginmanager.get_plugin("lines"))
