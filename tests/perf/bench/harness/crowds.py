"""(d) 50,000 subscribers, with filters too; (g) a storm of resuming clients."""

import contextlib

from harness import proc
from harness.load import Load, must_be_right
from harness.servers import Nchan, Sidestream


def many(run):
    """As many sidecars as the limit of open files of a process makes necessary; on most machines one."""
    subscribers = 5000 if run.quick else 50000
    groups = -(-subscribers // (run.open_files_max - 1000))
    each = subscribers // groups
    run.alternate("many", {"subscribers": each * groups, "sidecars": groups}, [Sidestream],
                  lambda kind: many_of(kind, groups, each))


def many_of(kind, groups, each):
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(kind()) for _ in range(groups)]
        before = [server.memory() for server in servers]
        loads = [stack.enter_context(Load(server, each)) for server in servers]
        for load in loads:
            load.start_publishing(events=10, rate=1)
        reports = [load.read() for load in loads]
        for server, report in zip(servers, reports):
            must_be_right(server, report)
        memory = sum(server.memory() for server in servers) - sum(before)
        return {"received": sum(report["events"] for report in reports),
                "bytes": memory / (each * groups),
                "p99_ms": max(report["p99_ms"] for report in reports),
                "connect_seconds": max(load.opened["seconds"] for load in loads),
                "threads": max(proc.threads(server.process.pid) for server in servers),
                "files_per_subscriber": max(proc.open_files(server.process.pid) for server in servers) / each}


class Few(Sidestream):
    name = "few"
    readers = 1000


class Many(Sidestream):
    name = "many"
    readers = 50000


def filtered(run):
    """Filtered readers, each with a key of its own: the cost of a record is that of the reader that it is for."""
    Many.readers = min(50000, (run.open_files_max - 1000) // 1000 * 1000)  # in one sidecar, for one index
    run.alternate("filtered", {"few": Few.readers, "many": Many.readers}, [Few, Many],
                  lambda kind: filtered_of(kind, 10000 if run.quick else 40000))


def filtered_of(kind, events):
    with kind(more=", filters: { k: key }, heartbeat: 60s") as server:
        with Load(server, 20, own="k"):  # what is made for the first of them
            before = server.memory()
            with Load(server, kind.readers, own="k") as load:
                memory = server.memory() - before
                publish = "%s --keys %d" % (server.publish_options(), kind.readers)
                load.publish(events=kind.readers, rate=5000, connections=8, options=publish)
                report = load.publish(events=events, rate=2000, connections=8, options=publish)
                must_be_right(server, report)
        return {"cpu_us": report["cpu_seconds"] / events * 1e6, "bytes": memory / kind.readers, "p99_ms": report["p99_ms"]}


def storm(run):
    clients = 1000 if run.quick else 10000
    for name, kinds, log in (("topic log", [Sidestream, Nchan], "16MiB"), ("broker", [Sidestream], "1KiB")):
        run.alternate("storm", {"clients": clients, "behind": 100, "from": name}, kinds,
                      lambda kind: storm_of(kind, clients, log))


def storm_of(kind, clients, log):
    with kind(log=log) as server:
        with Load(server, 1) as first:
            resume = first.publish(events=1, size=100)["last_id"]
            must_be_right(server, first.publish(events=100, size=100, rate=1000))
            before = server.cpu()
            with Load(server, clients, resume=resume, wait=False) as load:
                opened = load.read()
                report = load.await_events(100)
                must_be_right(server, report)
            return {"seconds": (report["last_ns"] - opened["start_ns"]) / 1e9, "cpu_seconds": server.cpu() - before,
                    "connect_seconds": opened["seconds"]}
