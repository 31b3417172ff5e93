"""The code in docs/moving-over.md is that of the apps: each paragraph is in the file named above it."""

import os
import re

from loopback import ROOT

PAGE = os.path.join(ROOT, "docs", "moving-over.md")
BLOCK = re.compile(r"^<!-- (\S+) -->\n```\w+\n(.*?)^```$", re.M | re.S)


def code_of_the_page():
    with open(PAGE) as page:
        blocks = BLOCK.findall(page.read())
    assert blocks, "it shows no code"
    for path, code in blocks:
        with open(os.path.join(ROOT, path)) as file:
            text = file.read()
        for paragraph in re.split(r"\n{2,}", code.strip("\n")):
            assert paragraph in text, "not in %s:\n%s" % (path, paragraph)
