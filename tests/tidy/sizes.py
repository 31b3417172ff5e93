"""The longest files and functions. They are reported and fail nothing: see for yourself."""

import re

import tree

CONTROL = re.compile(r"^(?:\}?\s*else\b|if|for|while|switch|catch|do|try|return|co_return|namespace|class|struct|enum|union)\b")


def functions(text):
    """(lines, first line, head) of each outermost function body: a brace after what reads like a signature."""
    found, open_at, depth, statement = [], None, 0, 0
    for match in re.finditer(r"[;{}]", text):
        position, c = match.start(), match.group(0)
        if c == "{":
            head = re.sub(r"\s+", " ", text[statement:position]).strip()
            if open_at is None and "(" in head and not CONTROL.match(head) and not head.endswith(("=", ",", "(")):
                open_at = (depth, position, head)
            depth += 1
        elif c == "}":
            depth -= 1
            if open_at and open_at[0] == depth:
                first, last = tree.line_of(text, open_at[1]), tree.line_of(text, position)
                found.append((last - first + 1, first, open_at[2].split("(")[0].split(" ")[-1]))
                open_at = None
        statement = position + 1
    return found


def report(root, most=6):
    files, all_functions = [], []
    for path in tree.cpp_files(root):
        text = tree.read(root, path)
        files.append((text.count("\n"), path))
        all_functions += [(lines, "%s:%d %s" % (path, first, name)) for lines, first, name in functions(tree.code(text))]
    for title, found in (("files", files), ("functions", all_functions)):
        print("longest %s: %s" % (title, ", ".join("%s (%d)" % (name, lines) for lines, name in sorted(found)[::-1][:most])))
