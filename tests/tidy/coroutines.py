"""Forms that GCC 12 miscompiles: a capturing lambda or a braced aggregate that is a temporary in an expression
with co_await is destroyed twice. Give it a name on the line above."""

import re

import tree

LAMBDA = re.compile(r"(?<![\w\)\]])\[(?!\[)([^\[\]]*)\]\s*(?=[\(\{<]|mutable\b|->|noexcept\b)")
AGGREGATE = re.compile(r"\b(?:\w+::)*[A-Z]\w*\s*(?:<[^<>;{}]*>)?\s*\{|[(,]\s*\{")


def expression_around(text, position):
    """From the beginning to the end of the full expression that holds the co_await at `position`."""
    begin, depth = position, 0
    while begin > 0:
        c = text[begin - 1]
        if c in ")]}" and not (depth == 0 and c == "}"):
            depth += 1
        elif c in "([{" and depth > 0:
            depth -= 1
        elif c in ";{}":
            break
        begin -= 1
    end, depth = position, 0
    while end < len(text):
        c = text[end]
        if c == ";" and depth <= 0 or c == "{" and depth <= 0 and text[:end].rstrip()[-1] == ")" and block(text, begin):
            break
        depth += (c in "([{") - (c in ")]}")
        if depth < 0 and c == "}":
            break
        end += 1
    return begin, end


def block(text, begin):
    """True if a statement with a block of its own begins there."""
    return re.match(r"\s*(?:\}?\s*else\s+)?(?:if|while|for|switch)\b", text[begin:begin + 80])


def captures_values(captures):
    """A lambda that captures only references, or `this`, has nothing to destroy."""
    return any(not c.strip().startswith("&") and c.strip() != "this" for c in captures.split(",") if c.strip())


def check(root):
    """No capturing lambda and no braced aggregate is a temporary beside a co_await."""
    for path in tree.cpp_files(root):
        text = tree.code(tree.read(root, path))
        for match in re.finditer(r"\bco_await\b", text):
            begin, end = expression_around(text, match.start())
            expression = text[begin:end]
            line = tree.line_of(text, match.start())
            if any(captures_values(found.group(1)) for found in LAMBDA.finditer(expression)):
                yield "%s:%d: a capturing lambda in an expression with co_await" % (path, line)
            if AGGREGATE.search(expression):
                yield "%s:%d: a braced temporary in an expression with co_await" % (path, line)
