"""Each app of each framework, on a port and on a Unix socket. Pods run side by side, as they mostly wait; a test waits
for the outcome of its check."""

import concurrent.futures
import functools

import access
import after
import before
import docs
import install
import pytest
from pod import Pod
from processes import Redis, redis_program

VARIANTS = {"before": before, "after": after, "access": access}
AT_ONCE = 2  # pods


class Stand:
    """An app in a pod, and how its checks ended."""

    def __init__(self, app, unix):
        self.app, self.unix = app, unix
        self.name = "%s, %s" % (app.name, "unix" if unix else "http")
        self.groups = VARIANTS[app.variant].CHECKS

    def checks(self):
        return [check for group in self.groups for check in group]

    def play(self, redis_url):
        """{check: what it raised, or None}"""
        pod, outcomes = Pod(self.app, self.unix, redis_url), {}
        try:
            for checks in self.groups:
                with concurrent.futures.ThreadPoolExecutor(len(checks)) as pool:
                    outcomes.update(zip(checks, pool.map(functools.partial(outcome, pod), checks)))
        finally:
            pod.close()
        return outcomes


def outcome(pod, check):
    try:
        return check(pod)
    except pytest.skip.Exception as skipped:
        return skipped
    except Exception as error:
        return AssertionError("%s: %s%s" % (type(error).__name__, error, pod.logs()))


APPS = [framework(variant) for framework in install.FRAMEWORKS for variant in VARIANTS]
STANDS = [Stand(app, unix) for app in APPS for unix in (False, True)
          if not unix or (app.sockets and app.variant != "access")]  # the app is asked over TCP
CASES = [pytest.param(stand, check, id="%s: %s" % (stand.name, check.__name__.replace("_", " ")))
         for stand in STANDS for check in stand.checks()]


def install_app(app, redis):
    """What keeps the app from running here, or None."""
    try:
        if app.needs_redis() and not redis:
            raise install.Missing("redis-server is not installed")
        app.install()
        return None
    except (install.Missing, install.Broken) as why:
        return why


@pytest.fixture(scope="module")
def plays(request):
    """{stand: future of its outcomes, or what keeps it from running} of the stands that are selected."""
    wanted = {item.callspec.params["stand"] for item in request.session.items if hasattr(item, "callspec")}
    redis = Redis() if redis_program() else None
    try:
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            troubles = {app: install_app(app, redis) for app in APPS if any(stand.app is app for stand in wanted)}
            yield {stand: troubles[stand.app] or
                   pool.submit(stand.play, redis.new_url() if stand.app.needs_redis() else "")
                   for stand in STANDS if stand in wanted}
    finally:
        if redis:
            redis.close()


@pytest.mark.parametrize("stand, check", CASES)
def test(plays, stand, check):
    play = plays[stand]
    if isinstance(play, install.Missing):
        pytest.skip(str(play))
    if isinstance(play, install.Broken):
        raise play
    error = play.result()[check]
    if error:
        raise error


def test_docs_show_the_code_of_the_apps():
    docs.code_of_the_page()
