"""Conventions of texts, scripts and the build."""

import ast
import glob
import json
import os
import re
import subprocess

import tree

SLEEP = re.compile(r"\b(?:sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(")
# Split, so that this file passes its own check.
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b")
MACHINE_PATH = re.compile(r"(?<![\w.$}/-])/(?:wo" r"rk|ro" r"ot|ho" r"me/\w+)(?=[/\s\"'),;:]|$)", re.M)


def check_sleeps(root):
    """No unit test sleeps."""
    for path in tree.cpp_files(root):
        if path.startswith(os.path.join("tests", "unit", "")):
            text = tree.code(tree.read(root, path))
            for match in SLEEP.finditer(text):
                yield "%s:%d: a unit test sleeps" % (path, tree.line_of(text, match.start()))


def check_words(root):
    """No file has an unfinished marker."""
    yield from find(root, UNFINISHED, "is an unfinished marker")


def check_machine_paths(root):
    """No file names a path of one machine."""
    yield from find(root, MACHINE_PATH, "is a path of one machine")


def find(root, pattern, what):
    for path in tree.files(root):
        text = tree.read(root, path)
        for match in pattern.finditer(text):
            yield "%s:%d: '%s' %s" % (path, tree.line_of(text, match.start()), match.group(0), what)


def shebang(root, path):
    return re.match(r"#!.*", tree.read(root, path)[:200])


def check_executable(root):
    """A file is executable if and only if it starts with #!."""
    for path in tree.files(root):
        executable = os.access(os.path.join(root, path), os.X_OK)
        if bool(shebang(root, path)) != executable:
            yield "%s: %s" % (path, "executable, but has no #! line" if executable else "not executable")


def check_syntax(root):
    """Every script parses, also those that rarely run."""
    for path in tree.files(root):
        first = shebang(root, path)
        if path.endswith(".py") or first and "python" in first.group(0):
            try:
                ast.parse(tree.read(root, path))
            except SyntaxError as error:
                yield "%s:%d: %s" % (path, error.lineno or 0, error.msg)
        elif path.endswith(".sh") or first and re.search(r"\b(ba)?sh\b", first.group(0)):
            parsed = subprocess.run(["bash", "-n", os.path.join(root, path)], capture_output=True, text=True)
            if parsed.returncode:
                yield parsed.stderr.strip()


def check_targets(root):
    """Each source belongs to a target of the tested build, or else of the newest build."""
    preset = os.environ.get("SIDESTREAM_TEST_PRESET", "*")
    databases = glob.glob(os.path.join(root, "build", preset, "compile_commands.json"))
    if not databases:
        yield "no configured build folder, so the targets are unknown"
        return
    with open(max(databases, key=os.path.getmtime)) as database:
        compiled = {os.path.realpath(entry["file"]) for entry in json.load(database)}
    for path in tree.cpp_files(root):
        if path.endswith(".cpp") and os.path.realpath(os.path.join(root, path)) not in compiled:
            yield "%s: in no CMake target" % path
