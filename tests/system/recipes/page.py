"""The blocks of a page in docs/, and its recipes as configurations for this machine."""

import os
import re

from loopback import ROOT
from tokens import SECRET

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
HEADING = re.compile(r"^##+ (.*)$", re.M)
TOPICS = re.compile(r"^topics:", re.M)


class Page:
    """`name`: of a file in docs/."""

    def __init__(self, name):
        self.name = name
        with open(os.path.join(ROOT, "docs", name)) as page:
            self.text = page.read()

    def section(self, heading):
        """The text below that heading, up to the next one."""
        found = re.search(r"^##+ %s$(.*?)(?=^##|\Z)" % re.escape(heading), self.text, re.M | re.S)
        assert found, "no section: " + heading
        return found.group(1)

    def blocks(self, heading, language):
        return [code for kind, code in BLOCK.findall(self.section(heading)) if kind == language]

    def block(self, heading, language, number=0):
        return self.blocks(heading, language)[number]

    def headings(self):
        """Of the sections with a whole configuration."""
        return [name for name in HEADING.findall(self.text) if any(map(TOPICS.search, self.blocks(name, "yaml")))]

    def recipe(self, heading):
        return next(filter(TOPICS.search, self.blocks(heading, "yaml")))

    def configuration(self, heading, folder, listen, admin):
        """As it is written; only the files are elsewhere."""
        text = self.recipe(heading).replace("file:/run/secrets/", "file:%s/" % folder)
        server = 'server: { listen: "127.0.0.1:%d", admin: "127.0.0.1:%d" }\n' % (listen, admin)
        return server + self.block("Recipes", "yaml") + text


ACCESS, REPLIES = Page("access.md"), Page("replies.md")


def check_folder(folder):
    """The files that the recipes name as those of /run."""
    for name in ("publisher", "tokens", "ask"):
        with open(os.path.join(folder, name), "w") as file:
            file.write(SECRET)
    return folder


def on_redis(text, url):
    """What is on Kafka there is on this Redis."""
    text = re.sub(r"^  events: .*\n", "", text, flags=re.M).replace("redis://redis:6379", url)
    return re.sub(r"\btopic: ", "stream: ", text.replace("from: events", "from: cache"))
