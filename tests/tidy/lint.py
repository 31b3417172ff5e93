"""The lint list of .clang-tidy on the sources of the product.

Files that passed are remembered in the cache by the hash of all that they include from this repo, so that only changed
ones are read again. The rest gets a budget: it is checked by later runs, or by `tests/run --nightly`, which has none.
"""

import concurrent.futures
import functools
import glob
import hashlib
import os
import random
import re
import shutil
import subprocess
import time

import tree

TOOL = shutil.which("clang-tidy")
FOLDERS = ("connectors", "sidecar")
AT_ONCE = 2
BUDGET = 60  # seconds of AT_ONCE processes
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "sidestream", "lint")
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)


def skips():
    if not TOOL:
        yield "lint.check: clang-tidy is not installed"


@functools.lru_cache(maxsize=None)
def version():
    return subprocess.run([TOOL, "--version"], capture_output=True, text=True).stdout


def key(root, path):
    """A name for what clang-tidy sees of this repo when it reads the file."""
    seen, pending = set(), [path]
    while pending:
        one = pending.pop()
        if one not in seen and os.path.exists(os.path.join(root, one)):
            seen.add(one)
            pending += INCLUDE.findall(tree.read(root, one))
    texts = [version(), tree.read(root, ".clang-tidy")] + ["%s\n%s" % (one, tree.read(root, one)) for one in sorted(seen)]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def database(root):
    """The arguments that name the compile commands of the tested preset, or those of a file without any."""
    preset = os.environ.get("SIDESTREAM_TEST_PRESET", "*")
    found = glob.glob(os.path.join(root, "build", preset, "compile_commands.json"))
    newest = max(found, key=os.path.getmtime, default=None)
    return (["-p", os.path.dirname(newest)], []) if newest else ([], ["--", "-std=c++20", "-I" + root])


def findings(root, path):
    before, after = database(root)
    ran = subprocess.run([TOOL, "--quiet", *before, os.path.join(root, path), *after], capture_output=True, text=True, cwd=root)
    if ran.returncode == 0:
        return ""
    lines = [line for line in ran.stdout.splitlines() if re.search(r": (?:error|warning): ", line)]
    return "\n  ".join(lines or [path + ": clang-tidy failed: " + ran.stderr.strip()[-400:]])


def check(root):
    """Every source of the product passes the lint list."""
    paths = [path for path in tree.cpp_files(root) if path.endswith(".cpp") and path.split(os.sep)[0] in FOLDERS]
    os.makedirs(CACHE, exist_ok=True)
    changed = [(path, passed) for path in paths
               for passed in [os.path.join(CACHE, key(root, path))] if not os.path.exists(passed)]
    random.shuffle(changed)  # over several runs each file has its turn
    deadline = time.monotonic() + (3600 if os.environ.get("SIDESTREAM_TEST_NIGHTLY") else BUDGET)

    def one(path, passed):
        if time.monotonic() > deadline:
            return None
        found = findings(root, path)
        if not found:
            open(passed, "w").close()
        return found

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(lambda pair: one(*pair), changed))
    if None in results:
        print("lint: %d of %d sources left for the next run" % (results.count(None), len(paths)))
    yield from filter(None, results)
