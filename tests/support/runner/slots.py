"""Runs suites side by side: each takes some half cores while it runs."""

import concurrent.futures
import threading


def run_side_by_side(waiting, slots, run):
    """Starts the first of `waiting` that fits, again and again. A suite that wants more than all slots gets all of them."""
    waiting, free, changed = list(waiting), slots, threading.Condition()

    def wanted(suite):
        return min(suite.slots, slots)

    def next_fit():
        return next((suite for suite in waiting if wanted(suite) <= free), None)

    def play(suite):
        nonlocal free
        try:
            run(suite)
        finally:
            with changed:
                free += wanted(suite)
                changed.notify()

    with concurrent.futures.ThreadPoolExecutor(slots) as pool:
        played = []
        while waiting:
            with changed:
                suite = changed.wait_for(next_fit)
                free -= wanted(suite)
            waiting.remove(suite)
            played.append(pool.submit(play, suite))
        for future in played:
            future.result()
