"""The include rules: layers.txt and libraries.txt hold them as data."""

import os
import re

import tree

HERE = os.path.dirname(os.path.abspath(__file__))
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
SYSTEM = ("sys/", "netinet/", "arpa/", "net/", "linux/")


def table(name):
    with open(os.path.join(HERE, name)) as lines:
        rows = [line.split("#")[0].split() for line in lines]
    return {row[0]: set(row[1:]) for row in rows if row}


LAYERS, LIBRARIES = table("layers.txt"), table("libraries.txt")


def layer_of(path):
    """The layer whose folder holds the file: the deepest, as connectors/kafka lies in connectors."""
    folder = os.path.dirname(path)
    while folder and folder not in LAYERS:
        folder = os.path.dirname(folder)
    return folder


def check_layers(root):
    """No layer includes another that it may not know."""
    for path in tree.cpp_files(root):
        layer, text = layer_of(path), tree.read(root, path)
        for match in INCLUDE.finditer(text):
            if match.group(1) != '"':
                continue
            place, header = "%s:%d" % (path, tree.line_of(text, match.start())), match.group(2)
            if not layer and os.path.exists(os.path.join(root, os.path.dirname(path), header)):
                continue  # a test may name its neighbour
            if not any(os.path.exists(os.path.join(root, header + end)) for end in ("", ".in")):
                yield '%s: "%s": includes are spelt from the root of the repo' % (place, header)
            elif layer and layer_of(header) != layer and not {header, layer_of(header)} & LAYERS[layer]:
                yield "%s: %s may not include %s" % (place, layer, header)


def library_of(header):
    """The entry of libraries.txt; nothing for the standard library and the system; else the header."""
    if header.startswith(SYSTEM) or re.fullmatch(r"[a-z0-9_]+", header):
        return None
    entries = [name for name in LIBRARIES if header.startswith(name)]
    return max(entries, key=len) if entries else None if re.fullmatch(r"\w+\.h", header) else header


def check_libraries(root):
    """A third-party header is included in its own folder only."""
    for path in tree.cpp_files(root):
        layer, text = layer_of(path), tree.read(root, path)
        for match in INCLUDE.finditer(text):
            library = library_of(match.group(2)) if match.group(1) == "<" and layer else None
            if library and not {layer, "*"} & LIBRARIES.get(library, set()):
                yield "%s:%d: <%s> does not belong in %s (libraries.txt)" % (
                    path, tree.line_of(text, match.start()), match.group(2), layer)


def check_pragma_once(root):
    """Each header begins with #pragma once."""
    for path in tree.cpp_files(root):
        if path.endswith(".hpp") and not tree.code(tree.read(root, path)).lstrip().startswith("#pragma once"):
            yield "%s: no #pragma once at its beginning" % path
