"""House rules on texts, scripts and the build."""

import ast
import glob
import json
import os
import re
import subprocess

import tree

SLEEP = re.compile(r"\b(?:sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(")
# Spelt in halves, so that this file does not find itself.
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
    """Nothing is marked as unfinished."""
    yield from find(root, UNFINISHED, "is no way to leave things")


def check_machine_paths(root):
    """No path of somebody's machine."""
    yield from find(root, MACHINE_PATH, "is a path of some machine")


def find(root, pattern, what):
    for path in tree.files(root):
        text = tree.read(root, path)
        for match in pattern.finditer(text):
            yield "%s:%d: '%s' %s" % (path, tree.line_of(text, match.start()), match.group(0), what)


def shebang(root, path):
    return re.match(r"#!.*", tree.read(root, path)[:200])


def check_executable(root):
    """What begins with #! can be executed, and the other way round."""
    for path in tree.files(root):
        executable = os.access(os.path.join(root, path), os.X_OK)
        if bool(shebang(root, path)) != executable:
            yield "%s: %s" % (path, "executable, but does not say by what (#!)" if executable else "not executable")


def check_syntax(root):
    """Scripts that run seldom can be parsed too."""
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
    """Each source belongs to a target of the build that is tested, else of the newest one."""
    preset = os.environ.get("SIDESTREAM_TEST_PRESET", "*")
    databases = glob.glob(os.path.join(root, "build", preset, "compile_commands.json"))
    if not databases:
        yield "nothing is configured below build/, so no target is known"
        return
    with open(max(databases, key=os.path.getmtime)) as database:
        compiled = {os.path.realpath(entry["file"]) for entry in json.load(database)}
    for path in tree.cpp_files(root):
        if path.endswith(".cpp") and os.path.realpath(os.path.join(root, path)) not in compiled:
            yield "%s: in no CMake target" % path
