"""The format of C++ sources, by clang-format 14. Other versions format differently and are not used."""

import os
import re
import shutil
import subprocess

import tree

VERSION = "14"


def find_tool():
    """clang-format 14, or nothing."""
    for name in ("clang-format-" + VERSION, "clang-format"):
        path = shutil.which(name)
        if path and re.search(r"version %s\." % VERSION, subprocess.run([path, "--version"], capture_output=True, text=True).stdout):
            return path
    return None


TOOL = find_tool()


def skips():
    if not TOOL:
        yield "formatting.check: clang-format %s is not installed" % VERSION


def check(root):
    """Every C++ file is formatted as .clang-format says."""
    if not TOOL:
        return
    paths = [os.path.join(root, path) for path in tree.cpp_files(root)]
    ran = subprocess.run([TOOL, "--dry-run", "--style=file", *paths], capture_output=True, text=True, cwd=root)
    for path, line in re.findall(r"^(.+?):(\d+):\d+: warning: code should be clang-formatted", ran.stderr, re.M):
        yield "%s:%s: not formatted" % (os.path.relpath(path, root), line)
