"""The files of a tree, and C++ without its comments and literals."""

import os
import re

SKIPPED = {".git", "build", "__pycache__", "node_modules"}
LITERALS = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^ ()\\\n]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<!\w)\'(?:\\.|[^\'\\\n])+\'', re.S)


def files(root, suffixes=()):
    """Paths below root, relative, sorted; all of them or those with these suffixes."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED]
        found += [os.path.relpath(os.path.join(folder, name), root) for name in names
                  if name not in SKIPPED and (not suffixes or name.endswith(tuple(suffixes)))]
    return sorted(found)


def cpp_files(root):
    return [path for path in files(root, (".cpp", ".hpp")) if path.split(os.sep)[0] in ("connectors", "sidecar", "tests")]


def read(root, path):
    """The text of a file; nothing of one that is not UTF-8 text."""
    try:
        with open(os.path.join(root, path), encoding="utf-8") as file:
            return file.read()
    except (UnicodeDecodeError, OSError):
        return ""


def code(text):
    """C++ with comments and literals blanked, each character and line where it was."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0)) if match.group(0)[0] == "/" else \
            '"' + re.sub(r"[^\n]", "_", match.group(0)[1:-1]) + '"'
    return LITERALS.sub(blank, text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1
