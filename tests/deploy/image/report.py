"""Counts, and the lines that the runner reads."""

import subprocess

COUNTS = {"passed": 0, "failed": 0, "skipped": 0}


class Failure(Exception):
    pass


def expect(condition, text):
    if not condition:
        raise Failure(text)


def test(name, function, *arguments):
    try:
        function(*arguments)
        COUNTS["passed"] += 1
    except (Failure, OSError, KeyError, ValueError, subprocess.SubprocessError) as trouble:
        COUNTS["failed"] += 1
        said = (getattr(trouble, "stderr", None) or getattr(trouble, "stdout", None) or "").strip()
        print("FAILED %s: %s%s" % (name, trouble, said and "\n" + "\n".join(said.splitlines()[-20:])), flush=True)


def skip(name, why):
    COUNTS["skipped"] += 1
    print("SKIPPED %s: %s" % (name, why), flush=True)


def close():
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % COUNTS)
    return 1 if COUNTS["failed"] else 0
