"""Conflicting values: the chart refuses each file in failures/ with the text in its first lines.

    # fails: TEXT          a part of the error; may be repeated
    # chart: shop          the example, instead of the chart itself
    # kubernetes: 1.28.0   instead of the lowest version"""

import glob
import os
import re

import tools

FOLDER = os.path.join(tools.HERE, "failures")


def words(text):
    """Helm quotes or breaks lines as it likes."""
    return re.sub(r"[\s\\]+", " ", text)


def head(path):
    with open(path) as file:
        return re.findall(r"^# (\w+): (.*)$", file.read(), re.M)


def refused(path):
    said = head(path)
    options = dict(said)
    for helm in tools.HELMS:
        try:
            tools.render(options.get("chart", "sidestream"), path, helm=helm,
                         kubernetes=options.get("kubernetes", tools.KUBERNETES[0]))
            yield helm + " renders it"
        except tools.Refused as refusal:
            for text in (text for key, text in said if key == "fails"):
                if words(text) not in words(str(refusal)):
                    yield "%s does not say %r but: %s" % (helm, text, refusal)


def each_rule_is_tested():
    """Every error text in the templates is produced by some file in failures/."""
    errors = []
    for path in sorted(glob.glob(os.path.join(FOLDER, "*.yaml"))):
        options = dict(head(path))
        try:
            tools.render(options.get("chart", "sidestream"), path, helm="helm4",
                         kubernetes=options.get("kubernetes", tools.KUBERNETES[0]))
        except tools.Refused as refusal:
            errors.append(words(str(refusal)))
    texts = []
    for path in glob.glob(os.path.join(tools.CHART, "templates", "_*.tpl")):
        with open(path) as file:
            for line in file:
                if '"sidestream.problem" (list' in line or "fail (printf" in line:
                    texts += re.findall(r'(?:\$found \(printf |\$found |fail \(printf )"((?:[^"\\]|\\.)*)"', line)
    if len(texts) < 20:
        yield "only %d texts were found" % len(texts)
    for text in texts:
        part = max(re.split(r"%\w|\\n|\\\"", text), key=len).strip()
        if not any(words(part) in one for one in errors):
            yield "no file in failures/ produces: " + text


def tests():
    for path in sorted(glob.glob(os.path.join(FOLDER, "*.yaml"))):
        yield "refused " + os.path.basename(path).removesuffix(".yaml"), lambda path=path: refused(path)
    yield "refused: each rule is tested", each_rule_is_tested
