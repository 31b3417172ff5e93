"""(a) deliveries per CPU second, (b) latency at half of the maximum, (e) publishing at 5,000/s."""

from harness.load import Load, must_be_right
from harness.servers import FAN_OUT, Bare, Nchan, Node, Sidestream

# Wakes a second such that no server has more than about half of a core to do.
WAKES = {100: 100, 1000: 50, 5000: 10, 10000: 5, 18000: 3}


# Beyond so many bytes a second the load generator, not the server, is what is measured.
BYTES_MAX = 250e6


def efficiency_of(kind, subscribers, size, threads, per_wake, seconds):
    wakes = max(1, min(WAKES[subscribers], int(BYTES_MAX / (per_wake * subscribers * size))))
    gather = "%dms" % (1000 // wakes) if per_wake > 1 else "auto"
    with kind(threads, flush=gather) as server, Load(server, subscribers) as load:
        # The bare server gets the events of a wake as one block, the others get them evenly.
        burst = per_wake if kind is Bare else 1
        connections = 1 if kind is Bare or per_wake == 1 else 4 * min(per_wake, 8)
        plan = dict(size=size, rate=wakes * per_wake, burst=burst, connections=connections)
        load.publish(events=per_wake * 2, **plan)
        report = load.publish(events=max(int(seconds * wakes), 6) * per_wake, **plan)
        must_be_right(server, report)
    return {"per_cpu_second": report["events"] / report["cpu_seconds"],
            "events_per_read": report["events"] / report["reads"], "p99_ms": report["p99_ms"]}


def efficiency_cells(quick):
    """(subscribers, size, threads, events a wake) and who is compared. nchan and Node gather nothing, so that more
    events a wake only take them longer."""
    for subscribers in (1000, 10000):
        yield subscribers, 100, 1, 1, FAN_OUT
        yield subscribers, 100, 1, 10, [Bare, Sidestream]
        if not quick:
            yield subscribers, 100, 1, 100, [Bare, Sidestream]
            yield subscribers, 100, 2, 1, [Bare, Sidestream]
            yield subscribers, 1024, 1, 1, [Bare, Sidestream, Nchan]
            yield subscribers, 1024, 1, 10, [Bare, Sidestream]


def efficiency(run):
    for subscribers, size, threads, per_wake, kinds in efficiency_cells(run.quick):
        cell = {"subscribers": subscribers, "size": size, "threads": threads, "per_wake": per_wake}
        run.alternate("efficiency", cell, kinds,
                      lambda kind: efficiency_of(kind, subscribers, size, threads, per_wake, 0.8 if run.quick else 1.5))


def publishing_of(kind, rate):
    """With a single subscriber: what it costs to take events, which `efficiency` has in its figures."""
    with kind(flush="auto") as server, Load(server, 1) as load:
        connections = 1 if kind is Bare or rate < 100 else 32
        load.publish(events=max(rate // 10, 2), rate=rate, connections=connections)
        report = load.publish(events=int(2 * rate), rate=rate, connections=connections)
        must_be_right(server, report)
    return {"us_per_event": report["cpu_seconds"] / (2 * rate) * 1e6, "p99_ms": report["p99_ms"]}


def publishing(run):
    for rate in (50, 500, 5000):
        run.alternate("publishing", {"events_per_second": rate}, FAN_OUT, lambda kind: publishing_of(kind, rate))


def curve(run):
    for subscribers in (100, 5000, 18000):  # between them lie cells of `efficiency` and `memory`
        run.alternate("curve", {"subscribers": subscribers}, FAN_OUT, lambda kind: curve_of(kind, subscribers, run))


def curve_of(kind, subscribers, run):
    result = efficiency_of(kind, subscribers, 100, 1, 1, 0.8 if run.quick else 1.5)
    result["bytes"] = memory_of(kind, subscribers)["bytes"]
    return result


def memory_of(kind, subscribers):
    """What so many idle subscribers add."""
    with kind() as server:
        with Load(server, 20):  # what is made for the first of them
            before = server.memory()
            with Load(server, subscribers) as load:
                load.publish(events=1)
                return {"bytes": (server.memory() - before) / subscribers}


def memory(run):
    for subscribers in (1000, 10000):
        run.alternate("memory", {"subscribers": subscribers}, FAN_OUT, lambda kind: memory_of(kind, subscribers))


def latency_of(kind, subscribers, seconds):
    with kind() as server, Load(server, subscribers) as load:
        load.publish(events=3, window=1)
        report = load.publish(events=int(10 * seconds), window=1)
        must_be_right(server, report)
        most = report["events"] / subscribers / report["publish_seconds"]
        report = load.publish(events=max(int(most / 2 * seconds * 3), 10), rate=most / 2)
        must_be_right(server, report)
    return {"events_per_second_max": most, "p50_ms": report["p50_ms"], "p99_ms": report["p99_ms"]}


def latency(run):
    run.alternate("latency", {"subscribers": 10000, "size": 100}, FAN_OUT,
                  lambda kind: latency_of(kind, 10000, 1 if run.quick else 2))


def flood_of(kind, seconds):
    rate = 5000
    with kind() as server, Load(server, 1000) as load:
        load.publish(events=100, rate=rate, connections=32)
        # Those that can't keep up take up to forty times as long.
        events = int(rate * seconds / (40 if kind in (Nchan, Node) else 1))
        report = load.publish(events=events, rate=rate, connections=32)
        must_be_right(server, report, complete=kind is Sidestream)
    return {"deliveries_per_second": report["events"] / max(report["seconds"], 1e-9),
            "lost": events * 1000 - report["events"], "p50_ms": report["p50_ms"], "p99_ms": report["p99_ms"],
            "cpu_seconds": report["cpu_seconds"]}


def flood(run):
    run.alternate("flood", {"subscribers": 1000, "rate": 5000}, [Sidestream, Nchan, Node],
                  lambda kind: flood_of(kind, 2 if run.quick else 4))

