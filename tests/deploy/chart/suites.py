"""All tests of the chart, as (name, function that gives its problems)."""

import config
import failures
import goldens
import lint
import mutations
import names
import pods
import routes
import score
import secrets_stay
import validity

MODULES = (lint, goldens, validity, mutations, failures, secrets_stay, pods, routes, names, score, config)


def tests():
    return [test for module in MODULES for test in module.tests()]
