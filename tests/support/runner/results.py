"""The outcome of a suite: counts, failures, and reasons of skipped tests."""

import dataclasses
import glob
import os
import re
import signal
import xml.etree.ElementTree

CLOSING = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$")
DETAIL_LINES = 24  # of each failure; the log has the rest


@dataclasses.dataclass
class Result:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: list = dataclasses.field(default_factory=list)  # texts, the first line names the test
    skips: list = dataclasses.field(default_factory=list)     # "test: reason"
    seconds: float = 0

    def fail(self, text):
        self.failed += 1
        self.failures.append(text)


def clip(text, most=DETAIL_LINES):
    """The beginning, and more of the end, where a traceback has its message."""
    lines = text.strip().splitlines()
    if len(lines) <= most:
        return "\n".join(lines)
    return "\n".join(lines[:most // 3] + ["..."] + lines[-(most - most // 3):])


def reason(message):
    """The text of a GTEST_SKIP() without the file and line."""
    lines = [line for line in message.splitlines() if line.strip() and not re.match(r"^\S+:\d+$", line.strip())]
    return " ".join(line.strip() for line in lines) or "no reason given"


def read_xml(path, result):
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        name = "%s.%s" % (case.get("classname"), case.get("name"))
        failures = [failure.get("message", "") for failure in case.findall("failure")]
        skipped = case.find("skipped")
        if failures:
            result.fail(name + "\n" + clip("\n".join(failures)))
        elif case.get("status") == "notrun":
            if case.get("result") == "suppressed" and "DISABLED_" in name:
                result.skipped += 1
                result.skips.append(name + ": disabled in the source")
        elif skipped is not None or case.get("result") == "skipped":
            result.skipped += 1
            result.skips.append(name + ": " + reason(skipped.get("message", "") if skipped is not None else ""))
        else:
            result.passed += 1


def how_it_ended(status):
    return "exit %d" % status if status >= 0 else signal.Signals(-status).name


def read_crash(text, ended, result):
    """A program that crashed or was killed: the results that it had printed."""
    result.passed = len(re.findall(r"\[       OK \] \S+ \(\d+ ms\)", text))
    for name in re.findall(r"\[  FAILED  \] (\S+) \(\d+ ms\)", text):
        result.fail(name)
    began = re.findall(r"\[ RUN      \] (\S+)", text)
    how = "still running after %.0f s" % ended.seconds if ended.timed_out else how_it_ended(ended.status)
    result.fail("%s\n%s; the last lines:\n%s" % (began[-1] if began else "before its first test", how,
                                                clip(text)))


def read_script(text, ended, result):
    lines = text.strip().splitlines()
    closing = CLOSING.match(lines[-1].strip()) if lines else None
    result.skips = [line[len("SKIPPED "):].strip() for line in lines if line.startswith("SKIPPED ")]
    if not closing:
        how = "still running after %.0f s" % ended.seconds if ended.timed_out else how_it_ended(ended.status)
        result.fail("%s, without a closing line; the last lines:\n%s" % (how, clip(text)))
        return
    result.passed, result.failed, result.skipped = (int(count or 0) for count in closing.groups())
    if result.failed:
        blocks = re.split(r"^(?=FAILED |SKIPPED |passed )", "\n".join(lines[:-1]), flags=re.M)
        texts = [block[len("FAILED "):].strip() for block in blocks if block.startswith("FAILED ")]
        result.failures = [clip(text) for text in texts] or [clip(text)]


def read(suite, ended, xml_path, reports):
    """`reports`: the sanitizers' files begin so."""
    result = Result(seconds=ended.seconds)
    with open(suite.log, encoding="utf-8", errors="replace") as log:
        text = log.read()
    if not suite.program:
        read_script(text, ended, result)
    elif os.path.exists(xml_path):
        read_xml(xml_path, result)
    else:
        read_crash(text, ended, result)
    if ended.status != 0 and not result.failed:
        result.fail("its tests passed, then: " + how_it_ended(ended.status) + "\n" +
                    clip(text))
    if ended.leftovers:
        result.fail("it left processes behind: " + ", ".join(ended.leftovers))
    for path in sorted(glob.glob(glob.escape(reports) + "*")):
        with open(path, encoding="utf-8", errors="replace") as report:
            result.fail("a sanitizer's report: %s\n%s" % (path, clip(report.read(), 30)))
    if not result.passed + result.failed + result.skipped:
        result.fail("it ran no test")
    return result
