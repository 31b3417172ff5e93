"""Real client libraries receive each record once and in order, whatever happens to the sidecar."""

import contextlib
import threading
import time

import pytest
from clients import CLIENTS, KITS, Client, install
from loopback import wait_for
from processes import redis_program
from scenarios import SCENARIOS, Bench

LAST_RECORD_SECONDS = 90  # a client's own back-off after refusals, and `retry:` of a refusal


@pytest.fixture(scope="module")
def missing():
    """For each kit why it can't be used; the kits are installed side by side."""
    if not redis_program():
        return dict.fromkeys(KITS, "redis-server is not installed")
    found = {}
    threads = [threading.Thread(target=lambda name=name: found.update({name: install(name)})) for name in KITS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.fixture(scope="module", params=SCENARIOS, ids=lambda scenario: scenario.__name__)
def run(request, missing):
    """One scenario with all clients at once: the last number written, and the clients with what they received."""
    names = [name for name, (kit, _) in CLIENTS.items() if not missing[kit]]
    if not names:
        return 0, {}
    with contextlib.ExitStack() as stack:
        bench = Bench()
        stack.callback(bench.close)
        bench.start()
        clients = {}
        for name in names:
            clients[name] = Client(name, bench.url)
            stack.callback(clients[name].close)
        wait_for(lambda: all(client.connections() for client in clients.values()), "all clients to connect")
        bench.writer.start()
        wait_for(lambda: all(client.records() for client in clients.values()), "the first record")
        request.param(bench)
        time.sleep(1)
        last = bench.finish()
        with contextlib.suppress(TimeoutError):
            wait_for(lambda: all(last in client.records() for client in clients.values()), "the last record",
                     LAST_RECORD_SECONDS)
        return last, clients


@pytest.mark.parametrize("name", CLIENTS)
def test_receives_each_record_once(run, name, missing):
    if missing[CLIENTS[name][0]]:
        pytest.skip(missing[CLIENTS[name][0]])
    last, clients = run
    received = clients[name].records()
    assert clients[name].connections() > 1, "it never reconnected"
    assert sorted(set(range(1, last + 1)) - set(received)) == [], "lost"
    assert received == list(range(1, last + 1)), "repeated or out of order"
