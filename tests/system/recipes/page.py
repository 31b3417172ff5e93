"""The blocks of docs/access.md, and its recipes as configurations for this machine."""

import os
import re

from loopback import ROOT
from tokens import SECRET

PAGE = os.path.join(ROOT, "docs", "access.md")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


def read_page():
    with open(PAGE) as page:
        return page.read()


def section(heading):
    """The text below that heading, up to the next one."""
    found = re.search(r"^##+ %s$(.*?)(?=^##|\Z)" % re.escape(heading), read_page(), re.M | re.S)
    assert found, "no section: " + heading
    return found.group(1)


def block(heading, language, number=0):
    return [code for kind, code in BLOCK.findall(section(heading)) if kind == language][number]


def headings():
    """Of the sections with a whole configuration."""
    names = re.findall(r"^##+ (.*)$", read_page(), re.M)
    return [name for name in names if "\ntopics:" in "".join(code for kind, code in BLOCK.findall(section(name)) if kind == "yaml")]


def recipe(heading):
    return next(code for kind, code in BLOCK.findall(section(heading)) if kind == "yaml" and "topics:" in code)


def check_folder(folder):
    """The files that the recipes name as those of /run."""
    for name in ("publisher", "tokens"):
        with open(os.path.join(folder, name), "w") as file:
            file.write(SECRET)
    return folder


def configuration(heading, folder, listen, admin):
    """As it is written; only the files are elsewhere."""
    text = recipe(heading).replace("file:/run/secrets/", "file:%s/" % folder)
    server = 'server: { listen: "127.0.0.1:%d", admin: "127.0.0.1:%d" }\n' % (listen, admin)
    return server + block("Recipes", "yaml") + text


def on_redis(text, url):
    """What is on Kafka there is on this Redis."""
    text = re.sub(r"^  events: .*\n", "", text, flags=re.M).replace("redis://redis:6379", url)
    return re.sub(r"\btopic: ", "stream: ", text.replace("from: events", "from: cache"))
