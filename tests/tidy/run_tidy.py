#!/usr/bin/env python3
"""Checks the conventions: includes between layers, third-party headers, forms that GCC 12 miscompiles, scripts,
words, format, lint. Reports the longest files and functions. Each check is itself tested first, on a small tree
that breaks its rule and on one that follows it (samples.py)."""

import os
import sys
import tempfile

import conventions
import coroutines
import formatting
import includes
import lint
import samples
import sizes

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
MODULES = [includes, coroutines, conventions] + [module for module in (formatting, lint) if module.TOOL]
CHECKS = {"%s.%s" % (module.__name__, name): function
          for module in MODULES
          for name, function in vars(module).items() if name.startswith("check")}


def plant(folder, tree):
    for path, text in tree.items():
        path, executable = os.path.join(folder, path.removesuffix("+x")), path.endswith("+x")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755 if executable else 0o644)


def findings(check, tree):
    with tempfile.TemporaryDirectory() as folder:
        plant(folder, tree)
        return list(check(folder))


def test_of_check(name):
    """Findings of the check of a check."""
    check = CHECKS[name.split()[0]]
    bad, wanted, good = samples.SAMPLES[name]
    if not any(wanted in finding for finding in findings(check, bad)):
        yield "does not find '%s' in its bad sample" % wanted
    for finding in findings(check, good) if good else ():
        yield "finds something in its good sample: " + finding


def main():
    tests = [(name, lambda name=name: test_of_check(name)) for name in samples.SAMPLES if name.split()[0] in CHECKS]
    tests = [("check of " + name, test) for name, test in tests]
    tests += [(name, lambda check=check: check(ROOT)) for name, check in CHECKS.items()]
    unchecked = sorted(set(CHECKS) - {name.split()[0] for name in samples.SAMPLES})
    tests.append(("each check has a sample", lambda: iter(unchecked)))
    failed = 0
    for name, test in tests:
        found = list(test())
        if found:
            failed += 1
            print("FAILED %s\n  %s" % (name, "\n  ".join(found)))
    skips = [reason for module in (formatting, lint) for reason in module.skips()]
    for reason in skips:
        print("SKIPPED " + reason)
    sizes.report(ROOT)
    print("%d passed, %d failed, %d skipped" % (len(tests) - failed, failed, len(skips)))
    return 1 if failed else 0


sys.exit(main())
