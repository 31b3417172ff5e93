"""Counts what passed and says what failed."""


class Results:
    def __init__(self):
        self.passed = self.failed = 0

    def test(self, name, problems=()):
        """`problems`: nothing, a sentence or a list of them."""
        problems = [problems] if isinstance(problems, str) else [p for p in problems if p]
        if problems and problems != [""]:
            self.failed += 1
            print("FAILED %s: %s" % (name, "; ".join(problems)), flush=True)
        else:
            self.passed += 1
