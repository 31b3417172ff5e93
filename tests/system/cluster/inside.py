"""The suite itself; `run` starts it in its namespaces."""

import sys
import time

sys.dont_write_bytecode = True

import limits  # noqa: E402
import modes  # noqa: E402
import outage  # noqa: E402
import releases  # noqa: E402
import reload  # noqa: E402
import rollout  # noqa: E402
import rotation  # noqa: E402
import stage  # noqa: E402
import streaming  # noqa: E402
import termination  # noqa: E402

MODULES = (modes, streaming, reload, rotation, rollout, limits, outage, releases, termination)


def run_test(test, cluster):
    """True if it passed. A test returns what it measured."""
    name, began = test.__name__.replace("_", " "), time.monotonic()
    try:
        word, text = "passed", test(cluster)
    except Exception as trouble:
        word, text = "FAILED", "%s: %s%s" % (type(trouble).__name__, trouble, cluster.state())
    print("%s %s: %s (%.1f s)" % (word, name, text, time.monotonic() - began), flush=True)
    return word == "passed"


def main():
    names = sys.argv[1:]
    tests = [test for module in MODULES for test in module.TESTS
             if not names or any(name in test.__name__.replace("_", " ") for name in names)]
    began = time.monotonic()
    cluster = stage.Stage()
    print("        the node is up (%.1f s)" % (time.monotonic() - began), flush=True)
    passed = sum(run_test(test, cluster) for test in tests)
    print("%d passed, %d failed, 0 skipped" % (passed, len(tests) - passed))


main()
