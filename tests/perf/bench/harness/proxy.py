"""The reverse proxy: requests per CPU second, memory of idle tunnels, and what its work does to event streams."""

import contextlib
import os
import resource
import time

from harness import wrk
from harness.gateways import GATEWAYS, App
from harness.load import Load, must_be_right
from harness.servers import Sidestream
from harness.tunnels import App as TunnelApp
from harness.tunnels import Tunnels


@contextlib.contextmanager
def cores():
    """Gives the core of whatever is measured; the app, the clients and this process have the others. None: there
    is one only."""
    all_of_them = sorted(os.sched_getaffinity(0))
    if len(all_of_them) < 2:
        yield None
        return
    os.sched_setaffinity(0, all_of_them[1:])
    try:
        yield all_of_them[0]
    finally:
        os.sched_setaffinity(0, all_of_them)


def requests_of(kind, seconds):
    with cores() as core, App() as app, kind(upstream=app.port, core=core) as server:
        wrk.run(server, 1)
        before = server.cpu()
        report = wrk.run(server, seconds)
        cpu = server.cpu() - before
    return {"per_cpu_second": report["requests"] / cpu, "per_second": report["per_second"],
            "busy": cpu / report["seconds"], "p50_ms": report["p50_ms"], "p99_ms": report["p99_ms"]}


def tunnels_of(kind, number):
    """What so many idle tunnels add."""
    with TunnelApp() as app, kind(upstream=app.port) as server, Tunnels(server, 20):
        before = server.memory()
        with Tunnels(server, number):
            time.sleep(1)
            return {"bytes": (server.memory() - before) / number}


def streams_of(kind, subscribers, rate, seconds):
    """An event goes to all subscribers of a topic, `rate` times a second: alone, while the same process passes on
    half of the requests that it can, and while another process on the same core does that."""
    with cores() as core, App() as app, kind(upstream=app.port, core=core) as server, \
            kind(upstream=app.port, core=core) as other, Load(server, subscribers) as load:
        load.publish(events=10, rate=rate)
        wrk.run(server, 1)
        most = wrk.run(server, 2)["per_second"]
        clients = wrk.connections_for(server, most / 2)
        alone = published(server, load, rate, seconds)
        same, passed = busy(server, server, load, rate, seconds, clients)
        beside, passed_beside = busy(server, other, load, rate, seconds, clients)
    figures = {"requests_per_second_max": most, "proxy_load": passed / most, "other_load": passed_beside / most}
    for name, report in (("alone", alone), ("busy", same), ("other", beside)):
        figures["p50_%s_ms" % name] = report["p50_ms"]
        figures["p99_%s_ms" % name] = report["p99_ms"]
    return figures


def published(server, load, rate, seconds):
    report = load.publish(events=int(rate * seconds), rate=rate)
    must_be_right(server, report)
    return report


def busy(server, passing, load, rate, seconds, clients):
    with wrk.behind(passing, seconds + 2, clients) as reports:
        time.sleep(1)
        report = published(server, load, rate, seconds)
    return report, reports[0]["per_second"]


def proxy(run):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    number = 200 if run.quick else 2000
    run.alternate("proxy", {"connections": wrk.CONNECTIONS, "bytes": 1024}, GATEWAYS,
                  lambda kind: requests_of(kind, 1 if run.quick else 4))
    run.alternate("proxy tunnels", {"tunnels": number}, GATEWAYS, lambda kind: tunnels_of(kind, number))
    run.alternate("proxy streams", {"subscribers": 1000, "events_per_second": 20}, [Sidestream],
                  lambda kind: streams_of(kind, 1000, 20, 2 if run.quick else 5))
